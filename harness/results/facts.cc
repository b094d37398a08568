#include "harness/results/facts.h"

#include <algorithm>

#include "harness/results/host_reader.h"
#include "harness/results/json_fields.h"
#include "harness/results/layout.h"

namespace freshet::results {
namespace {

namespace fs = std::filesystem;
using measure::WorstEvent;

constexpr std::int64_t kSlack = 3600;  // seconds a run may last beyond its plan and drain

std::vector<std::size_t> tiers_of(const plan::Plan& plan) {
  std::vector<std::size_t> tiers;
  for (const plan::Stream& stream : plan.streams)
    tiers.push_back(plan.populations[stream.population].tiers.size());
  return tiers;
}

std::vector<std::size_t> partitions_of(const plan::Plan& plan) {
  std::vector<std::size_t> partitions;
  for (const plan::Stream& stream : plan.streams)
    partitions.push_back(static_cast<std::size_t>(stream.partitions));
  return partitions;
}

// The worst first; of equal ones the earlier, so that the order does not hang on the hosts' names.
void keep_worst(std::vector<WorstEvent>& events) {
  const auto order = [](const WorstEvent& e) { return std::tuple(e.tau - e.visible, e.tau, e.lane, e.n); };
  std::sort(events.begin(), events.end(),
            [&](const WorstEvent& a, const WorstEvent& b) { return order(a) < order(b); });
  const auto same = [](const WorstEvent& a, const WorstEvent& b) { return a.lane == b.lane && a.n == b.n; };
  events.erase(std::unique(events.begin(), events.end(), same), events.end());
  if (events.size() > measure::kWorst) events.resize(measure::kWorst);
}

}  // namespace

void Fold<Counts>::add(Counts& sum, const Counts& more) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
}

void Fold<measure::LagSecond>::add(measure::LagSecond& sum, const measure::LagSecond& more) {
  sum.freshness = std::max(sum.freshness, more.freshness);
  sum.consumer = std::max(sum.consumer, more.consumer);
  if (more.first_over >= 0 && (sum.first_over < 0 || more.first_over < sum.first_over))
    sum.first_over = more.first_over;
  sum.last_over = std::max(sum.last_over, more.last_over);
  sum.debt += more.debt;
}

Facts::Facts(const plan::Plan& plan)
    : cohorts(plan.passes(), tiers_of(plan)),
      counts(plan.passes(), std::vector<std::size_t>(plan.streams.size(), 1)),
      lags(plan.passes(), partitions_of(plan)),
      offsets(plan.passes(), partitions_of(plan)),
      acks(plan.streams.size()),
      prefilled(plan.streams.size()) {}

SecondRange legal_seconds(const plan::Plan& plan) {
  return {-(std::int64_t{1} << 31), base::second_of(plan.end()) + base::second_of(plan.drain) + kSlack};
}

PlannedLanes::PlannedLanes(const plan::Plan& plan) {
  for (std::size_t s = 0; s < plan.streams.size(); ++s) {
    run.emplace_back(plan, s);
    prefill.emplace_back();
    if (plan.streams[s].prefill > 0) prefill.back().emplace(plan::StreamLanes::of_prefill(plan, s));
  }
}

Facts read_facts(const fs::path& folder, const plan::Plan& plan, const PlannedLanes& lanes) {
  Facts facts(plan);
  std::vector<fs::path> hosts;
  std::error_code code;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / kFactsFolder, code)) {
    if (entry.is_directory(code)) hosts.push_back(entry.path());
  }
  std::sort(hosts.begin(), hosts.end());
  if (hosts.empty()) {
    facts.damage.push_back("facts: there are none");
    return facts;
  }
  facts.ending = "complete";
  facts.drain_complete = true;
  for (const fs::path& host : hosts) HostReader(facts, plan, lanes, host).read();
  facts.cohorts.arrange();
  facts.counts.arrange();
  facts.lags.arrange();
  facts.offsets.arrange();
  for (auto& [key, events] : facts.worst) keep_worst(events);
  std::stable_sort(facts.events.begin(), facts.events.end(), [](const Json& a, const Json& b) {
    return integer_at(a, "t", 0) < integer_at(b, "t", 0);
  });
  if (facts.killed()) facts.drain_complete = false;
  return facts;
}

}  // namespace freshet::results
