// How late a 1 ms timer is on this machine, weighted by time (V4); and whether the wall clock steps or
// drifts (V5).
#pragma once

#include "harness/engine/context.h"
#include "harness/engine/role.h"

namespace freshet::engine {

class Hiccup final : public Role {
 public:
  Hiccup(Context& context, measure::Recorder& recorder) : context_(context), recorder_(recorder) {}
  Stepped step(const base::Clock& clock) override;
  // The greatest minus the least that wall minus monotonic time was in the run, ns. After the run. A step, a
  // jump there and back and a drift all show.
  Nanos wall_step() const { return greatest_offset_ < least_offset_ ? 0 : greatest_offset_ - least_offset_; }

 private:
  static constexpr Nanos kPeriod = base::kMillisecond;

  Context& context_;
  measure::Recorder& recorder_;
  Nanos due_ = 0;
  Nanos last_ = -1;  // previous tick, since start
  Nanos least_offset_ = base::kNever, greatest_offset_ = -base::kNever;
  std::int64_t second_ = -1;
};

}  // namespace freshet::engine
