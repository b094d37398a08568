// SLOs on staleness as error budgets: how often and how fast they were used up, by second of τ.
#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "harness/plan/slo_instances.h"
#include "harness/results/rows.h"

namespace freshet::results {
namespace {

using plan::Figure;

constexpr std::int64_t kBillion = 1'000'000'000;
constexpr std::int64_t kMinute = 60;

struct Judged {
  std::uint64_t planned = 0, bad = 0;
};

// What is judged together: an SLO at a class, group and tier, in all its phases.
struct Budget {
  std::size_t slo = 0, stream = 0, pass = 0;
  int tier = -1;
  friend auto operator<=>(const Budget&, const Budget&) = default;
};

// Billionths of the events that may be bad.
std::int64_t allowed_billionths(const plan::Slo& slo) {
  if (slo.figure == Figure::staleness_share)
    return std::llround(slo.threshold * static_cast<double>(kBillion));
  return kBillion - std::llround(slo.percentile * static_cast<double>(kBillion));
}

bool is_budget(const plan::Slo& slo) {
  const bool staleness = slo.figure == Figure::staleness_percentile || slo.figure == Figure::staleness_share;
  return staleness && slo.comparison == plan::Comparison::below && allowed_billionths(slo) > 0;
}

// By second of τ; a second of no phase that the SLO is judged in has nothing.
std::vector<Judged> judged_seconds(const Settling& s, const Budget& budget,
                                   const std::vector<std::size_t>& phases) {
  const StreamOutcomes& outcomes = s.outcomes[budget.stream];
  std::vector<Judged> seconds(static_cast<std::size_t>(outcomes.seconds));
  const auto judged = [&](std::int64_t second) {
    return second >= 0 && second < outcomes.seconds &&
           std::ranges::find(phases, static_cast<std::size_t>(phase_of(s.plan, second))) != phases.end();
  };
  for (std::int64_t second = 0; second < outcomes.seconds; ++second) {
    if (!judged(second)) continue;
    for (std::size_t tier = 0; tier < outcomes.tiers; ++tier) {
      if (budget.tier >= 0 && static_cast<std::size_t>(budget.tier) != tier) continue;
      const Outcomes& o = outcomes.cell(budget.pass, second, tier).outcomes;
      seconds[static_cast<std::size_t>(second)].planned += o.planned;
      seconds[static_cast<std::size_t>(second)].bad += not_visible(o);
    }
  }
  const auto i = counted_at(s.plan, s.plan.slos[budget.slo], budget.stream, budget.pass);
  for (std::size_t tier = 0; tier < outcomes.tiers; ++tier) {
    if (budget.tier >= 0 && static_cast<std::size_t>(budget.tier) != tier) continue;
    for (const auto& [second, counts] : s.facts.cohorts.of(budget.stream, budget.pass, tier)) {
      if (judged(second))
        seconds[static_cast<std::size_t>(second)].bad += i ? counts.over[*i] : counts.samples;
    }
  }
  for (Judged& second : seconds) second.bad = std::min(second.bad, second.planned);
  return seconds;
}

// The stretch from the first second with anything planned to the last one.
std::vector<Judged> trimmed(const std::vector<Judged>& seconds, std::int64_t& first) {
  const auto anything = [](const Judged& second) { return second.planned > 0; };
  const auto begin = std::ranges::find_if(seconds, anything);
  const auto end = std::find_if(seconds.rbegin(), seconds.rend(), anything).base();
  first = begin - seconds.begin();
  return begin < end ? std::vector<Judged>(begin, end) : std::vector<Judged>{};
}

Burn worst_window(const std::vector<Judged>& seconds, std::int64_t length, double allowed) {
  Burn worst;
  std::int64_t first = 0;
  const std::vector<Judged> span = trimmed(seconds, first);
  const auto window = static_cast<std::size_t>(length);
  Judged sum;
  for (std::size_t i = 0; i < span.size(); ++i) {
    sum.planned += span[i].planned, sum.bad += span[i].bad;
    if (i >= window) sum.planned -= span[i - window].planned, sum.bad -= span[i - window].bad;
    if (i + 1 < window || sum.planned == 0) continue;
    const double rate = static_cast<double>(sum.bad) / static_cast<double>(sum.planned) / allowed;
    if (worst.known && rate <= worst.rate) continue;
    worst = {true, rate, first + static_cast<std::int64_t>(i + 1 - window), sum.planned, sum.bad};
  }
  return worst;
}

BudgetRow budget_row(const Budget& budget, const std::vector<Judged>& seconds, std::int64_t allowed) {
  BudgetRow row{.slo = static_cast<int>(budget.slo),
                .stream = static_cast<int>(budget.stream),
                .pass = static_cast<int>(budget.pass),
                .tier = budget.tier};
  // A hundred million events times a billion is far below 2^63.
  const auto over = [&](const Judged& j) {
    return static_cast<std::int64_t>(j.bad) * kBillion > static_cast<std::int64_t>(j.planned) * allowed;
  };
  std::map<std::size_t, Judged> minutes;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const Judged& second = seconds[i];
    if (second.planned == 0) continue;
    row.planned += second.planned, row.bad += second.bad;
    ++row.seconds;
    if (over(second)) ++row.bad_seconds;
    if (second.bad > 0) ++row.touched_seconds;
    Judged& minute = minutes[i / kMinute];
    minute.planned += second.planned, minute.bad += second.bad;
  }
  row.minutes = minutes.size();
  for (const auto& [index, minute] : minutes) {
    if (over(minute)) ++row.bad_minutes;
  }
  const double part = static_cast<double>(allowed) / static_cast<double>(kBillion);
  row.minute = worst_window(seconds, kMinute, part);
  row.five_minutes = worst_window(seconds, 5 * kMinute, part);
  return row;
}

}  // namespace

std::vector<BudgetRow> budget_rows(const Settling& s) {
  std::map<Budget, std::vector<std::size_t>> phases;
  for (const plan::SloInstance& instance : plan::slo_instances(s.plan).instances) {
    if (!is_budget(s.plan.slos[instance.slo])) continue;
    phases[{instance.slo, instance.stream, instance.group, instance.tier}].push_back(instance.phase);
  }
  std::vector<BudgetRow> rows;
  for (const auto& [budget, in] : phases) {
    rows.push_back(
        budget_row(budget, judged_seconds(s, budget, in), allowed_billionths(s.plan.slos[budget.slo])));
  }
  return rows;
}

}  // namespace freshet::results
