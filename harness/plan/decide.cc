#include "harness/plan/decide.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/base/text.h"
#include "harness/plan/expected.h"
#include "harness/plan/reads.h"

namespace freshet::plan {
namespace {

// The part of events that may be bad, or -1 for figures that are no percentile.
double allowed_part(const Slo& slo) {
  if (slo.figure == Figure::staleness_percentile || slo.figure == Figure::view_staleness)
    return 1 - slo.percentile;
  // "below 0 %" and "exactly 0 %" allow none and are decided by one event.
  const bool share = slo.figure == Figure::staleness_share || is_of_decisions(slo.figure);
  return share && slo.threshold > 0 ? slo.threshold : -1;
}

double expected_of(const Plan& plan, const SloInstance& instance) {
  const Phase& phase = plan.phases[instance.phase];
  if (instance.read != kNoRead)
    return expected_reads(plan, plan.reads[instance.read], phase.begin, phase.end);
  return expected_events(plan, instance.stream, instance.tier, phase.begin, phase.end);
}

std::string sentence(const Plan& plan, const SloInstance& instance, double expected, double needed) {
  const bool of_read = instance.read != kNoRead;
  const bool background = of_read && !plan.reads[instance.read].triggered;
  const double rate = background ? plan.reads[instance.read].rate
                      : of_read  ? plan.streams[plan.reads[instance.read].after].rate
                                 : plan.streams[instance.stream].rate;
  const Phase& phase = plan.phases[instance.phase];
  const double factor = needed / expected;
  const double seconds = static_cast<double>(phase.end - phase.begin) / static_cast<double>(base::kSecond);
  return fmt::format(
      "{} cannot be decided (E8): about {:.0f} {} are expected in phase {} ({:.0f} s) and {:.0f} are "
      "needed; "
      "a rate of {} or a phase of {:.0f} s would do",
      describe(plan, instance), expected, of_read ? "reads" : "events", phase.name, seconds,
      std::ceil(needed - 1e-6), base::format_rate(rate * factor), std::ceil(seconds * factor - 1e-9));
}

}  // namespace

double expected_events(const Plan& plan, std::size_t stream, int tier, Nanos begin, Nanos end) {
  double sum = 0;
  const auto& tiers = plan.populations[plan.streams[stream].population].tiers;
  for (const workloads::Segment& segment : plan.streams[stream].segments) {
    double part = 1;
    if (tier >= 0) {
      part = (1 - segment.hot_share) * tiers[static_cast<std::size_t>(tier)].share;
      if (tier == 0) part += segment.hot_share;
    }
    sum += segment.mass(begin, end) * part;
  }
  return sum;
}

std::vector<PlanError> undecidable(const Plan& plan, const std::vector<SloInstance>& instances) {
  std::vector<PlanError> errors;
  for (const SloInstance& instance : instances) {
    const Slo& slo = plan.slos[instance.slo];
    const double allowed = allowed_part(slo);
    if (allowed < 0) continue;
    const double expected = expected_of(plan, instance);
    // A little less is enough: 25 s of 400/s are exactly the ten of p99.9, were it not for rounding.
    if (expected * allowed >= kDecisiveEvents * (1 - 1e-9)) continue;
    errors.push_back({sentence(plan, instance, expected, kDecisiveEvents / allowed), slo.line});
  }
  return errors;
}

}  // namespace freshet::plan
