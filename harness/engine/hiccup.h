// How late a 1 ms timer is on this machine, weighted by time (V4); and whether the wall clock steps (V5).
#pragma once

#include "harness/engine/context.h"
#include "harness/engine/role.h"

namespace freshet::engine {

class Hiccup final : public Role {
 public:
  Hiccup(Context& context, measure::Recorder& recorder) : context_(context), recorder_(recorder) {}
  Stepped step(const base::Clock& clock) override;
  // Largest change of wall minus monotonic time between two ticks, ns. After the run.
  Nanos wall_step() const { return wall_step_; }

 private:
  static constexpr Nanos kPeriod = base::kMillisecond;

  Context& context_;
  measure::Recorder& recorder_;
  Nanos due_ = 0;
  Nanos last_ = -1;  // previous tick, since start
  Nanos wall_offset_ = 0;
  Nanos wall_step_ = 0;
  std::int64_t second_ = -1;
};

}  // namespace freshet::engine
