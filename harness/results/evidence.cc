#include "harness/results/evidence.h"

#include <algorithm>
#include <cmath>

#include "harness/plan/slo_instances.h"
#include "harness/plan/thresholds.h"
#include "harness/results/lags.h"
#include "harness/results/quantile.h"

namespace freshet::results {
namespace {

using measure::Count;
using measure::Histogram;
using measure::Measure;
using plan::Figure;

// The value at a quantile without E8's rule: what the harness itself did is judged however few samples there
// are.
Nanos value_at(const Histogram& histogram, double p) {
  if (histogram.total() == 0) return 0;
  return histogram.value_at_rank(rank_of(std::clamp(p, 0.0, 1.0), histogram.total())) * base::kMicrosecond;
}

// The harness's own part in what the SLO is about (V1, V4).
void own_part(const Settling& s, const plan::SloInstance& instance, double p, SloEvidence& evidence) {
  const plan::Slo& slo = s.plan.slos[instance.slo];
  const auto stream = static_cast<std::uint16_t>(instance.stream);
  const auto phase = static_cast<int>(instance.phase);
  Histogram delay =
      s.distributions.merged(stream, measure::kNoPass, instance.tier, Measure::own_delay, phase);
  if (plan::is_of_decisions(slo.figure)) {  // of all that the read looks at
    for (const std::size_t other : s.plan.reads[instance.read].streams) {
      if (other == instance.stream) continue;
      delay.merge(s.distributions.merged(static_cast<std::uint16_t>(other), measure::kNoPass, -1,
                                         Measure::own_delay, phase));
    }
  }
  Histogram hiccup = s.distributions.merged(0, measure::kNoPass, -1, Measure::hiccup, phase);
  // Time to fresh is made of what happens after the disturbance.
  const auto last = slo.figure == Figure::time_to_fresh ? static_cast<int>(s.plan.phases.size()) : phase + 1;
  for (int later = phase + 1; later < last; ++later) {
    delay.merge(s.distributions.merged(stream, measure::kNoPass, instance.tier, Measure::own_delay, later));
    hiccup.merge(s.distributions.merged(0, measure::kNoPass, -1, Measure::hiccup, later));
  }
  evidence.own_delay = value_at(delay, p);
  evidence.hiccup = value_at(hiccup, p);
}

// 1 where the figure is a count or a maximum.
double gated_quantile(const plan::Slo& slo) {
  if (slo.figure == Figure::view_staleness) return slo.percentile;
  return plan::is_of_decisions(slo.figure) ? 1 - slo.threshold : 1.0;
}

// E7: bad = those seen later than the threshold + those not seen.
void staleness(const Settling& s, const plan::SloInstance& instance, SloEvidence& evidence) {
  const plan::Slo& slo = s.plan.slos[instance.slo];
  const bool share = slo.figure == Figure::staleness_share;
  const auto phase = static_cast<int>(instance.phase);
  const Outcomes outcomes = s.sums.outcomes(instance.stream, instance.group, instance.tier, phase);
  const CohortCounts counts = s.sums.cohorts(instance.stream, instance.group, instance.tier, phase);
  const std::optional<std::size_t> i = counted_at(s.plan, slo, instance.stream, instance.group);
  const std::uint64_t late = i ? counts.over[*i] : counts.samples;
  const std::uint64_t late_without_own = i ? counts.over_without_own[*i] : counts.samples;
  evidence.bad = std::min(outcomes.planned, late + not_visible(outcomes));
  evidence.bad_without_own =
      std::min(outcomes.planned, late_without_own + not_visible(outcomes) - outcomes.not_sent_own);
  evidence.planned = outcomes.planned;
  if (outcomes.planned > 0) {
    evidence.share = static_cast<double>(evidence.bad) / static_cast<double>(outcomes.planned);
  }
  const double p = share ? 1 - slo.threshold : slo.percentile;
  const auto stream = static_cast<std::uint16_t>(instance.stream),
             pass = static_cast<std::uint16_t>(instance.group);
  const Histogram visible = s.distributions.merged(stream, pass, instance.tier, Measure::staleness, phase);
  const Histogram ages = s.sums.ages(instance.stream, instance.group, instance.tier, phase);
  evidence.figure = quantile(p, {&visible, &ages});
  own_part(s, instance, p, evidence);
}

void ledger(const Settling& s, const plan::SloInstance& instance, SloEvidence& evidence) {
  const Outcomes all = s.sums.outcomes(instance.stream, instance.group, -1, kAllPhases);
  const auto count = [&](Count what) { return count_of(s.facts, instance.stream, instance.group, what); };
  evidence.planned = all.planned;
  switch (s.plan.slos[instance.slo].figure) {
    case Figure::lost:
      evidence.count = all.lost;
      break;
    case Figure::duplicate:
      evidence.count = redelivered(s.facts, instance.stream, instance.group) +
                       log_duplicates(s.facts, instance.stream, instance.group) + count(Count::reprocessed);
      break;
    default:
      evidence.count = count(Count::out_of_order);
  }
}

// Nothing known of the lag is never a pass: the figure stays "not available".
void lag(const Settling& s, const plan::SloInstance& instance, SloEvidence& evidence) {
  const auto stream = static_cast<std::uint16_t>(instance.stream),
             pass = static_cast<std::uint16_t>(instance.group);
  const auto phase = static_cast<int>(instance.phase);
  evidence.planned = s.sums.outcomes(instance.stream, instance.group, -1, phase).planned;
  evidence.figure.p = 1;
  own_part(s, instance, 1, evidence);
  const bool any = lag_known(s.facts, stream, pass);
  if (!any || planned_until(s.plan, s.facts) <= s.plan.phases[instance.phase].begin) return;
  if (s.plan.slos[instance.slo].figure == Figure::freshness_lag) {
    evidence.figure.kind = Quantile::Kind::exact;
    evidence.figure.value = lag_row(s.plan, s.facts, stream, pass, phase).freshness;
    return;
  }
  const DisturbanceRow row = disturbance(s.plan, s.facts, stream, pass, instance.phase);
  evidence.figure.kind = row.reached ? Quantile::Kind::exact : Quantile::Kind::at_least;
  evidence.figure.value = row.time_to_fresh;
}

}  // namespace

std::uint64_t count_of(const Facts& facts, std::size_t stream, std::size_t pass, Count what) {
  std::uint64_t sum = 0;
  for (const auto& [second, counts] : facts.counts.of(stream, pass)) sum += of(counts, what);
  return sum;
}

namespace {

std::uint64_t of_seen(const Facts& facts, std::size_t stream, std::size_t pass,
                      std::uint64_t SeenStream::*what) {
  const auto seen = facts.seen.find({static_cast<std::uint16_t>(stream), static_cast<std::uint16_t>(pass)});
  return seen == facts.seen.end() ? 0 : seen->second.*what;
}

}  // namespace

// What shards noticed themselves, and what two of them saw without knowing of each other (P2).
std::uint64_t redelivered(const Facts& facts, std::size_t stream, std::size_t pass) {
  return count_of(facts, stream, pass, Count::redelivered) +
         of_seen(facts, stream, pass, &SeenStream::overlap);
}

std::uint64_t log_duplicates(const Facts& facts, std::size_t stream, std::size_t pass) {
  return count_of(facts, stream, pass, Count::log_duplicate) +
         of_seen(facts, stream, pass, &SeenStream::copies);
}

std::uint64_t seen_again(const Facts& facts, std::size_t stream, std::size_t pass) {
  return of_seen(facts, stream, pass, &SeenStream::overlap) +
         of_seen(facts, stream, pass, &SeenStream::copies);
}

std::optional<std::size_t> counted_at(const plan::Plan& plan, const plan::Slo& slo, std::size_t stream,
                                      std::size_t group) {
  const std::vector<Nanos> bounds = plan::thresholds(plan, stream, group);
  const bool share = slo.figure == Figure::staleness_share;
  const auto found =
      std::find(bounds.begin(), bounds.end(), share ? bounds.front() : std::llround(slo.threshold));
  const auto i = static_cast<std::size_t>(found - bounds.begin());
  if (found == bounds.end() || i >= measure::kMaximumThresholds) return std::nullopt;
  return i;
}

std::vector<SloEvidence> slo_evidence(const Settling& s) {
  std::vector<SloEvidence> all;
  for (const plan::SloInstance& instance : plan::slo_instances(s.plan).instances) {
    SloEvidence& evidence = all.emplace_back();
    switch (s.plan.slos[instance.slo].figure) {
      case Figure::staleness_percentile:
      case Figure::staleness_share:
        staleness(s, instance, evidence);
        break;
      case Figure::freshness_lag:
      case Figure::time_to_fresh:
        lag(s, instance, evidence);
        break;
      case Figure::lost:
      case Figure::duplicate:
      case Figure::out_of_order:
        ledger(s, instance, evidence);
        break;
      default:
        read_evidence(s, instance, evidence);
        own_part(s, instance, gated_quantile(s.plan.slos[instance.slo]), evidence);
    }
  }
  return all;
}

}  // namespace freshet::results
