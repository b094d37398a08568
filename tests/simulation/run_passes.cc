// Known answers of replay, backlog and bootstrap passes (P1) and of what is written before the run (E4).
#include <gmock/gmock.h>

#include <algorithm>

#include "harness/plan/passes.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

using plan::PassKind;
using plan::PassStart;

// 100 events/s of 200 B, evenly spaced, on one partition; a pass begins at 11 s in a phase of its own.
plan::Plan plan_with(plan::Replay replay, int seconds = 20, int partitions = 1) {
  plan::Plan plan = small_plan(100, 10, partitions);
  plan.streams[0].arrival = workloads::Arrival::uniform;
  plan::Phase pass;
  pass.name = "pass";
  pass.kind = plan::PhaseKind::replay;
  pass.begin = 11 * kSecond;
  pass.end = (11 + seconds) * kSecond;
  plan.phases.push_back(pass);
  replay.name = "again";
  replay.phase = 2;
  replay.streams = {0};
  plan.replays.push_back(std::move(replay));
  finish(plan);
  return plan;
}

const results::ReplayRow& only(const results::Settled& settled) {
  static const results::ReplayRow none;
  if (settled.figures.replays.size() == 1) return settled.figures.replays[0];
  ADD_FAILURE() << settled.figures.replays.size() << " passes";
  return none;
}

double seconds(Nanos t) {
  return static_cast<double>(t) / kSecond;
}

std::uint64_t planned_in(const plan::StreamLanes& lanes, Nanos from, Nanos to) {
  std::uint64_t n = 0;
  for (plan::MergeCursor c(lanes, 0, 1); !c.done() && c.tau() < to; c.advance()) n += c.tau() >= from;
  return n;
}

void is_whole(const results::ReplayRow& row) {
  EXPECT_TRUE(row.finished);
  EXPECT_EQ(row.outcomes.visible, row.outcomes.planned);
  EXPECT_EQ(row.events, row.outcomes.planned);
  EXPECT_EQ(row.redelivered, 0U);
  EXPECT_DOUBLE_EQ(row.progress(), 1);
}

// 1100 events lie there and 100 a second come: at 400/s it has caught up after 1100 / (400 - 100) s.
TEST(Passes, ACappedReplayCatchesUpWhenTheArithmeticSaysSo) {
  const plan::Plan plan = plan_with({.capped = true, .rate = 400});
  SimulatedRun run;
  const results::Settled settled = run(plan);
  const results::ReplayRow& row = only(settled);
  is_whole(row);
  EXPECT_NEAR(seconds(row.finished_at - row.reads_from), 1100.0 / 300, 0.02);
  EXPECT_NEAR(row.events_per_second, 400, 4);
  EXPECT_NEAR(row.bytes_per_second, 400 * 200, 800);
  EXPECT_NEAR(row.inflow_per_second, 100, 2);
  EXPECT_EQ(row.outcomes.planned, planned_in(plan::StreamLanes(plan, 0), 0, row.finished_at));
  EXPECT_FALSE(row.never());
}

TEST(Passes, AnUnlimitedReplayTakesNoTime) {
  SimulatedRun run;
  const results::Settled settled = run(plan_with({}));
  const results::ReplayRow& row = only(settled);
  is_whole(row);
  EXPECT_LT(row.finished_at - row.reads_from, 20 * kMillisecond);
  EXPECT_NEAR(static_cast<double>(row.outcomes.planned), 1100, 35);
}

TEST(Passes, TheLiveGroupIsNotTouchedAndMembersLeaveWhenTheyAreDone) {
  SimulatedRun run;
  const results::Settled settled = run(plan_with({.members = 2}, 20, 4));
  is_whole(only(settled));
  EXPECT_EQ(row(settled.figures).outcomes.visible, row(settled.figures).outcomes.planned);
  // What was sent after the pass had ended is not its business.
  EXPECT_LT(only(settled).events, 1300U);
  EXPECT_GT(row(settled.figures).outcomes.planned, 2500U);
}

TEST(Passes, ARateThatDoesNotExceedTheInflowNeverCatchesUp) {
  SimulatedRun run;
  const results::Settled slow = run(plan_with({.capped = true, .rate = 80}));
  EXPECT_FALSE(only(slow).finished);
  EXPECT_TRUE(only(slow).never());
  // 20 s at 80/s, and the drain reads on: of about 3100 events.
  EXPECT_NEAR(only(slow).progress(), static_cast<double>(only(slow).events) / 3100, 0.03);
  EXPECT_GT(only(slow).outcomes.undelivered, 400U);
  SimulatedRun again;
  const results::Settled enough = again(plan_with({.capped = true, .rate = 120}));
  EXPECT_FALSE(only(enough).finished);
  EXPECT_FALSE(only(enough).never()) << "it gains on the inflow, the run was too short";
}

TEST(Passes, GivesUpWhenItsTimeIsOver) {
  SimulatedRun run;
  const results::Settled settled = run(plan_with({.capped = true, .rate = 200, .lasts = 4 * kSecond}));
  const results::ReplayRow& row = only(settled);
  EXPECT_FALSE(row.finished);
  EXPECT_EQ(row.finished_at, 15 * kSecond);
  EXPECT_NEAR(static_cast<double>(row.events), 800, 8);
  // 1100 lay there and 400 came.
  EXPECT_NEAR(row.progress(), 800.0 / 1500, 0.03);
}

