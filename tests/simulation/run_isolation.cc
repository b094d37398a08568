// The isolation index (D2) on a loopback whose delay in each window is scripted.
#include <gmock/gmock.h>

#include "harness/plan/isolation.h"
#include "harness/results/isolation.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

using results::IsolationRow;
using results::Ratio;

constexpr Nanos kWindow = 10 * kSecond;

// Four pairs of windows after a second of warm-up, then a recovery; in each window that is on a replay of
// 500 events/s.
plan::Plan windows(double rate, int pairs = 4) {
  plan::Plan plan = small_plan(rate, 1, 2);
  plan.streams[0].arrival = workloads::Arrival::uniform;
  plan.phases.pop_back();
  for (int i = 0; i < 2 * pairs; ++i) {
    plan::Phase window;
    window.isolation = "quiet";
    window.isolation_on = i % 2 == 1;
    window.kind = window.isolation_on ? plan::PhaseKind::replay : plan::PhaseKind::steady;
    window.name = "quiet-" + std::to_string(i);
    window.begin = kSecond + i * kWindow;
    window.end = window.begin + kWindow;
    plan.phases.push_back(window);
    if (!window.isolation_on) continue;
    plan.replays.push_back({.name = "replay-" + std::to_string(i / 2 + 1),
                            .phase = plan.phases.size() - 1,
                            .streams = {0},
                            .capped = true,
                            .rate = 500,
                            .lasts = kWindow});
  }
  plan::Phase recovery;
  recovery.name = "recovery";
  recovery.kind = plan::PhaseKind::recovery;
  recovery.begin = plan.phases.back().end;
  recovery.end = recovery.begin + 5 * kSecond;
  plan.phases.push_back(recovery);
  finish(plan);
  return plan;
}

// Everything becomes readable `off` late, what is appended in a window that is on `on` late.
SimulatedRun delayed(const plan::Plan& plan, Nanos off, Nanos on) {
  SimulatedRun run;
  for (const plan::Phase& phase : plan.phases) {
    cluster::LoopbackFault fault;
    fault.kind = cluster::LoopbackFault::Kind::delay;
    fault.from = kStart + phase.begin;
    fault.until = kStart + phase.end;
    fault.amount = phase.isolation_on ? on : off;
    run.loopback.faults.push_back(fault);
  }
  return run;
}

void is_about(const Ratio& ratio, double value) {
  EXPECT_EQ(ratio.kind, Ratio::Kind::exact);
  EXPECT_NEAR(ratio.value, value, 0.02 * value);
}

TEST(Isolation, IndexIsTheDelayOnOverTheDelayOff) {
  const plan::Plan plan = windows(300);
  SimulatedRun run = delayed(plan, 10 * kMillisecond, 35 * kMillisecond);
  const results::Settled settled = run(plan);
  ASSERT_EQ(settled.figures.isolation.size(), 1U);
  const IsolationRow& row = settled.figures.isolation[0];
  EXPECT_EQ(row.schedule, "quiet");
  EXPECT_NEAR(static_cast<double>(row.all.off.value), 10e6, 0.1e6);
  EXPECT_NEAR(static_cast<double>(row.all.on.value), 35e6, 0.3e6);
  is_about(row.all.index, 3.5);
  ASSERT_EQ(row.pairs.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    is_about(row.pairs[i].index, 3.5);
    EXPECT_EQ(row.pairs[i].off_phase, static_cast<int>(1 + 2 * i));
    EXPECT_EQ(row.pairs[i].on_phase, static_cast<int>(2 + 2 * i));
  }
  EXPECT_TRUE(settled.figures.isolation_loopback.empty());
  // The first replay has 10 s of 300/s to read and 300/s flow in: at 500/s it reads all its window.
  EXPECT_NEAR(row.pairs[0].replayed, 1, 0.01);
}

TEST(Isolation, ReplayThatDisturbsNobodyHasIndexOne) {
  const plan::Plan plan = windows(300);
  SimulatedRun run = delayed(plan, 10 * kMillisecond, 10 * kMillisecond);
  const results::Settled settled = run(plan);
  ASSERT_EQ(settled.figures.isolation.size(), 1U);
  is_about(settled.figures.isolation[0].all.index, 1);
}

// 3000 events lie there when the first replay begins: it has caught up after 3000 / (2000 - 300) s.
TEST(Isolation, TellsHowMuchOfAWindowTheReplayRead) {
  plan::Plan plan = windows(300);
  for (plan::Replay& replay : plan.replays) replay.rate = 2000;
  SimulatedRun run = delayed(plan, 10 * kMillisecond, 20 * kMillisecond);
  const results::Settled settled = run(plan);
  ASSERT_EQ(settled.figures.isolation.size(), 1U);
  EXPECT_NEAR(settled.figures.isolation[0].pairs[0].replayed, 3300.0 / 1700 / 10, 0.01);
}

