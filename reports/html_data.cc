#include "reports/html_data.h"

#include <algorithm>

#include "harness/plan/plan_json.h"
#include "harness/plan/slo_instances.h"
#include "harness/results/names.h"
#include "reports/html_marks.h"
#include "reports/html_timeline.h"

namespace freshet::reports {
namespace {

using nlohmann::json;
using results::Quantile;
using results::Settled;

// Of each class and group so many of the worst events are shown.
constexpr std::size_t kWorstShown = 10;

json summary(const Settled& settled, const judge::Verdict& verdict) {
  json summary = results::figures_to_json(settled.plan, settled.figures);
  summary["verdict"] = judge::to_json(verdict);
  return summary;
}

json plan_of(const Settled& settled) {
  json plan = plan::to_json(settled.plan);
  for (json& stream : plan["streams"]) stream.erase("segments");
  return plan;
}

json manifest_of(const Settled& settled) {
  json manifest = settled.manifest.is_object() ? settled.manifest : json::object();
  manifest.erase("scenario_text");
  return manifest;
}

json part_of_bound(const plan::Slo& slo, const results::SloEvidence& evidence) {
  if (slo.comparison != plan::Comparison::below || slo.threshold <= 0 || evidence.unknown) return nullptr;
  if (slo.figure == plan::Figure::staleness_share || plan::is_of_decisions(slo.figure))
    return evidence.share / slo.threshold;
  if (evidence.figure.kind == Quantile::Kind::not_available) return nullptr;
  return static_cast<double>(evidence.figure.value) / slo.threshold;
}

json slo_use(const Settled& settled) {
  json all = json::array();
  const std::vector<plan::SloInstance> instances = plan::slo_instances(settled.plan).instances;
  for (std::size_t i = 0; i < std::min(instances.size(), settled.figures.slos.size()); ++i)
    all.push_back(part_of_bound(settled.plan.slos[instances[i].slo], settled.figures.slos[i]));
  return all;
}

json spectra(const Settled& settled) {
  json all = json::array();
  for (const results::Spectrum& spectrum : settled.spectra) {
    // Phases that nothing is judged in are on the timeline.
    const auto phase = static_cast<std::size_t>(spectrum.phase);
    if (spectrum.phase >= 0 && !settled.plan.phases[phase].measured()) continue;
    all.push_back(html_spectrum(spectrum));
  }
  return all;
}

json partitions(const Settled& settled) {
  json all = json::array();
  for (const results::PartitionRow& row : settled.partitions) {
    json lags = json::array();
    for (const base::Nanos lag : row.lag) lags.push_back(lag);
    all.push_back({{"stream", row.stream},
                   {"partition", row.partition},
                   {"planned", row.planned},
                   {"bytes", row.bytes},
                   {"lag_ns", lags}});
  }
  return all;
}

json worst(const Settled& settled) {
  json all = json::array();
  const results::Names names(settled.plan);
  std::size_t same = 0;
  const measure::WorstEvent* before = nullptr;
  for (const measure::WorstEvent& event : settled.worst) {
    same = before && before->stream == event.stream && before->pass == event.pass ? same + 1 : 0;
    before = &event;
    if (same >= kWorstShown) continue;
    all.push_back({{"stream", event.stream},
                   {"group", names.pass(event.pass)},
                   {"tier", names.tier(event.stream, event.tier)},
                   {"key", event.key},
                   {"partition", event.partition},
                   {"offset", event.offset},
                   {"tau_ns", event.tau},
                   {"sent_ns", event.sent},
                   {"received_ns", event.received},
                   {"visible_ns", event.visible}});
  }
  return all;
}

}  // namespace

json html_spectrum(const results::Spectrum& spectrum) {
  json points = json::array();
  json at_least = nullptr;
  for (std::size_t k = 0; k < spectrum.points.size(); ++k) {
    points.push_back(spectrum.points[k].value / base::kMicrosecond);
    if (at_least.is_null() && spectrum.points[k].kind == Quantile::Kind::at_least) at_least = k;
  }
  return {{"stream", spectrum.stream},
          {"group", spectrum.pass},
          {"tier", spectrum.tier},
          {"phase", spectrum.phase},
          {"events", spectrum.events},
          {"us", points},
          {"at_least_from", at_least},
          {"maximum_us", spectrum.maximum.value / base::kMicrosecond},
          {"maximum_at_least", spectrum.maximum.kind == Quantile::Kind::at_least}};
}

json html_data(const Settled& settled, const judge::Verdict& verdict) {
  return {{"summary", summary(settled, verdict)},
          {"plan", plan_of(settled)},
          {"manifest", manifest_of(settled)},
          {"slo_use", slo_use(settled)},
          {"timeline", html_timeline(settled, time_grid(settled))},
          {"marks", html_marks(settled)},
          {"spectrum_steps", results::kSpectrumSteps},
          {"spectra", spectra(settled)},
          {"partitions", partitions(settled)},
          {"worst", worst(settled)}};
}

}  // namespace freshet::reports
