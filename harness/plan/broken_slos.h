// SLOs that the fluid model alone breaks (T4). Internal to plan/.
#pragma once

#include <optional>
#include <string>

#include "harness/plan/fluid.h"
#include "harness/plan/slo_instances.h"

namespace freshet::plan {

// Why the model breaks the SLO, as a sentence; nothing when it does not.
std::optional<std::string> broken_by_model(const Plan& plan, const GroupFluid& fluid,
                                           const SloInstance& instance);

}  // namespace freshet::plan