// E8: 50/s for 10 s has five events beyond p99.
TEST(Isolation, WindowsOfTooFewEventsHaveNoIndex) {
  const plan::Plan plan = windows(50);
  SimulatedRun run = delayed(plan, 10 * kMillisecond, 35 * kMillisecond);
  const results::Settled settled = run(plan);
  ASSERT_EQ(settled.figures.isolation.size(), 1U);
  const IsolationRow& row = settled.figures.isolation[0];
  EXPECT_EQ(row.all.index.kind, Ratio::Kind::not_available);
  ASSERT_EQ(row.pairs.size(), 4U);
  for (const results::IsolationPair& pair : row.pairs) EXPECT_EQ(pair.index.kind, Ratio::Kind::not_available);
}

// D2 asks for four pairs: a run that was stopped in the fourth has three, and says no index.
TEST(Isolation, FewerThanFourPairsAreNoIndex) {
  const plan::Plan plan = windows(300);
  SimulatedRun run = delayed(plan, 10 * kMillisecond, 35 * kMillisecond);
  std::atomic<int> stop{engine::kGoOn};
  run.options.stop = &stop;
  run.options.on_progress = [&](const engine::Progress& progress) {
    if (progress.elapsed > kSecond + 6 * kWindow) stop = engine::kStopSending;
  };
  const results::Settled settled = run(plan);
  ASSERT_EQ(settled.figures.isolation.size(), 1U);
  const IsolationRow& row = settled.figures.isolation[0];
  is_about(row.pairs[2].index, 3.5);
  EXPECT_EQ(row.pairs[3].index.kind, Ratio::Kind::not_available);
  EXPECT_EQ(row.all.index.kind, Ratio::Kind::not_available);
}

TEST(Isolation, RatioOfALowerBoundIsOneAndOfNothingIsNone) {
  using results::Quantile;
  const Quantile exact{0.99, Quantile::Kind::exact, 10}, more{0.99, Quantile::Kind::at_least, 40},
      none{0.99, Quantile::Kind::not_available, 0};
  EXPECT_EQ(results::ratio_of(more, exact).kind, Ratio::Kind::at_least);
  EXPECT_DOUBLE_EQ(results::ratio_of(more, exact).value, 4);
  EXPECT_EQ(results::ratio_of(exact, more).kind, Ratio::Kind::not_available);
  EXPECT_EQ(results::ratio_of(exact, none).kind, Ratio::Kind::not_available);
  EXPECT_EQ(results::ratio_of(none, exact).kind, Ratio::Kind::not_available);
}

// What goes to the loopback log first is the same load in the same windows.
TEST(Isolation, LoopbackPartHasTheSameEvents) {
  const plan::Plan plan = windows(300);
  const plan::Plan part = plan::isolation_part(plan);
  EXPECT_EQ(part.end(), kSecond + 8 * kWindow);
  EXPECT_EQ(part.replays.size(), 4U);
  const plan::StreamLanes all(plan, 0), some(part, 0);
  plan::MergeCursor a(all, 0, 1), b(some, 0, 1);
  std::uint64_t events = 0;
  for (; !b.done(); a.advance(), b.advance(), ++events) {
    ASSERT_EQ(a.tau(), b.tau());
    ASSERT_EQ(a.event().key, b.event().key);
  }
  EXPECT_NEAR(static_cast<double>(events), 81 * 300, 40);
}

// Beside the run's own figures stand those of the run on the loopback log that its folder holds.
TEST(Isolation, LoopbackShareStandsBesideIt) {
  const plan::Plan plan = windows(300);
  const TemporaryFolder folder;
  const auto run_into = [&](const plan::Plan& what, const std::filesystem::path& where, Nanos on) {
    engine::Simulation simulation;
    const SimulatedRun scripted = delayed(what, 10 * kMillisecond, on);
    const auto cluster = cluster::make_loopback(simulation.clock(), scripted.loopback);
    engine::RunOptions options;
    options.folder = where;
    options.start_not_before = kStart;
    ASSERT_TRUE(engine::run(what, *cluster, simulation, options).ok());
  };
  run_into(plan::isolation_part(plan), folder.path() / "loopback", 12 * kMillisecond);
  run_into(plan, folder.path(), 50 * kMillisecond);
  const auto settled = results::settle(folder.path());
  ASSERT_TRUE(settled.ok());
  EXPECT_THAT(settled->figures.damage, testing::IsEmpty());
  ASSERT_EQ(settled->figures.isolation.size(), 1U);
  is_about(settled->figures.isolation[0].all.index, 5);
  ASSERT_EQ(settled->figures.isolation_loopback.size(), 1U);
  is_about(settled->figures.isolation_loopback[0].all.index, 1.2);
  const std::string csv = results::isolation_csv(settled->plan, settled->figures);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 2 * 5);
  EXPECT_THAT(csv, testing::HasSubstr("\nloopback,quiet,lock,copilot,all,,,exact,"));
}

}  // namespace
}  // namespace freshet::test
