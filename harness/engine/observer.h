// The observer: offset lag each second (L3). Own positions first, then the end offsets, asked on a connection
// of its own, so that a lag is never negative by construction and never clamped.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "harness/engine/context.h"
#include "harness/engine/role.h"

namespace freshet::engine {

class Observer final : public Role {
 public:
  Observer(Context& context, std::unique_ptr<cluster::Admin> admin, measure::Recorder& recorder);
  Stepped step(const base::Clock& clock) override;

 private:
  struct Asked {  // one request: the positions known when it was made
    std::size_t stream = 0;
    std::int64_t second = 0;
    std::vector<measure::OffsetSecond> rows;
  };
  void ask(std::int64_t second);
  bool collect();

  Context& context_;
  std::unique_ptr<cluster::Admin> admin_;
  measure::Recorder& recorder_;
  std::deque<Asked> asked_;  // answers come in the order of the requests
  std::int64_t second_ = -1;
};

}  // namespace freshet::engine
