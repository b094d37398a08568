// The plan as data: in the run folder, so that no report evaluates a scenario again (design 7).
#pragma once

#include <nlohmann/json.hpp>

#include "harness/base/result.h"
#include "harness/plan/plan.h"

namespace freshet::plan {

// Everything in the plan. Enumerations as lower-case words, times in ns, doubles so that they read back to
// the same bits.
nlohmann::json to_json(const Plan& plan);

// The inverse: hashes are equal after it. Any JSON is safe to give: what is missing, of another type, out of
// range or points nowhere is an error that names the place.
base::Result<Plan> plan_from_json(const nlohmann::json& json);

// What decides which events there are (E3): the load hash is over exactly this.
nlohmann::json load_json(const Plan& plan);

}  // namespace freshet::plan