TEST(Passes, StartsAtAnOffset) {
  SimulatedRun run;
  const results::Settled settled = run(plan_with({.start = PassStart::offset, .offset = 700}));
  is_whole(only(settled));
  // One probe stands in front of the events.
  EXPECT_NEAR(static_cast<double>(only(settled).events), 1100 - 699, 35);
}

TEST(Passes, StartsSomeTimeAgo) {
  const plan::Plan plan = plan_with({.kind = PassKind::backlog, .start = PassStart::ago, .ago = 4 * kSecond});
  SimulatedRun run;
  const results::Settled settled = run(plan);
  is_whole(only(settled));
  EXPECT_EQ(only(settled).events,
            planned_in(plan::StreamLanes(plan, 0), 7 * kSecond, only(settled).finished_at));
}

TEST(Passes, StartsSoManyBytesAgo) {
  const plan::Plan plan =
      plan_with({.kind = PassKind::backlog, .start = PassStart::bytes, .bytes = 300 * 200});
  EXPECT_NEAR(seconds(plan::starts_at(plan, plan.replays[0])), 8, 1e-6);
  SimulatedRun run;
  const results::Settled settled = run(plan);
  is_whole(only(settled));
  EXPECT_EQ(only(settled).events,
            planned_in(plan::StreamLanes(plan, 0), 8 * kSecond, only(settled).finished_at));
}

TEST(Passes, MoreBytesThanThereAreIsTheWholeLog) {
  const plan::Plan plan = plan_with({.kind = PassKind::backlog, .start = PassStart::bytes, .bytes = 1e9});
  EXPECT_EQ(plan::starts_at(plan, plan.replays[0]), plan::kWholeLog);
}

// ---- What was written before the run ----

plan::Plan prefilled(plan::Replay replay, Nanos prefill, int partitions = 4) {
  plan::Plan plan = plan_with(std::move(replay), 10, partitions);
  plan.streams[0].prefill = prefill;
  return plan;
}

TEST(Prefill, IsReadWholeByAPassAndByNobodyElse) {
  const plan::Plan plan = prefilled({.kind = PassKind::bootstrap, .members = 2}, 60 * kSecond);
  SimulatedRun run;
  const results::Settled settled = run(plan);
  is_whole(only(settled));
  const std::uint64_t before = plan::StreamLanes::of_prefill(plan, 0).count();
  EXPECT_NEAR(static_cast<double>(before), 6000, 35);
  EXPECT_EQ(only(settled).events,
            before + planned_in(plan::StreamLanes(plan, 0), 0, only(settled).finished_at));
  EXPECT_EQ(row(settled.figures).outcomes.visible, row(settled.figures).outcomes.planned);
  EXPECT_EQ(row(settled.figures).outcomes.planned,
            planned_in(plan::StreamLanes(plan, 0), kSecond, 21 * kSecond));
  EXPECT_EQ(settled.figures.damage, std::vector<std::string>());
  for (const results::LedgerRow& ledger : settled.figures.ledgers) {
    EXPECT_EQ(ledger.corrupt + ledger.foreign + ledger.lost + ledger.log_duplicate, 0U);
  }
}

TEST(Prefill, IsThePastThatAPassGoesBackTo) {
  const plan::Plan plan =
      prefilled({.kind = PassKind::backlog, .start = PassStart::ago, .ago = 31 * kSecond}, 60 * kSecond);
  SimulatedRun run;
  const results::Settled settled = run(plan);
  is_whole(only(settled));
  EXPECT_EQ(only(settled).events, planned_in(plan::StreamLanes::of_prefill(plan, 0), -20 * kSecond, 0) +
                                      planned_in(plan::StreamLanes(plan, 0), 0, only(settled).finished_at));
}

TEST(Prefill, IsTheSameEventsWhateverTheRunIs) {
  plan::Plan plan = prefilled({}, 20 * kSecond);
  const plan::StreamLanes first = plan::StreamLanes::of_prefill(plan, 0);
  plan.phases.back().end += 5 * kSecond;
  finish(plan);
  const plan::StreamLanes second = plan::StreamLanes::of_prefill(plan, 0);
  plan::MergeCursor a(first, 0, 1), b(second, 0, 1);
  std::uint64_t events = 0;
  for (; !a.done() && !b.done(); a.advance(), b.advance(), ++events) {
    const plan::Event x = a.event(), y = b.event();
    ASSERT_EQ(x.tau, y.tau);
    ASSERT_EQ(x.key, y.key);
    ASSERT_LT(x.tau, 0);
    ASSERT_GE(x.tau, -20 * kSecond);
    // The same key lies in the same partition before and in the run.
    ASSERT_EQ(first.partition_of(x.lane), plan::StreamLanes(plan, 0).partition_of(first.lane_of(x.key)));
    if (events > 50) break;
  }
  EXPECT_GT(events, 50U);
}

