// Which SLO instances a plan cannot decide (E8).
#pragma once

#include <vector>

#include "harness/plan/slo_instances.h"

namespace freshet::plan {

// Events that have to be expected beyond a percentile before it may be judged.
inline constexpr double kDecisiveEvents = 10;

std::vector<PlanError> undecidable(const Plan& plan, const std::vector<SloInstance>& instances);

}  // namespace freshet::plan
