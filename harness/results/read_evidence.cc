#include <algorithm>
#include <cmath>

#include "harness/results/evidence.h"
#include "harness/results/lags.h"
#include "harness/results/over_bound.h"
#include "harness/results/quantile.h"

namespace freshet::results {
namespace {

using plan::Figure;

// E7: bad = over the threshold, or not done. That one was not done is never the cluster's fault: without own
// causes it is not counted bad (V1).
void of_reads(const ReadCell& cell, std::uint64_t over, SloEvidence& evidence) {
  evidence.planned = cell.planned;
  evidence.bad = std::min(cell.planned, over + (cell.planned - cell.done));
  evidence.bad_without_own = over;
  if (cell.planned > 0)
    evidence.share = static_cast<double>(evidence.bad) / static_cast<double>(cell.planned);
}

void view_staleness(const Settling& s, const plan::SloInstance& instance, SloEvidence& evidence) {
  const plan::Slo& slo = s.plan.slos[instance.slo];
  const auto phase = static_cast<int>(instance.phase);
  const std::vector<std::size_t>& streams = s.plan.reads[instance.read].streams;
  const auto place =
      static_cast<std::size_t>(std::find(streams.begin(), streams.end(), instance.stream) - streams.begin());
  const ReadCell cell = s.reads.read(instance.read, phase);
  const ViewCell view = s.reads.view(instance.read, place, phase);
  const std::vector<Nanos> thresholds = view_thresholds(s.plan);
  const auto found = std::find(thresholds.begin(), thresholds.end(), std::llround(slo.threshold));
  of_reads(cell, view.over[static_cast<std::size_t>(found - thresholds.begin())], evidence);
  measure::Histogram missing;
  if (cell.planned > cell.done) missing.record_us(0, cell.planned - cell.done);
  evidence.figure = quantile(slo.percentile, {&view.staleness, &missing});
}

void wrong_decisions(const Settling& s, const plan::SloInstance& instance, SloEvidence& evidence) {
  const ReadCell cell = s.reads.read(instance.read, static_cast<int>(instance.phase));
  evidence.unknown = !s.reads.wrong_known(instance.read);
  if (evidence.unknown) {
    evidence.planned = cell.planned;
    return;
  }
  const bool critical = plan::is_of_critical_decisions(s.plan.slos[instance.slo].figure);
  of_reads(cell, critical ? cell.critical_wrong : cell.wrong, evidence);
}

void critical_events(const Settling& s, const plan::SloInstance& instance, SloEvidence& evidence) {
  const auto phase = static_cast<int>(instance.phase);
  const Outcomes o = s.sums.outcomes(instance.stream, instance.group, -1, phase);
  evidence.planned = o.planned;
  if (s.plan.slos[instance.slo].figure == Figure::missed) {
    evidence.count = o.planned - o.visible - o.superseded;
    return;
  }
  evidence.count = s.reads.late(instance.stream, instance.group, phase);
  // Nobody having looked is no ground for a pass.
  std::uint64_t done = 0;
  for (std::size_t read = 0; read < s.plan.reads.size(); ++read) {
    const plan::Read& looks = s.plan.reads[read];
    const bool here = looks.group == instance.group &&
                      std::ranges::find(looks.streams, instance.stream) != looks.streams.end();
    if (here) done += s.reads.read(read, phase).done;
  }
  if (done == 0) evidence.planned = 0;
}

void time_over_bound(const Settling& s, const plan::SloInstance& instance, SloEvidence& evidence) {
  const plan::Phase& phase = s.plan.phases[instance.phase];
  evidence.planned =
      s.sums.outcomes(instance.stream, instance.group, -1, static_cast<int>(instance.phase)).planned;
  evidence.figure.p = 1;
  const Nanos until = planned_until(s.plan, s.facts);
  if (!lag_known(s.facts, instance.stream, instance.group) || until <= phase.begin)
    return;  // nothing known is never a pass
  evidence.figure.kind = Quantile::Kind::exact;
  evidence.figure.value = length_within(over_bound(s.facts, instance.stream, instance.group), phase.begin,
                                        std::min(phase.end, until));
}

}  // namespace

void read_evidence(const Settling& s, const plan::SloInstance& instance, SloEvidence& evidence) {
  const auto phase = static_cast<int>(instance.phase);
  switch (s.plan.slos[instance.slo].figure) {
    case Figure::view_staleness:
      return view_staleness(s, instance, evidence);
    case Figure::stale_decisions: {
      const ReadCell cell = s.reads.read(instance.read, phase);
      return of_reads(cell, cell.stale, evidence);
    }
    case Figure::critical_stale_decisions: {
      const ReadCell cell = s.reads.read(instance.read, phase);
      return of_reads(cell, cell.critical, evidence);
    }
    case Figure::wrong_decisions:
    case Figure::critical_wrong_decisions:
      return wrong_decisions(s, instance, evidence);
    case Figure::time_over_bound:
      return time_over_bound(s, instance, evidence);
    default:
      return critical_events(s, instance, evidence);
  }
}

}  // namespace freshet::results
