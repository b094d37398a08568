// The parts of summary.json that say how far the figures can be trusted.
#include "harness/results/summary_rows.h"

namespace freshet::results {
namespace {

Json to_json(const Burn& burn) {
  if (!burn.known) return Json();
  return {{"rate", burn.rate}, {"from_second", burn.from}, {"planned", burn.planned}, {"bad", burn.bad}};
}

}  // namespace

Json to_json(const Names& names, const FloorRow& row) {
  Json quantiles = Json::array();
  for (const Quantile& q : row.quantiles) quantiles.push_back(to_json(q));
  return {{"stream", names.stream(row.stream)}, {"group", names.pass(row.pass)}, {"quantiles", quantiles}};
}

Json to_json(const Names& names, const SteadyRow& row) {
  Json json{{"stream", names.stream(row.stream)},
            {"group", names.pass(row.pass)},
            {"phase", names.phase(row.phase)},
            {"known", row.known},
            {"cold", row.cold}};
  if (!row.known) return json;
  json["p50_first_ns"] = row.p50_first;
  json["p50_second_ns"] = row.p50_second;
  json["p99_first_ns"] = row.p99_first;
  json["p99_second_ns"] = row.p99_second;
  return json;
}

Json to_json(const Names& names, const BudgetRow& row) {
  return {{"slo", row.slo},
          {"stream", names.stream(row.stream)},
          {"group", names.pass(row.pass)},
          {"tier", names.tier(row.stream, row.tier)},
          {"planned", row.planned},
          {"bad", row.bad},
          {"minutes", row.minutes},
          {"bad_minutes", row.bad_minutes},
          {"seconds", row.seconds},
          {"bad_seconds", row.bad_seconds},
          {"touched_seconds", row.touched_seconds},
          {"worst_minute", to_json(row.minute)},
          {"worst_five_minutes", to_json(row.five_minutes)}};
}

Json to_json(const HostFigures& host) {
  if (host.seconds == 0) return Json();
  return {{"seconds", host.seconds},
          {"process_cpus_mean", host.process_cpus_mean},
          {"process_cpus_most", host.process_cpus_most},
          {"busy_mean", host.busy_mean},
          {"busy_most", host.busy_most},
          {"steal_mean", host.steal_mean},
          {"steal_most", host.steal_most},
          {"involuntary_switches", host.involuntary},
          {"involuntary_switches_most", host.involuntary_most}};
}

}  // namespace freshet::results
