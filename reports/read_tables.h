// What the readers of the views saw (R2-R4). Each table is "" when the run has nothing to put in it.
#pragma once

#include <string>

#include "harness/results/settle.h"
#include "reports/text.h"

namespace freshet::reports {

// View staleness of each read at each class, over all measured phases together and again in each disturbance;
// then the decisions, with the classes that made them stale, and those that made them wrong.
std::string read_tables(const results::Settled& settled, const Style& style);
// R3: in how much of the time any key of a class was over its bound; only where some was.
std::string over_bound_table(const results::Settled& settled, const Style& style);
// R4.
std::string critical_table(const results::Settled& settled, const Style& style);

}  // namespace freshet::reports
