#include "harness/engine/hiccup.h"

#include <algorithm>
#include <cstdlib>

namespace freshet::engine {

Stepped Hiccup::step(const base::Clock& clock) {
  if (!context_.time.started()) return {.next = clock.now() + 20 * base::kMillisecond};
  const Nanos now = context_.time.since_start(clock.now());
  if (now < 0) return {.next = context_.time.monotonic(0)};
  const Nanos offset = clock.wall() - clock.now();
  if (last_ >= 0) {
    if (now < due_) return {.next = context_.time.monotonic(due_)};
    // A tick that comes k periods after the one before stands for k periods of the run.
    const Nanos late = now - due_;
    const auto weight = static_cast<std::uint64_t>(std::max<Nanos>((now - last_) / kPeriod, 1));
    measure::Cohort& cohort = recorder_.cohort({.measure = measure::Measure::hiccup}, base::second_of(now));
    cohort.histogram.record_us(late / base::kMicrosecond, weight);
    cohort.samples += weight;
    wall_step_ = std::max(wall_step_, std::abs(offset - wall_offset_));
  }
  wall_offset_ = offset;
  last_ = now;
  due_ = now + kPeriod;
  if (base::second_of(now) != second_) {
    second_ = base::second_of(now);
    recorder_.cut();
  }
  return {.worked = true, .next = context_.time.monotonic(due_)};
}

}  // namespace freshet::engine
