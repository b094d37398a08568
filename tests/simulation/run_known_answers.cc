// Known answers: what the script of the loopback does to a run is what the figures say, to the event.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

using cluster::LoopbackFault;
using Kind = LoopbackFault::Kind;

std::uint64_t sum(const results::Outcomes& o) {
  return o.visible + o.superseded + o.expired + o.lost + o.undelivered + o.aborted + o.failed +
         o.indeterminate + o.not_sent_own + o.not_sent_cluster + o.unclassified;
}

// Events planned in the measured phases, from the plan alone.
std::uint64_t planned(const plan::Plan& plan) {
  const plan::StreamLanes lanes(plan, 0);
  std::uint64_t n = 0;
  for (int lane = 0; lane < lanes.lanes(); ++lane) {
    for (plan::TimeCursor cursor(lanes, lane); cursor.tau() != base::kNever; cursor.advance()) {
      for (const plan::Phase& phase : plan.phases) {
        if (phase.measured() && cursor.tau() >= phase.begin && cursor.tau() < phase.end) ++n;
      }
    }
  }
  return n;
}

TEST(KnownAnswers, AQuietRunDeliversEveryEventAtOnce) {
  const plan::Plan plan = small_plan();
  SimulatedRun run;
  const results::Settled settled = run(plan);
  const results::StalenessRow& all = row(settled.figures);
  EXPECT_EQ(all.outcomes.planned, planned(plan));
  EXPECT_GT(all.outcomes.planned, 800U);
  EXPECT_EQ(all.outcomes.visible, all.outcomes.planned);
  EXPECT_EQ(all.bad, 0U);
  EXPECT_LT(quantile(all, 1), 2 * kMillisecond);
  EXPECT_EQ(run.verdict.outcome, judge::Outcome::pass);
  EXPECT_TRUE(run.outcome.drained);
}

class InjectedDelay : public testing::TestWithParam<Nanos> {};

// The whole of the delay and nothing but the delay, to the histogram's bucket (three digits).
TEST_P(InjectedDelay, IsReadBackExactly) {
  const plan::Plan plan = small_plan();
  SimulatedRun run;
  run.loopback.faults.push_back({.kind = Kind::delay, .from = kStart, .amount = GetParam()});
  const results::Settled settled = run(plan);
  const results::StalenessRow& all = row(settled.figures);
  EXPECT_EQ(all.outcomes.visible, all.outcomes.planned);
  const Nanos bucket = std::max<Nanos>(GetParam() / 1000, kMicrosecond);
  for (const double p : {0.5, 0.9, 0.99}) {
    EXPECT_GE(quantile(all, p), GetParam());
    EXPECT_LE(quantile(all, p), GetParam() + kMillisecond + bucket) << p;
  }
}
INSTANTIATE_TEST_SUITE_P(Delays, InjectedDelay,
                         testing::Values(5 * kMillisecond, 50 * kMillisecond, 500 * kMillisecond));

TEST(KnownAnswers, LostEventsAreCountedOneByOne) {
  plan::Plan plan = small_plan();
  plan.slos.push_back(
      {.figure = plan::Figure::lost, .comparison = plan::Comparison::exactly, .threshold = 0});
  SimulatedRun run;
  // One partition loses every tenth record that is appended to it from the steady phase on.
  run.loopback.faults.push_back({.kind = Kind::lose, .from = kStart + kSecond, .partition = 2, .every = 10});
  const results::Settled settled = run(plan);
  const plan::StreamLanes lanes(plan, 0);
  std::uint64_t in_partition = 0;
  for (int lane = 0; lane < lanes.lanes(); ++lane) {
    if (lanes.partition_of(lane) != 2) continue;
    for (plan::TimeCursor c(lanes, lane); c.tau() != base::kNever; c.advance())
      in_partition += c.tau() >= kSecond;
  }
  const results::StalenessRow& all = row(settled.figures);
  EXPECT_EQ(all.outcomes.lost, in_partition / 10);
  EXPECT_GT(all.outcomes.lost, 10U);
  EXPECT_EQ(all.outcomes.visible + all.outcomes.lost, all.outcomes.planned);
  EXPECT_EQ(run.verdict.outcome, judge::Outcome::fail);
  EXPECT_TRUE(run.outcome.drained) << "a lost event is settled, the drain must not wait for it";
}

TEST(KnownAnswers, DuplicatesInTheLogAreCountedOneByOne) {
  const plan::Plan plan = small_plan();
  SimulatedRun run;
  run.loopback.faults.push_back({.kind = Kind::duplicate, .from = kStart + kSecond, .every = 50});
  const results::Settled settled = run(plan);
  std::uint64_t expected = 0;
  const plan::StreamLanes lanes(plan, 0);
  std::vector<std::uint64_t> by_partition(4);
  for (int lane = 0; lane < lanes.lanes(); ++lane) {
    for (plan::TimeCursor c(lanes, lane); c.tau() != base::kNever; c.advance()) {
      by_partition[static_cast<std::size_t>(lanes.partition_of(lane))] += c.tau() >= kSecond;
    }
  }
  for (const std::uint64_t n : by_partition) expected += n / 50;
  ASSERT_EQ(settled.figures.ledgers.size(), 1U);
  EXPECT_EQ(settled.figures.ledgers[0].log_duplicate, expected);
  EXPECT_GT(expected, 10U);
  EXPECT_EQ(settled.figures.ledgers[0].redelivered, 0U);
  EXPECT_EQ(row(settled.figures).outcomes.visible, row(settled.figures).outcomes.planned);
}

