// A run over its seconds as small pictures in the terminal's text.
#pragma once

#include <string>

#include "harness/results/settle.h"
#include "reports/text.h"

namespace freshet::reports {

// Staleness by second of the intended time and freshness lag by wall second, of each class at each live
// group, over one time axis with the phases beneath. A column has the greatest value of its seconds; where
// events never became visible, it is marked as a lower bound. "" when nothing was recorded by second.
std::string over_time(const results::Settled& settled, const Style& style);

}  // namespace freshet::reports
