// How soon a group could have been fresh again: the fluid model of T4 from the backlog that a disturbance
// left (D1). Events wait in order of τ and leave at the members' capacity; nothing else takes time.
#pragma once

#include <vector>

namespace freshet::results {

// Events due evenly over [begin, end), seconds; of a backlog those that are still to be settled.
struct Due {
  double begin = 0, end = 0, events = 0;
};

// Seconds from `from`; kNoEnd: not while events are planned.
struct Ideal {
  static constexpr double kNoEnd = -1;
  double drained = kNoEnd;  // until nothing waits: backlog ÷ (capacity - inflow) at an even inflow
  double fresh = kNoEnd;    // until the oldest that waits stays under the bound
};

// `due` in order of time. REQUIRES: capacity > 0 (events/s).
Ideal ideal_drain(const std::vector<Due>& due, double from, double capacity, double bound);

}  // namespace freshet::results
