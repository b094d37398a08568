// The isolation windows of a plan (D2).
#pragma once

#include "harness/plan/plan.h"

namespace freshet::plan {

bool has_isolation(const Plan& plan);

// What is run on the loopback log first, for the harness's own share: the plan up to the end of its last
// window, without SLOs, faults and what comes later. The events are the same. REQUIRES: has_isolation(plan).
Plan isolation_part(const Plan& plan);

}  // namespace freshet::plan
