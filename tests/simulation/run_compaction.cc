// A live group behind a compacted log (E5): what was removed for a later event of its key counts as that one.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

using cluster::LoopbackFault;
using Kind = LoopbackFault::Kind;

constexpr std::uint64_t kEvery = 7;  // of the log's records each seventh is removed
constexpr Nanos kSlow = 300 * kMillisecond, kSlowFrom = 10 * kSecond, kSlowUntil = 12 * kSecond;
constexpr Nanos kBound = 150 * kMillisecond;
constexpr Nanos kTail = (1 << 18) * kMicrosecond;

plan::Plan compacted_plan() {
  plan::Plan plan = small_plan(100, 30, 1);
  plan.streams[0].topic_config["cleanup.policy"] = "compact";
  plan.streams[0].bound = plan.groups[0].streams[0].bound = kBound;
  plan.slos = {{.figure = plan::Figure::staleness_percentile, .percentile = 0.9, .threshold = kBound}};
  finish(plan);
  return plan;
}

std::vector<LoopbackFault> compacted_faults() {
  return {{.kind = Kind::lose, .from = kStart, .every = kEvery},
          {.kind = Kind::delay, .from = kStart + kSlowFrom, .until = kStart + kSlowUntil, .amount = kSlow}};
}

// In the one partition in order of τ, which is that of the log; from `slow` on and for a while records come
// later, and the log stays in order.
struct Truth {
  std::vector<Nanos> staleness;  // of visible and superseded events of measured phases
  std::uint64_t planned = 0, visible = 0, superseded = 0, lost = 0, bad = 0;
  std::vector<Nanos> tail;  // D of 262 ms and more, the quarter octave that kSlow lies in
  std::uint64_t superseded_in_tail = 0;
  Nanos nearest = base::kNever;  // how near any of them comes to the bound, or to that quarter octave

  explicit Truth(const plan::Plan& plan) {
    struct Seen {
      Nanos tau, at;
    };
    std::vector<plan::Event> events;
    std::vector<std::optional<Seen>> seen;
    const plan::StreamLanes lanes(plan, 0);
    Nanos latest = 0;
    for (plan::MergeCursor c(lanes, 0, 1); !c.done(); c.advance()) {
      const plan::Event event = events.emplace_back(c.event());
      const bool slow = event.tau >= kSlowFrom && event.tau < kSlowUntil;
      latest = std::max(latest, event.tau + (slow ? kSlow : 0));
      const bool removed = events.size() % kEvery == 0;
      seen.push_back(removed ? std::nullopt : std::optional(Seen{event.tau, latest}));
    }
    std::map<std::uint32_t, Seen> next;  // by key
    for (std::size_t i = events.size(); i-- > 0;) {
      const plan::Event& event = events[i];
      const bool removed = !seen[i];
      if (seen[i]) next[event.key] = *seen[i];
      if (event.tau < plan.phases[1].begin) continue;
      ++planned;
      const auto by = next.find(event.key);
      if (by == next.end()) {
        ++lost;
        ++bad;
        continue;
      }
      ++(removed ? superseded : visible);
      const Nanos d = by->second.at - by->second.tau;
      staleness.push_back(d);
      bad += d > kBound;
      nearest = std::min({nearest, std::abs(d - kBound), std::abs(d - kTail)});
      if (d < kTail) continue;
      tail.push_back(d);
      superseded_in_tail += removed;
    }
    std::ranges::sort(staleness);
  }
};

TEST(Compaction, WhatWasSupersededHasTheStalenessOfWhatItBecameVisibleWith) {
  const plan::Plan plan = compacted_plan();
  const Truth truth(plan);
  ASSERT_GT(truth.superseded, 300U);
  ASSERT_GT(truth.lost, 20U);
  ASSERT_GT(truth.nearest, 50 * kMicrosecond) << "what steps cost must not decide";
  SimulatedRun run;
  run.loopback.faults = compacted_faults();
  const results::Settled settled = run(plan);
  EXPECT_THAT(settled.figures.damage, testing::IsEmpty());
  const results::StalenessRow& measured = row(settled.figures);
  EXPECT_EQ(measured.outcomes.planned, truth.planned);
  EXPECT_EQ(measured.outcomes.visible, truth.visible);
  EXPECT_EQ(measured.outcomes.superseded, truth.superseded);
  EXPECT_EQ(measured.outcomes.lost, truth.lost);
  EXPECT_EQ(measured.bad, truth.bad);
  EXPECT_EQ(settled.figures.slos.at(0).bad, truth.bad);
  EXPECT_EQ(settled.figures.slos.at(0).bad_without_own, truth.bad);
  for (const results::Quantile& q : measured.quantiles) EXPECT_EQ(q.n, truth.planned);
  const auto rank = static_cast<std::size_t>(std::ceil(0.9 * static_cast<double>(truth.planned)));
  const auto exact = static_cast<double>(truth.staleness.at(rank - 1));
  EXPECT_NEAR(static_cast<double>(quantile(measured, 0.9)), exact, 0.001 * exact + 20.0 * kMicrosecond);
}

