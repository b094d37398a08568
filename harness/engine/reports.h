// The role that handles delivery reports of one stream (P3): what became of each event, how long it took, and
// when partitions acknowledged nothing.
#pragma once

#include "harness/engine/context.h"
#include "harness/engine/role.h"
#include "harness/measure/ack_gaps.h"

namespace freshet::engine {

class Reports final : public Role {
 public:
  Reports(Context& context, measure::Recorder& recorder, std::size_t stream);
  Stepped step(const base::Clock& clock) override;
  // Probes acknowledged so far, by partition (T6).
  const std::vector<std::atomic<bool>>& probes() const { return probes_; }
  // Once the run is over and nobody steps it any more: writes down the gaps that nothing ended.
  void note_open_gaps(Nanos now);

 private:
  void handle(const cluster::Report& report, Nanos monotonic);
  void note_gap(const measure::AckGap& gap, Nanos monotonic);
  std::vector<Nanos> oldest_waiting() const;

  Context& context_;
  measure::Recorder& recorder_;
  std::size_t stream_;
  std::vector<std::atomic<bool>> probes_;
  measure::AckGaps gaps_;
  std::int64_t second_ = -1;
};

}  // namespace freshet::engine
