// What a sample is about. The target joins in the run folder; the phase follows from the second of τ (H1).
#pragma once

#include <cstdint>

#include "harness/base/time.h"

namespace freshet::measure {

enum class Measure : std::uint8_t {
  staleness,         // D = visible - intended (T1)
  own_delay,         // sent - intended outside stall episodes (V1)
  send_delay,        // sent - intended, all
  service_latency,   // acked - sent
  response_latency,  // acked - intended
  hiccup,            // lateness of a 1 ms timer, weighted by time (V4); stream, pass, tier unused
};

inline constexpr std::uint16_t kNoPass = 0xffff;  // the producing side

struct Series {
  std::uint16_t stream = 0;
  std::uint16_t pass = kNoPass;  // index of the group, then of the replay
  std::uint8_t tier = 0;
  Measure measure = Measure::staleness;
  friend bool operator==(const Series&, const Series&) = default;
};

}  // namespace freshet::measure