// T1: the tail that is explained is that of the percentiles, superseded events with the parts of the ones
// that they became visible with. Here each of them waited in the log, and for nothing else.
TEST(Compaction, TheTailOfWhatWasSupersededIsExplained) {
  const plan::Plan plan = compacted_plan();
  const Truth truth(plan);
  ASSERT_GT(truth.superseded_in_tail, 20U);
  ASSERT_GT(truth.tail.size(), truth.staleness.size() / 50) << "p99 lies in the tail";
  ASSERT_GT(truth.nearest, 50 * kMicrosecond) << "what steps cost must not decide";
  SimulatedRun run;
  run.loopback.faults = compacted_faults();
  const results::Settled settled = run(plan);
  ASSERT_EQ(settled.figures.tails.size(), 1U);
  const results::TailRow& tail = settled.figures.tails[0];
  EXPECT_EQ(tail.events, truth.tail.size());
  const auto sum = static_cast<double>(std::accumulate(truth.tail.begin(), truth.tail.end(), Nanos{0}));
  EXPECT_NEAR(tail.log, sum / static_cast<double>(truth.tail.size()), 50.0 * kMicrosecond);
  EXPECT_NEAR(tail.send, 0, 50.0 * kMicrosecond);
  EXPECT_NEAR(tail.apply, 0, 50.0 * kMicrosecond);
}

// The same log without the policy: nothing removes records of it, so what is not there is lost.
TEST(Compaction, WithoutItWhatIsNotThereIsLost) {
  plan::Plan plan = compacted_plan();
  plan.streams[0].topic_config.clear();
  const Truth truth(plan);
  SimulatedRun run;
  run.loopback.faults = {{.kind = Kind::lose, .from = kStart, .every = kEvery}};
  const results::Settled settled = run(plan);
  const results::Outcomes& outcomes = row(settled.figures).outcomes;
  EXPECT_EQ(outcomes.superseded, 0U);
  EXPECT_EQ(outcomes.lost, truth.superseded + truth.lost);
}

// What the group had not come to when the run ended is not delivered, and neither is what stands for nothing
// but it.
TEST(Compaction, WhatOnlyAnUndeliveredEventStandsForIsNotDelivered) {
  plan::Plan plan = compacted_plan();
  plan.drain = 5 * kSecond;
  SimulatedRun run;
  run.loopback.faults = {{.kind = Kind::lose, .from = kStart, .every = kEvery},
                         {.kind = Kind::delay, .from = kStart + 20 * kSecond, .amount = 1000 * kSecond}};
  const results::Settled settled = run(plan);
  const results::Outcomes& outcomes = row(settled.figures).outcomes;
  const plan::StreamLanes lanes(plan, 0);
  std::map<std::uint32_t, std::pair<bool, bool>> later;  // by key: seen, not delivered
  std::vector<plan::Event> events;
  for (plan::MergeCursor c(lanes, 0, 1); !c.done(); c.advance()) events.push_back(c.event());
  std::uint64_t superseded = 0, undelivered = 0, lost = 0;
  for (std::size_t i = events.size(); i-- > 0;) {
    auto& [seen, waits] = later[events[i].key];
    const bool late = events[i].tau >= 20 * kSecond, removed = (i + 1) % kEvery == 0;
    if (events[i].tau >= plan.phases[1].begin) {
      undelivered += late || (removed && !seen && waits);
      superseded += !late && removed && seen;
      lost += !late && removed && !seen && !waits;
    }
    waits = waits || late;
    seen = seen || (!late && !removed);
  }
  EXPECT_EQ(outcomes.superseded, superseded);
  EXPECT_EQ(outcomes.undelivered, undelivered);
  EXPECT_EQ(outcomes.lost, lost);
  EXPECT_GT(superseded, 100U);
  EXPECT_GT(lost, 5U);
}

}  // namespace
}  // namespace freshet::test
