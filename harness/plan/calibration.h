// What is run on the loopback log before a run on a cluster, for the harness's own noise floor (V).
#pragma once

#include "harness/plan/plan.h"

namespace freshet::plan {

inline constexpr Nanos kCalibrationWarmup = base::kSecond;
inline constexpr Nanos kCalibration = 5 * base::kSecond;

// The plan's streams at their steady rates and its live groups with their service times, and nothing that
// disturbs or judges: a second of warm-up and five that count.
Plan calibration_part(const Plan& plan);

}  // namespace freshet::plan
