// What a pass beside the live groups finds to read, and how long it takes (P1). All is expectation.
#pragma once

#include <cstddef>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/plan/slo_instances.h"

namespace freshet::plan {

struct PassLoad {
  std::size_t replay = 0;
  double events = 0, bytes = 0;  // between its start and the log's end, when it begins
  double inflow = 0;             // events/s, the greatest while it runs: what it has to exceed to catch up
  // A capped pass: from its begin until it has caught up with the log's end at its cap; kNever when the cap
  // does not exceed what flows in at the run's end. 0: not capped, as fast as it goes.
  Nanos finish = 0;
};

// REQUIRES: a sound plan.
PassLoad pass_load(const Plan& plan, std::size_t replay);

// Passes that would start before the log does, or past its end.
std::vector<PlanError> passes_out_of_the_log(const Plan& plan);

struct Prefill {
  double events = 0, bytes = 0;
};
Prefill prefill_of(const Stream& stream);

}  // namespace freshet::plan
