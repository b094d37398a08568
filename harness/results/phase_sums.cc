#include "harness/results/phase_sums.h"

#include "harness/results/distributions.h"

namespace freshet::results {
namespace {

// By second of τ, from 0; no phase: the number of phases.
std::vector<std::size_t> phases_of(const plan::Plan& plan, std::int64_t seconds) {
  std::vector<std::size_t> phases;
  for (std::int64_t second = 0; second < seconds; ++second) {
    const int phase = phase_of(plan, second);
    phases.push_back(phase < 0 ? plan.phases.size() : static_cast<std::size_t>(phase));
  }
  return phases;
}

}  // namespace

bool counts_in(const plan::Plan& plan, std::int64_t second, int phase) {
  if (phase == kAllPhases) return true;
  const int in = phase_of(plan, second);
  return phase >= 0 ? in == phase : in >= 0 && plan.phases[static_cast<std::size_t>(in)].measured();
}

PhaseSums::PhaseSums(const plan::Plan& plan, const Facts& facts, const std::vector<StreamOutcomes>& outcomes)
    : passes_(plan.passes()), sums_(plan.streams.size() * plan.passes()) {
  for (const plan::Phase& phase : plan.phases) measured_.push_back(phase.measured());
  measured_.push_back(false);
  for (std::size_t stream = 0; stream < outcomes.size(); ++stream) {
    const StreamOutcomes& of = outcomes[stream];
    const std::vector<std::size_t> phases = phases_of(plan, of.seconds);
    for (std::size_t pass = 0; pass < passes_; ++pass) add_up(of, facts, stream, pass, phases);
  }
}

void PhaseSums::add_up(const StreamOutcomes& outcomes, const Facts& facts, std::size_t stream,
                       std::size_t pass, const std::vector<std::size_t>& phases) {
  std::vector<Sum>& sums = sums_[stream * passes_ + pass];
  sums.resize(outcomes.tiers * measured_.size());
  const std::vector<Cell>& cells = outcomes.passes[pass].cells;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    Sum& sum = sums[i % outcomes.tiers * measured_.size() + phases[i / outcomes.tiers]];
    add(sum.outcomes, cells[i].outcomes);
    if (!cells[i].ages) continue;
    if (!sum.ages) sum.ages = std::make_unique<measure::Histogram>();
    sum.ages->merge(*cells[i].ages);
  }
  for (std::size_t tier = 0; tier < outcomes.tiers; ++tier) {
    for (const auto& [second, counts] : facts.cohorts.of(stream, pass, tier)) {
      if (second < 0 || second >= outcomes.seconds) continue;
      sums[tier * measured_.size() + phases[static_cast<std::size_t>(second)]].cohorts.add(counts);
    }
  }
}

template <class F>
void PhaseSums::each(std::size_t stream, std::size_t pass, int tier, int phase, F&& f) const {
  const std::vector<Sum>& sums = sums_[stream * passes_ + pass];
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::size_t t = i / measured_.size(), p = i % measured_.size();
    if (tier >= 0 && static_cast<std::size_t>(tier) != t) continue;
    const bool counts = phase >= 0 ? static_cast<std::size_t>(phase) == p : measured_[p] != 0;
    if (counts || phase == kAllPhases) f(sums[i]);
  }
}

Outcomes PhaseSums::outcomes(std::size_t stream, std::size_t pass, int tier, int phase) const {
  Outcomes all;
  each(stream, pass, tier, phase, [&](const Sum& sum) { add(all, sum.outcomes); });
  return all;
}

CohortCounts PhaseSums::cohorts(std::size_t stream, std::size_t pass, int tier, int phase) const {
  CohortCounts all;
  each(stream, pass, tier, phase, [&](const Sum& sum) { all.add(sum.cohorts); });
  return all;
}

measure::Histogram PhaseSums::ages(std::size_t stream, std::size_t pass, int tier, int phase) const {
  measure::Histogram all;
  each(stream, pass, tier, phase, [&](const Sum& sum) {
    if (sum.ages) all.merge(*sum.ages);
  });
  return all;
}

}  // namespace freshet::results
