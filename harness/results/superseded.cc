#include "harness/results/superseded.h"

#include <algorithm>

#include "harness/plan/compacted.h"
#include "harness/plan/thresholds.h"
#include "harness/results/phase_sums.h"

namespace freshet::results {
namespace {

// Exact counts of one event of that D.
CohortCounts counted(const std::vector<Nanos>& thresholds, const measure::Carrier& by) {
  CohortCounts counts{.samples = 1};
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    counts.over[i] = by.staleness > thresholds[i];
    counts.over_without_own[i] = by.without_own > thresholds[i];
  }
  return counts;
}

// Of a run that did not tell the D: no ground for a pass.
CohortCounts unknown() {
  CohortCounts counts{.samples = 1};
  counts.over.fill(1);
  counts.over_without_own.fill(1);
  return counts;
}

}  // namespace

Superseded::Superseded(const plan::Plan& plan, std::uint16_t stream, Facts& facts, StreamOutcomes& out)
    : plan_(plan),
      stream_(stream),
      facts_(facts),
      out_(out),
      compacted_(plan::is_compacted(plan.streams[stream])) {
  for (std::size_t pass = 0; compacted_ && pass < plan.groups.size(); ++pass) {
    thresholds_.emplace_back();
    if (out.passes[pass].reads) thresholds_.back() = plan::thresholds(plan, stream, pass);
  }
}

bool Superseded::holds(const Fated& fated) {
  if (!compacted_ || fated.pass >= plan_.groups.size()) return false;
  const std::pair of(fated.pass, fated.event.key);
  if (fated.outcome == &Outcomes::lost) {
    held_[of].push_back(fated);
    return true;
  }
  const auto earlier = held_.find(of);
  if (earlier == held_.end()) return false;
  if (fated.outcome == &Outcomes::visible) {
    for (const Fated& held : earlier->second) supersede(held.event, fated.pass, fated.event);
    held_.erase(earlier);
  } else if (fated.outcome == &Outcomes::undelivered || fated.outcome == &Outcomes::expired) {
    for (Fated& held : earlier->second) held.outcome = fated.outcome;
  }
  return false;
}

void Superseded::supersede(const plan::Event& event, std::size_t pass, const plan::Event& by) {
  Cell& cell = out_.cell(pass, event);
  ++cell.outcomes.planned;
  ++cell.outcomes.superseded;
  const auto pass16 = static_cast<std::uint16_t>(pass);
  const std::int64_t second = base::second_of(event.tau);
  CohortCounts& cohort = facts_.cohorts.of(stream_, pass, event.tier).get(second, {});
  const auto carrier = facts_.carriers.find({stream_, pass16, by.lane, by.n});
  if (carrier == facts_.carriers.end()) {
    cohort.add(unknown());
    cell.age(facts_.ended_at - event.tau);
    return;
  }
  cohort.add(counted(thresholds_[pass], carrier->second));
  add_parts(pass16, second, carrier->second);
  if (!cell.superseded) cell.superseded = std::make_unique<measure::Histogram>();
  cell.superseded->record(carrier->second.staleness);
}

void Superseded::add_parts(std::uint16_t pass, std::int64_t second, const measure::Carrier& by) {
  if (!counts_in(plan_, second, -1)) return;
  add(facts_.parts[{stream_, pass}][measure::part_bucket(by.staleness)],
      {1, static_cast<double>(by.send), static_cast<double>(by.log),
       static_cast<double>(by.staleness - by.send - by.log)});
}

std::vector<Fated> Superseded::rest() {
  std::vector<Fated> all;
  for (const auto& [of, events] : held_) all.insert(all.end(), events.begin(), events.end());
  held_.clear();
  return all;
}

}  // namespace freshet::results
