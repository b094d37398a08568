// Expected numbers of events from rates and shares alone, without building lanes.
#pragma once

#include "harness/plan/plan.h"

namespace freshet::plan {

// Expected events of the stream, of one tier unless `tier` is -1, with τ in [begin, end): rate × time ×
// share, so that legality does not hang on the seed (E8).
double expected_events(const Plan& plan, std::size_t stream, int tier, Nanos begin, Nanos end);

}  // namespace freshet::plan
