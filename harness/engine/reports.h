// The role that handles delivery reports of one stream (P3): what became of each event, and how long it took.
#pragma once

#include "harness/engine/context.h"
#include "harness/engine/role.h"

namespace freshet::engine {

class Reports final : public Role {
 public:
  Reports(Context& context, measure::Recorder& recorder, std::size_t stream);
  Stepped step(const base::Clock& clock) override;
  // Probes acknowledged so far, by partition (T6).
  const std::vector<std::atomic<bool>>& probes() const { return probes_; }

 private:
  void handle(const cluster::Report& report, Nanos monotonic);

  Context& context_;
  measure::Recorder& recorder_;
  std::size_t stream_;
  std::vector<std::atomic<bool>> probes_;
  std::int64_t second_ = -1;
};

}  // namespace freshet::engine
