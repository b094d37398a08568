// Changes of groups and faults that cannot happen as planned.
#pragma once

#include <vector>

#include "harness/plan/plan.h"
#include "harness/plan/slo_instances.h"

namespace freshet::plan {

// Changes outside their phase or of more members than the group has at that time, faults that begin outside
// their phase or are undone after the run's end. REQUIRES: indices in range, changes in order of `at`.
std::vector<PlanError> misplaced(const Plan& plan);

// The most members that the group has at any time.
int most_members(const Plan& plan, std::size_t group);

}  // namespace freshet::plan