// A client whose queue is full is tried again, and nothing is dropped.
TEST(Prefill, LosesNothingToAFullQueue) {
  const plan::Plan plan = prefilled({.kind = PassKind::bootstrap}, 60 * kSecond);
  SimulatedRun run;
  run.loopback.queue_messages = 10;
  run.loopback.linger = 3 * kMillisecond;
  const results::Settled settled = run(plan);
  is_whole(only(settled));
  EXPECT_GT(only(settled).events, 6000U);
}

TEST(Prefill, ThatCannotBeWrittenEndsTheRunBeforeItBegins) {
  const plan::Plan plan = prefilled({}, 60 * kSecond);
  const TemporaryFolder folder;
  engine::Simulation simulation;
  cluster::LoopbackOptions loopback = SimulatedRun::quiet();
  loopback.faults.push_back({.kind = cluster::LoopbackFault::Kind::fail, .every = 1000});
  const auto cluster = cluster::make_loopback(simulation.clock(), loopback);
  engine::RunOptions options;
  options.folder = folder.path();
  const auto ran = engine::run(plan, *cluster, simulation, options);
  ASSERT_FALSE(ran.ok());
  EXPECT_EQ(ran.error().kind, base::ErrorKind::cluster);
  EXPECT_THAT(ran.error().message, testing::HasSubstr("prefill"));
  EXPECT_FALSE(std::filesystem::exists(folder.path()));
}

TEST(Prefill, StoppedLeavesNothingBehind) {
  const plan::Plan plan = prefilled({}, 3600 * kSecond);
  const TemporaryFolder folder;
  engine::Simulation simulation(
      [](const std::string&, Nanos, bool worked) { return worked ? 10 * kMillisecond : Nanos{1}; });
  const auto cluster = cluster::make_loopback(simulation.clock(), SimulatedRun::quiet());
  std::atomic<int> stop{engine::kGoOn};
  engine::RunOptions options;
  options.folder = folder.path();
  options.stop = &stop;
  options.prefix = "gone-";
  std::uint64_t written = 0;
  options.on_progress = [&](const engine::Progress& progress) {
    EXPECT_EQ(progress.stage, engine::Progress::Stage::prefilling);
    EXPECT_NEAR(static_cast<double>(progress.to_prefill), 360'000, 400);
    written = progress.prefilled;
    stop = engine::kStopSending;
  };
  const auto ran = engine::run(plan, *cluster, simulation, options);
  ASSERT_TRUE(ran.ok());
  EXPECT_FALSE(ran->started);
  EXPECT_TRUE(ran->interrupted);
  EXPECT_FALSE(std::filesystem::exists(folder.path()));
  auto admin = cluster->make_admin(simulation.wake(simulation.reserve("test")));
  const auto topic = (*admin)->describe_topic("gone-lock", kSecond);
  ASSERT_TRUE(topic.ok());
  EXPECT_FALSE(topic->has_value());
  EXPECT_LT(written, 360'000U);
}

// ---- Past retention (E5, P4) ----

// A log that keeps about so many events loses the oldest; whoever begins at the start has them as expired.
TEST(PastRetention, WhatTheLogNoLongerHasIsExpiredAndNotLost) {
  plan::Plan plan = prefilled({.kind = PassKind::bootstrap}, 60 * kSecond, 1);
  plan.streams[0].topic_config["retention.bytes"] = "400000";
  plan.streams[0].topic_config["segment.bytes"] = "50000";
  SimulatedRun run;
  const results::Settled settled = run(plan);
  const results::ReplayRow& row = only(settled);
  EXPECT_TRUE(row.finished);
  EXPECT_EQ(row.outcomes.visible + row.outcomes.expired, row.outcomes.planned);
  EXPECT_EQ(row.outcomes.lost, 0U);
  const std::uint64_t all = plan::StreamLanes::of_prefill(plan, 0).count() +
                            planned_in(plan::StreamLanes(plan, 0), 0, row.finished_at);
  EXPECT_EQ(row.outcomes.planned, all);
  // 400 kB to 450 kB of records of 200 B and their keys of about 12 B.
  EXPECT_GT(row.events, 400'000U / 225);
  EXPECT_LT(row.events, 450'000U / 205);
}

TEST(PastRetention, AStartBelowTheLogIsExpiredByTheOffset) {
  plan::Plan plan = plan_with({.start = PassStart::offset, .offset = 100});
  plan.streams[0].topic_config["retention.bytes"] = "100000";
  plan.streams[0].topic_config["segment.bytes"] = "12500";
  SimulatedRun run;
  const results::Settled settled = run(plan);
  const results::ReplayRow& row = only(settled);
  EXPECT_TRUE(row.finished);
  EXPECT_GT(row.outcomes.expired, 400U);
  EXPECT_EQ(row.outcomes.visible + row.outcomes.expired, row.outcomes.planned);
  EXPECT_EQ(row.outcomes.planned, planned_in(plan::StreamLanes(plan, 0), 0, row.finished_at) - 99)
      << "offset 0 is a probe's";
}

}  // namespace
}  // namespace freshet::test
