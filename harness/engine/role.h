// A role is a step function (S1): step() does one bounded piece of what is due, never waits for the network,
// and says when it wants to be called next. The same roles run on threads (driver threads.h) and in a
// simulation.
#pragma once

#include "harness/base/clock.h"

namespace freshet::engine {

using base::Nanos;

struct Stepped {
  bool worked = false;        // something was done
  Nanos next = base::kNever;  // monotonic; in the past: at once; kNever: only when woken
};

class Role {
 public:
  virtual ~Role() = default;
  virtual Stepped step(const base::Clock& clock) = 0;
};

}  // namespace freshet::engine
