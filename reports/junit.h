// A run as JUnit XML, for the test views of CI systems: the suite is the scenario, a case is an SLO.
#pragma once

#include <string>

#include "harness/judge/verdict.h"
#include "harness/results/settle.h"

namespace freshet::reports {

// An SLO that does not hold is a failure with its figure and bound. Of a run that is invalid or interrupted
// no SLO is judged: every case is an error with the reason. A run without SLOs has one case, "run".
// Properties are what the manifest says of the run. Characters that XML cannot hold are U+FFFD. Pure.
std::string junit(const results::Settled& settled, const judge::Verdict& verdict);

}  // namespace freshet::reports
