// The stage before all others: writes the past of the streams that ask for one (E4), at the producers' own
// speed. Nothing of it is held: an event is made, handed over and forgotten. None is dropped: a full queue is
// tried again.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/engine/context.h"
#include "harness/engine/role.h"

namespace freshet::engine {

// Of one stream. Its client's reports wake it.
class Prefill final : public Role {
 public:
  // REQUIRES: the stream has prefill. context.prefill_wall is set.
  Prefill(Context& context, std::size_t stream);
  Stepped step(const base::Clock& clock) override;

  std::uint64_t planned() const { return planned_; }
  std::uint64_t written() const { return written_.load(std::memory_order_relaxed); }  // acknowledged
  bool over() const { return over_.load(std::memory_order_acquire); }  // all are written, or one cannot be
  // After over(). "" when every event is in the log.
  const std::string& failure() const { return failure_; }
  // For the record: how many went where. The events of a partition lie in order of τ, without a gap, from
  // `first` on.
  Json note() const;

 private:
  bool send_some();
  bool take_reports();
  void fail(const std::string& why);

  Context& context_;
  std::size_t stream_;
  const plan::StreamLanes& lanes_;
  plan::MergeCursor events_;
  std::vector<std::byte> value_;
  std::uint64_t planned_;
  std::uint64_t bytes_ = 0;
  std::uint64_t hash_ = 0;
  std::vector<std::int64_t> first_;    // by partition: offset of its first event; -1: not told
  std::vector<std::uint64_t> counts_;  // by partition: reports so far
  std::string failure_;
  std::atomic<std::uint64_t> written_{0};
  std::atomic<bool> over_{false};
};

}  // namespace freshet::engine