// With one key every swap of neighbours is one event out of its key's order (K1), and nothing else.
TEST(KnownAnswers, SwappedNeighboursOfOneKeyAreOutOfOrderOneByOne) {
  plan::Plan plan = small_plan(100, 10, 1);
  plan.populations[0].tiers = {{"enterprise", 1, 1.0, 0}, {"rest", 0, 0, 0}};
  finish(plan);
  SimulatedRun run;
  run.loopback.linger = 50 * kMillisecond;  // so that a record has a neighbour to be swapped with
  run.loopback.faults.push_back({.kind = Kind::reorder, .from = kStart, .every = 10});
  const results::Settled settled = run(plan);
  std::uint64_t events = 0;
  const plan::StreamLanes lanes(plan, 0);
  for (int lane = 0; lane < lanes.lanes(); ++lane) events += lanes.count(lane);
  ASSERT_EQ(settled.figures.ledgers.size(), 1U);
  EXPECT_NEAR(static_cast<double>(settled.figures.ledgers[0].out_of_order), static_cast<double>(events / 10),
              1);
  EXPECT_GT(events, 900U);
  EXPECT_EQ(settled.figures.ledgers[0].lost + settled.figures.ledgers[0].log_duplicate, 0U);
  EXPECT_EQ(row(settled.figures).outcomes.visible, row(settled.figures).outcomes.planned);
}

// T3: what is received ahead waits in a bounded queue.
TEST(KnownAnswers, AFullWaitingQueueStopsPollingAndLosesNothing) {
  plan::Plan plan = small_plan(200, 5, 2);
  plan.groups[0].service_time = 4 * kMillisecond;
  plan.groups[0].queue = 2;
  SimulatedRun run;
  const results::Settled settled = run(plan);
  EXPECT_EQ(row(settled.figures).outcomes.visible, row(settled.figures).outcomes.planned);
  ASSERT_EQ(settled.figures.ledgers.size(), 1U);
  EXPECT_EQ(settled.figures.ledgers[0].redelivered, 0U);
}

TEST(KnownAnswers, AStallShowsItsLengthAsPeakAndIsRecoveredFrom) {
  plan::Plan plan = small_plan(100, 30);
  plan.phases.back().end = 11 * kSecond;
  plan::Phase incident, recovery;
  incident.name = "incident";
  incident.kind = plan::PhaseKind::incident;
  incident.begin = 11 * kSecond;
  incident.end = 16 * kSecond;
  recovery.name = "recovery";
  recovery.kind = plan::PhaseKind::recovery;
  recovery.begin = 16 * kSecond;
  recovery.end = 40 * kSecond;
  plan.phases.push_back(incident);
  plan.phases.push_back(recovery);
  finish(plan);
  SimulatedRun run;
  // Nothing moves from second 14 to second 19: three seconds beyond the incident's end.
  run.loopback.faults.push_back(
      {.kind = Kind::stall, .from = kStart + 14 * kSecond, .until = kStart + 19 * kSecond});
  const results::Settled settled = run(plan);
  ASSERT_EQ(settled.figures.disturbances.size(), 1U);
  const results::DisturbanceRow& d = settled.figures.disturbances[0];
  EXPECT_TRUE(d.reached);
  EXPECT_NEAR(static_cast<double>(d.peak), 5.0 * kSecond, 0.1 * kSecond);
  // Fresh again when the stall is over: 19 s - 16 s.
  EXPECT_NEAR(static_cast<double>(d.time_to_fresh), 3.0 * kSecond, 0.05 * kSecond);
  // ∫ (t - 2 s) dt from 2 s to 5 s of lag = 4.5 s², of the worst partition.
  EXPECT_NEAR(d.debt, 4.5, 0.3);
}

struct FateCase {
  Kind kind;
  bool appears;
  std::uint64_t results::Outcomes::*outcome;
};
class Fate : public testing::TestWithParam<FateCase> {};

