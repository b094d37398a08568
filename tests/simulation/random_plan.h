// A bounded random scenario with a random script of faults, as a pure function of a seed.
#pragma once

#include <cstdint>

#include "harness/cluster/loopback/loopback.h"
#include "harness/engine/simulation.h"
#include "harness/plan/plan.h"

namespace freshet::test {

struct RandomScenario {
  plan::Plan plan;
  cluster::LoopbackOptions loopback;
  engine::StepCost cost;  // starves some roles for some time
  int senders = 1;
};

// At most two streams, three groups, a minute of load and some ten thousand events. Faults lie within the
// run: τ = 0 is at kStart.
RandomScenario random_scenario(std::uint64_t seed);

}  // namespace freshet::test
