// The summary of a run as text. A pure function of the settled run and its verdict: `freshet run` and
// `freshet report` print the same to the character at equal width and colour.
#pragma once

#include <string>

#include "harness/judge/verdict.h"
#include "harness/results/settle.h"
#include "reports/text.h"

namespace freshet::reports {

// `folder`: where the run lies, as its reader may type it.
std::string summary(const results::Settled& settled, const judge::Verdict& verdict, const std::string& folder,
                    const Style& style);

// What every output says of figures that are not a cluster's: the loopback line, the co-location line, or "".
std::string caveat(const results::Identity& identity);

}  // namespace freshet::reports
