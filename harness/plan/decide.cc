#include "harness/plan/decide.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/base/text.h"
#include "harness/plan/expected.h"

namespace freshet::plan {
namespace {

// The part of events that may be bad, or -1 for figures that are no percentile.
double allowed_part(const Slo& slo) {
  if (slo.figure == Figure::staleness_percentile) return 1 - slo.percentile;
  // "below 0 %" and "exactly 0 %" allow none and are decided by one event.
  if (slo.figure == Figure::staleness_share && slo.threshold > 0) return slo.threshold;
  return -1;
}

std::string sentence(const Plan& plan, const SloInstance& instance, double expected, double needed) {
  const Stream& stream = plan.streams[instance.stream];
  const Phase& phase = plan.phases[instance.phase];
  const double factor = needed / expected;
  const double seconds = static_cast<double>(phase.end - phase.begin) / static_cast<double>(base::kSecond);
  return fmt::format(
      "{} cannot be decided (E8): about {:.0f} events are expected in phase {} ({:.0f} s) and {:.0f} are "
      "needed; "
      "a rate of {} or a phase of {:.0f} s would do",
      describe(plan, instance), expected, phase.name, seconds, std::ceil(needed - 1e-6),
      base::format_rate(stream.rate * factor), std::ceil(seconds * factor - 1e-9));
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
    const Phase& phase = plan.phases[instance.phase];
    const double expected = expected_events(plan, instance.stream, instance.tier, phase.begin, phase.end);
    // A little less is enough: 25 s of 400/s are exactly the ten of p99.9, were it not for rounding.
    if (expected * allowed >= kDecisiveEvents * (1 - 1e-9)) continue;
    errors.push_back({sentence(plan, instance, expected, kDecisiveEvents / allowed), slo.line});
  }
  return errors;
}

}  // namespace freshet::plan
