// How far the figures can be trusted: their sampling floor, the error budgets by time, the machine.
#pragma once

#include <string>

#include "harness/results/settle.h"
#include "reports/text.h"

namespace freshet::reports {

// Each is "" when there is nothing to show.
std::string sampling_floor_table(const results::Settled& settled, const Style& style);
// Of groups that have a service time, and of passes with a pace: their members' queues.
std::string queue_table(const results::Settled& settled, const Style& style);
std::string budget_table(const results::Settled& settled, const Style& style);
// Lines for the list of validity rules.
std::string host_lines(const results::Figures& figures, const Style& style);

}  // namespace freshet::reports
