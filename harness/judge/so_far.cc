#include "harness/judge/so_far.h"

#include <algorithm>
#include <cmath>

#include "harness/judge/slo.h"
#include "harness/plan/expected.h"
#include "harness/results/evidence.h"

namespace freshet::judge {
namespace {

using plan::Comparison;
using plan::Figure;
using results::Live;

bool is_of_staleness(const plan::Slo& slo) {
  return slo.figure == Figure::staleness_percentile || slo.figure == Figure::staleness_share;
}

const results::LivePass* pass_of(const Live& live, const plan::SloInstance& instance) {
  const auto found = std::ranges::find_if(live.passes, [&](const results::LivePass& pass) {
    return pass.stream == instance.stream && pass.pass == instance.group;
  });
  return found == live.passes.end() ? nullptr : &*found;
}

// E7, of what became visible.
std::uint64_t late(const plan::Plan& plan, const plan::SloInstance& instance, const Live& live) {
  const auto i = results::counted_at(plan, plan.slos[instance.slo], instance.stream, instance.group);
  std::uint64_t sum = 0;
  for (const results::LiveStaleness& row : live.staleness) {
    if (row.stream != instance.stream || row.pass != instance.group) continue;
    if (instance.tier >= 0 && row.tier != static_cast<std::size_t>(instance.tier)) continue;
    const results::CohortCounts& counts = row.in[instance.phase];
    sum += i ? counts.over[*i] : counts.samples;
  }
  return sum;
}

SloSoFar::Events events_so_far(const plan::Plan& plan, const plan::SloInstance& instance, const Live& live) {
  const plan::Phase& phase = plan.phases[instance.phase];
  const double expected = plan::expected_events(plan, instance.stream, instance.tier, phase.begin, phase.end);
  SloSoFar::Events events{.planned = static_cast<std::uint64_t>(std::llround(expected))};
  events.bad = late(plan, instance, live);
  events.allowed = allowed_bad(plan.slos[instance.slo], events.planned);
  return events;
}

// What only grows and has gone too far never comes back. The same holds for no SLO that asks for more than
// something.
std::optional<bool> broken_so_far(const plan::Plan& plan, const plan::SloInstance& instance, const Live& live,
                                  const std::optional<SloSoFar::Events>& events) {
  const plan::Slo& slo = plan.slos[instance.slo];
  const results::LivePass* pass = pass_of(live, instance);
  if (slo.comparison == Comparison::above || !pass) return std::nullopt;
  const bool below = slo.comparison == Comparison::below;
  if (events && below) return events->bad > events->allowed;
  if (slo.figure == Figure::freshness_lag && below)
    return pass->freshness_in[instance.phase] > std::llround(slo.threshold);
  if (slo.figure != Figure::out_of_order) return std::nullopt;
  const auto found = static_cast<std::int64_t>(pass->count(measure::Count::out_of_order));
  return below ? found >= std::llround(slo.threshold) : found > std::llround(slo.threshold);
}

}  // namespace

std::vector<SloSoFar> slos_so_far(const plan::Plan& plan, const std::vector<plan::SloInstance>& instances,
                                  const Live& live) {
  std::vector<SloSoFar> all;
  for (const plan::SloInstance& instance : instances) {
    SloSoFar& slo = all.emplace_back();
    slo.text = plan::describe(plan, instance);
    if (is_of_staleness(plan.slos[instance.slo])) slo.events = events_so_far(plan, instance, live);
    slo.broken = broken_so_far(plan, instance, live, slo.events);
  }
  return all;
}

std::vector<SloSoFar> slos_at_end(const plan::Plan& plan, const std::vector<plan::SloInstance>& instances,
                                  const results::Figures& figures, const Verdict& verdict) {
  std::vector<SloSoFar> all;
  for (std::size_t i = 0; i < instances.size() && i < figures.slos.size() && i < verdict.slos.size(); ++i) {
    SloSoFar& slo = all.emplace_back();
    slo.text = verdict.slos[i].text;
    slo.broken = !verdict.slos[i].holds;
    const plan::Slo& asked = plan.slos[instances[i].slo];
    const results::SloEvidence& evidence = figures.slos[i];
    if (is_of_staleness(asked))
      slo.events = {evidence.planned, evidence.bad, allowed_bad(asked, evidence.planned)};
  }
  return all;
}

}  // namespace freshet::judge
