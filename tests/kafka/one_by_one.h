// The load that shows a single event's way: one partition, one member, one event after the other.
#pragma once

#include "tests/simulation/run_fixture.h"

namespace freshet::test {

// "lock": `rate` events/s, evenly, each sent at once.
inline plan::Plan one_by_one(double rate, int seconds) {
  plan::Plan plan = small_plan(rate, seconds, 1);
  plan.streams[0].arrival = workloads::Arrival::uniform;
  plan.streams[0].client_settings["linger.ms"] = "0";
  return plan;
}

}  // namespace freshet::test