// What became of the events inside a window of two seconds, from the plan: exactly those with τ in it.
TEST_P(Fate, OfEveryEventInTheWindowIsTold) {
  const plan::Plan plan = small_plan();
  SimulatedRun run;
  run.loopback.faults.push_back({.kind = GetParam().kind,
                                 .from = kStart + 4 * kSecond,
                                 .until = kStart + 6 * kSecond,
                                 .appears = GetParam().appears});
  const results::Settled settled = run(plan);
  const plan::StreamLanes lanes(plan, 0);
  std::uint64_t inside = 0;
  for (int lane = 0; lane < lanes.lanes(); ++lane) {
    for (plan::TimeCursor c(lanes, lane); c.tau() != base::kNever; c.advance()) {
      inside += c.tau() >= 4 * kSecond && c.tau() < 6 * kSecond;
    }
  }
  const results::Outcomes& outcomes = row(settled.figures).outcomes;
  EXPECT_EQ(sum(outcomes), outcomes.planned);
  // An event that is due within microseconds of an edge may be sent beyond it.
  EXPECT_NEAR(static_cast<double>(outcomes.*GetParam().outcome), static_cast<double>(inside), 1);
  EXPECT_GT(inside, 100U);
}
INSTANTIATE_TEST_SUITE_P(Kinds, Fate,
                         testing::Values(FateCase{Kind::refuse, false, &results::Outcomes::not_sent_cluster},
                                         FateCase{Kind::fail, false, &results::Outcomes::failed},
                                         FateCase{Kind::timeout, false, &results::Outcomes::indeterminate}));

TEST(KnownAnswers, ATimedOutEventThatAppearsIsVisibleAndPhantomIsNot) {
  const plan::Plan plan = small_plan();
  SimulatedRun run;
  run.loopback.faults.push_back(
      {.kind = Kind::timeout, .from = kStart + 4 * kSecond, .until = kStart + 6 * kSecond, .appears = true});
  const results::Settled settled = run(plan);
  EXPECT_EQ(row(settled.figures).outcomes.visible, row(settled.figures).outcomes.planned);
  EXPECT_EQ(row(settled.figures).outcomes.phantom, 0U);
}

TEST(KnownAnswers, AConsumerThatNeverStartsIsAFailWithFigures) {
  plan::Plan plan = small_plan();
  plan.groups[0].never_starts = true;
  plan.slos.push_back({.percentile = 0.99, .threshold = 2.0 * kSecond});
  SimulatedRun run;
  const results::Settled settled = run(plan);
  const results::StalenessRow& all = row(settled.figures);
  EXPECT_EQ(all.outcomes.undelivered, all.outcomes.planned);
  EXPECT_EQ(all.bad, all.outcomes.planned);
  EXPECT_EQ(run.verdict.outcome, judge::Outcome::fail);
  for (const results::Quantile& q : all.quantiles) EXPECT_NE(q.kind, results::Quantile::Kind::exact);
}

TEST(KnownAnswers, AStarvedSenderIsInvalidAndNotAPass) {
  plan::Plan plan = small_plan();
  plan.slos.push_back({.percentile = 0.99, .threshold = 2.0 * kSecond});
  SimulatedRun run;
  // Each step of the sender takes 300 ms in the steady phase: more than 5 % of the bound of 2 s (V1).
  run.cost = [](const std::string& role, Nanos now, bool worked) -> Nanos {
    const bool starved = role == "sender-0" && worked && now > kStart + kSecond;
    return starved ? 300 * kMillisecond : kMicrosecond;
  };
  (void)run(plan);
  EXPECT_EQ(run.verdict.outcome, judge::Outcome::invalid);
  EXPECT_THAT(run.verdict.reason, testing::HasSubstr("V1"));
}

TEST(KnownAnswers, TheSameSeedGivesTheSameRun) {
  const plan::Plan plan = small_plan();
  SimulatedRun first, second;
  first.loopback.faults.push_back(
      {.kind = Kind::delay, .from = kStart, .amount = 20 * kMillisecond, .every = 3});
  second.loopback = first.loopback;
  const results::Settled a = first(plan), b = second(plan);
  EXPECT_EQ(first.steps, second.steps);
  EXPECT_EQ(results::figures_to_json(a.plan, a.figures).dump(),
            results::figures_to_json(b.plan, b.figures).dump());
}

TEST(KnownAnswers, ServiceTimeQueuesAsTheFluidModelSays) {
  // 100/s uniform with a service of 5 ms: half busy; each event waits for nothing but its own service.
  plan::Plan plan = small_plan(100, 10, 1);
  plan.streams[0].arrival = workloads::Arrival::uniform;
  plan.groups[0].service_time = 5 * kMillisecond;
  SimulatedRun run;
  const results::Settled settled = run(plan);
  EXPECT_GE(quantile(row(settled.figures), 0.5), 5 * kMillisecond);
  // 400/s with the same service needs two seconds of work each second: after 10 s the backlog is about 10 s
  // deep.
  plan.streams[0].rate = 400;
  finish(plan);
  SimulatedRun overloaded;
  const results::Settled late = overloaded(plan);
  const double deepest = static_cast<double>(quantile(row(late.figures), 1)) / kSecond;
  EXPECT_NEAR(deepest, 11.0, 0.6);  // arrivals last 11 s and take 22 s to serve
}

}  // namespace
}  // namespace freshet::test
