// The validity rules (V): whether a run may be trusted, looked at before any SLO.
#pragma once

#include <vector>

#include "harness/judge/verdict.h"

namespace freshet::judge {

// V1 … V9 in order (rules.h), each with its worst figure and the limit. A rule without anything to look at
// holds and says so. Never here: whatever the cluster did.
std::vector<Validity> look_at_validity(const plan::Plan& plan, const results::Figures& figures);

}  // namespace freshet::judge
