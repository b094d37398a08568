// The parts of the summary that are tables of figures. Each gives "" when the run has nothing to put in it.
#pragma once

#include <string>

#include "harness/results/settle.h"
#include "reports/text.h"

namespace freshet::reports {

// Staleness of each class at each group, its tiers beneath, over all measured phases together and again in
// each disturbance.
std::string staleness_tables(const results::Settled& settled, const Style& style);
// What the slowest events (D >= p99) spent their time on (T1).
std::string tail_table(const results::Settled& settled, const Style& style);
std::string lag_tables(const results::Settled& settled, const Style& style);
std::string replay_table(const results::Settled& settled, const Style& style);
// P4: positions that were not in the log, by cause.
std::string reset_table(const results::Settled& settled, const Style& style);
// D2: the index of each class at each group, the harness's own share of it, and each pair of windows.
std::string isolation_table(const results::Settled& settled, const Style& style);
// E5: what became of the planned events, and K1's ledger.
std::string outcome_table(const results::Settled& settled, const Style& style);
std::string ledger_table(const results::Settled& settled, const Style& style);
std::string producing_tables(const results::Settled& settled, const Style& style);

}  // namespace freshet::reports
