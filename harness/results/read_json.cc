// What the readers of the views saw, as rows of summary.json.
#include "harness/results/summary_rows.h"

namespace freshet::results {

Json to_json(const Names& names, const OverBoundRow& row) {
  return {{"stream", names.stream(row.stream)}, {"group", names.pass(row.pass)},
          {"phase", names.phase(row.phase)},    {"time_ns", row.time},
          {"longest_ns", row.longest},          {"spells", row.spells}};
}

Json to_json(const Names& names, const ViewRow& row) {
  return {{"read", names.read(row.read)},
          {"class", names.klass(row.stream)},
          {"stream", names.stream(row.stream)},
          {"group", names.read_group(row.read)},
          {"phase", names.phase(row.phase)},
          {"reads", row.reads},
          {"done", row.done},
          {"bound_ns", row.bound},
          {"stale", row.stale},
          {"quantiles", to_json(row.quantiles)},
          {"mean_ns", row.mean},
          {"caused", row.caused},
          {"caused_critical", row.caused_critical},
          {"caused_wrong", row.wrong_known ? Json(row.caused_wrong) : Json()},
          {"unseen_mean", row.unseen_mean},
          {"unseen_most", row.unseen_most}};
}

Json to_json(const Names& names, const DecisionRow& row) {
  return {{"read", names.read(row.read)},
          {"group", names.read_group(row.read)},
          {"phase", names.phase(row.phase)},
          {"reads", row.reads},
          {"done", row.done},
          {"unresolved", row.unresolved()},
          {"stale", row.stale},
          {"critical_stale", row.critical},
          {"decides", row.decides},
          {"wrong", row.wrong_known ? Json(row.wrong) : Json()},
          {"critical_wrong", row.wrong_known ? Json(row.critical_wrong) : Json()},
          {"delay", to_json(row.delay)}};
}

Json to_json(const Names& names, const CriticalRow& row) {
  return {{"stream", names.stream(row.stream)},
          {"group", names.pass(row.pass)},
          {"phase", names.phase(row.phase)},
          {"planned", row.planned},
          {"late", row.looked_at ? Json(row.late) : Json()},
          {"missed", row.missed}};
}

}  // namespace freshet::results
