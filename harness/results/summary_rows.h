// Rows of summary.json, and of disturbances.csv.
#pragma once

#include <string>

#include "harness/results/names.h"
#include "harness/results/settle.h"

namespace freshet::results {

Json to_json(const Outcomes& outcomes);
Json to_json(const Quantile& quantile);
Json to_json(const std::vector<Quantile>& quantiles);
Json to_json(const Names& names, const FloorRow& row);
Json to_json(const Names& names, const SteadyRow& row);
Json to_json(const Names& names, const BudgetRow& row);
Json to_json(const HostFigures& host);
Json to_json(const Names& names, const DisturbanceRow& row);
Json to_json(const Names& names, const CommandRow& row);
Json to_json(const Names& names, const FaultRow& row);
Json to_json(const Names& names, const FaultGroupRow& row);
Json to_json(const Names& names, const OffsetFallRow& row);
Json to_json(const Names& names, const GroupChangeRow& row);
Json to_json(const Names& names, const MoveRow& row);
Json to_json(const Names& names, const ResetRow& row);
Json to_json(const Names& names, const IsolationRow& row);  // isolation.cc
// read_json.cc
Json to_json(const Names& names, const OverBoundRow& row);
Json to_json(const Names& names, const ViewRow& row);
Json to_json(const Names& names, const DecisionRow& row);
Json to_json(const Names& names, const CriticalRow& row);

// One row for each disturbance of the timeline at each stream and live group: phases first, then faults and
// group changes within them.
std::string disturbances_csv(const Settled& settled);

}  // namespace freshet::results
