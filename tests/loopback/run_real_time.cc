// The real-time driver on the loopback log: threads, the real clock, the same roles. Nothing here depends on
// how fast the machine is: only on what is counted.
#include <sched.h>

#include <algorithm>
#include <atomic>

#include "harness/engine/threads.h"
#include "harness/plan/sound.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

struct RealTimeRun {
  engine::RunOptions options;
  std::atomic<int> stop{engine::kGoOn};
  TemporaryFolder folder;

  results::Settled operator()(const plan::Plan& plan) {
    engine::Threads threads;
    const auto cluster = cluster::make_loopback(threads.clock(), {});
    options.folder = folder.path();
    options.hold_assignment = 0;
    options.stop = &stop;
    const auto ran = engine::run(plan, *cluster, threads, options);
    EXPECT_TRUE(ran.ok()) << ran.error().message;
    if (!ran.ok()) return {};
    outcome = *ran;
    if (!outcome.started) return {};
    auto settled = results::settle(folder.path());
    EXPECT_TRUE(settled.ok()) << settled.error().message;
    return settled.ok() ? std::move(settled).value() : results::Settled{};
  }
  engine::RunOutcome outcome;
};

TEST(RealTime, EveryEventOfEverySenderArrivesOnce) {
  plan::Plan plan = small_plan(500, 2);
  plan.groups.push_back(plan.groups[0]);
  plan.groups[1].name = "desktop";
  plan.groups[1].members = 2;
  plan.groups[1].service_time = 100 * kMicrosecond;
  RealTimeRun run;
  run.options.senders = 3;
  results::Live last;
  run.options.on_live = [&](const results::Live& live) { last = live; };
  const results::Settled settled = run(plan);
  const plan::StreamLanes lanes(plan, 0);
  EXPECT_EQ(last.streams[0].offered, lanes.count()) << "who watches is told of them all";
  for (const results::LivePass& pass : last.passes)
    EXPECT_EQ(pass.count(measure::Count::visible), lanes.count());
  for (const int pass : {0, 1}) {
    const results::Outcomes& o = row(settled.figures, pass).outcomes;
    EXPECT_EQ(o.visible, o.planned);
    EXPECT_GT(o.planned, 800U);
  }
  EXPECT_TRUE(settled.figures.lanes_proved);
  EXPECT_TRUE(run.outcome.drained);
  EXPECT_EQ(settled.figures.ending, "complete");
  for (const results::LedgerRow& ledger : settled.figures.ledgers) {
    EXPECT_EQ(ledger.log_duplicate + ledger.redelivered + ledger.out_of_order + ledger.corrupt, 0U);
  }
}

