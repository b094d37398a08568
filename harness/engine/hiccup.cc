#include "harness/engine/hiccup.h"

#include <algorithm>
#include <optional>

namespace freshet::engine {
namespace {

// Wall minus monotonic time; none when this thread stood still between the readings, for then their
// difference says nothing of the clocks.
std::optional<Nanos> wall_offset(const base::Clock& clock) {
  constexpr Nanos kTogether = 100 * base::kMicrosecond;
  const Nanos before = clock.now(), wall = clock.wall(), after = clock.now();
  if (after - before > kTogether) return std::nullopt;
  return wall - before;
}

}  // namespace

Stepped Hiccup::step(const base::Clock& clock) {
  if (!context_.time.started()) return {.next = clock.now() + 20 * base::kMillisecond};
  const Nanos now = context_.time.since_start(clock.now());
  if (now < 0) return {.next = context_.time.monotonic(0)};
  if (last_ >= 0) {
    if (now < due_) return {.next = context_.time.monotonic(due_)};
    // A tick that comes k periods after the one before stands for k periods of the run.
    const Nanos late = now - due_;
    const auto weight = static_cast<std::uint64_t>(std::max<Nanos>((now - last_) / kPeriod, 1));
    measure::Cohort& cohort = recorder_.cohort({.measure = measure::Measure::hiccup}, base::second_of(now));
    cohort.histogram.record_us(late / base::kMicrosecond, weight);
    cohort.samples += weight;
  }
  if (const auto offset = wall_offset(clock)) {
    least_offset_ = std::min(least_offset_, *offset);
    greatest_offset_ = std::max(greatest_offset_, *offset);
  }
  last_ = now;
  due_ = now + kPeriod;
  if (base::second_of(now) != second_) {
    second_ = base::second_of(now);
    recorder_.cut();
  }
  return {.worked = true, .next = context_.time.monotonic(due_)};
}

}  // namespace freshet::engine
