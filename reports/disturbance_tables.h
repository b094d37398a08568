// The parts of the summary that tell what disturbances did. Each gives "" when the run has nothing to put in
// it.
#pragma once

#include <string>

#include "harness/results/settle.h"
#include "reports/text.h"

namespace freshet::reports {

// D1, against what the members' capacity alone would have needed.
std::string time_to_fresh_table(const results::Settled& settled, const Style& style);
// The commands that faults ran and what became of them; what each did to acknowledgements and to groups.
std::string command_table(const results::Settled& settled, const Style& style);
std::string fault_tables(const results::Settled& settled, const Style& style);
// Offsets that fell: acknowledged records that are gone.
std::string offset_fall_table(const results::Settled& settled, const Style& style);
// How long partitions stood still at each change of a group's members.
std::string group_change_table(const results::Settled& settled, const Style& style);

}  // namespace freshet::reports
