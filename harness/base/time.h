// Time as the harness speaks of it: signed 64-bit nanoseconds.
//
// Two lines of time exist and never mix silently:
//   Nanos on the clock's own monotonic line (Clock::now()), and
//   Nanos since the run's start, where the schedule's intended time τ lives (τ = 0 is the start).
// A RunTime converts the one into the other.
#pragma once

#include <cstdint>
#include <limits>

namespace freshet::base {

using Nanos = std::int64_t;

inline constexpr Nanos kMicrosecond = 1'000;
inline constexpr Nanos kMillisecond = 1'000'000;
inline constexpr Nanos kSecond = 1'000'000'000;
inline constexpr Nanos kNever = std::numeric_limits<Nanos>::max();

// The second in which `t` lies, rounded down, so that negative times (prefill) have seconds of their own.
constexpr std::int64_t second_of(Nanos t) {
  return t >= 0 ? t / kSecond : -((-t + kSecond - 1) / kSecond);
}

}  // namespace freshet::base