// All that threads share, at once: members come and go while a replay and reads look at the same views, and
// every stamp is traced.
TEST(RealTime, MembersReadsAndAReplayShareTheirViews) {
  plan::Plan plan = small_plan(400, 6);
  plan.groups[0].members = 3;
  plan.groups[0].client_settings = {{"session.timeout.ms", "2000"}, {"heartbeat.interval.ms", "500"}};
  plan.groups[0].service_time = 100 * kMicrosecond;
  plan.reads = {{.name = "opens", .streams = {0}, .rate = 200},
                {.name = "after", .streams = {0}, .triggered = true, .delay_max = 20 * kMillisecond}};
  plan::Change stop{.kind = plan::ChangeKind::stop, .at = 2 * kSecond, .lasts = 2 * kSecond};
  stop.phase = 1;
  plan::Change kill = stop;
  kill.kind = plan::ChangeKind::kill;
  kill.at = 3 * kSecond;
  plan.changes = {stop, kill};
  plan::Phase again = plan.phases[1];
  again.name = "again";
  again.kind = plan::PhaseKind::replay;
  again.begin = again.end;
  again.end += 2 * kSecond;
  plan.phases.push_back(again);
  plan.replays.push_back({.name = "again", .phase = 2, .members = 2, .streams = {0}});
  finish(plan);
  ASSERT_TRUE(plan::sound(plan));
  RealTimeRun run;
  run.options.senders = 2;
  run.options.trace.share = 1;
  const results::Settled settled = run(plan);
  const results::Outcomes& o = row(settled.figures, 0).outcomes;
  EXPECT_EQ(o.visible, o.planned);
  EXPECT_GT(o.planned, 2'500U);
  ASSERT_EQ(settled.figures.replays.size(), 1U);
  EXPECT_TRUE(settled.figures.replays[0].finished);
  for (const int read : {0, 1}) {
    const auto is_all = [&](const results::ViewRow& v) { return v.read == read && v.phase == -1; };
    const auto view = std::ranges::find_if(settled.figures.views, is_all);
    ASSERT_NE(view, settled.figures.views.end());
    EXPECT_GT(view->done, 500U);
    EXPECT_EQ(view->done, view->reads);
  }
}

// Ctrl-C as a person would press it: asked for by the first progress of the running stage.
TEST(RealTime, StoppingEndsSendingDrainsAndKeepsWhatWasMeasured) {
  const plan::Plan plan = small_plan(200, 600);
  RealTimeRun run;
  run.options.on_progress = [&](const engine::Progress& progress) {
    if (progress.elapsed > 2 * kSecond) run.stop = engine::kStopSending;
  };
  const results::Settled settled = run(plan);
  EXPECT_TRUE(run.outcome.interrupted);
  EXPECT_TRUE(run.outcome.drained);
  EXPECT_EQ(settled.figures.ending, "interrupted");
  const results::Outcomes& o = row(settled.figures).outcomes;
  EXPECT_EQ(o.visible, o.planned) << "what was planned until the stop, and no more";
  EXPECT_GT(o.planned, 100U);
  EXPECT_LT(o.planned, 100'000U);
}

// D2: a role that has CPUs of its own runs on these, and so would the threads of a client it makes.
TEST(RealTime, ARoleKeepsToItsCpus) {
  cpu_set_t mine;
  ASSERT_EQ(sched_getaffinity(0, sizeof mine, &mine), 0);
  int last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(static_cast<std::size_t>(last), &mine)) --last;
  struct Looker final : engine::Role {
    engine::Stepped step(const base::Clock&) override {
      sched_getaffinity(0, sizeof seen, &seen);
      done = true;
      return {};
    }
    cpu_set_t seen{};
    std::atomic<bool> done{false};
  };
  Looker kept, free;
  engine::Threads threads;
  const std::size_t place = threads.reserve("kept"), other = threads.reserve("free");
  threads.attach(place, kept);
  threads.attach(other, free);
  ASSERT_TRUE(threads.keep_to(place, {last}));
  threads.run([&] { return kept.done && free.done; });
  EXPECT_EQ(CPU_COUNT(&kept.seen), 1);
  EXPECT_TRUE(CPU_ISSET(static_cast<std::size_t>(last), &kept.seen));
  EXPECT_TRUE(CPU_EQUAL(&free.seen, &mine));
  const base::Status refused = threads.keep_to(place, {CPU_SETSIZE});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("kept is to keep to CPU"), std::string::npos);
}

TEST(RealTime, StoppingBeforeTheStartLeavesNothing) {
  const plan::Plan plan = small_plan();
  RealTimeRun run;
  run.stop = engine::kStopSending;
  (void)run(plan);
  EXPECT_FALSE(run.outcome.started);
  EXPECT_FALSE(std::filesystem::exists(run.folder.path()));
}

TEST(RealTime, AFolderThatIsNotEmptyIsRefusedAndLeftAlone) {
  const plan::Plan plan = small_plan();
  RealTimeRun run;
  std::filesystem::create_directories(run.folder.path() / "mine");
  engine::Threads threads;
  const auto cluster = cluster::make_loopback(threads.clock(), {});
  run.options.folder = run.folder.path();
  const auto ran = engine::run(plan, *cluster, threads, run.options);
  ASSERT_FALSE(ran.ok());
  EXPECT_NE(ran.error().message.find(run.folder.path().string()), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(run.folder.path() / "mine"));
}

}  // namespace
}  // namespace freshet::test
