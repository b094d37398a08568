// The summary of a run as text. A pure function of the settled run and its verdict: `freshet run` and
// `freshet report` print the same to the character at equal width and colour.
#pragma once

#include <string>

#include "harness/judge/verdict.h"
#include "harness/results/settle.h"
#include "reports/text.h"

namespace freshet::reports {

// `folder`: where the run lies, as its reader may type it. `clients`: also what the clients counted by broker
// and the settings that decide how long a failover takes; the latter are always told of a run that broke
// something.
std::string summary(const results::Settled& settled, const judge::Verdict& verdict, const std::string& folder,
                    const Style& style, bool clients = false);

// What every output says of figures that are not a cluster's: the loopback line, the co-location line, or "".
std::string caveat(const results::Identity& identity);

}  // namespace freshet::reports
