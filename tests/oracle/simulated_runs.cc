// Simulated runs of every kind, each figure of which the oracle makes again from the trace.
#include <gtest/gtest.h>

#include <atomic>

#include "harness/plan/calibration.h"
#include "harness/plan/isolation.h"
#include "harness/results/layout.h"
#include "harness/scenario/decisions.h"
#include "tests/oracle/oracle_run.h"
#include "tests/simulation/run_fixture.h"
#include "tests/simulation/scripted_commands.h"

namespace freshet::test {
namespace {

using cluster::LoopbackFault;
using Kind = LoopbackFault::Kind;

class Oracle : public testing::Test {
 protected:
  Oracle() { run_.keep = folder_.path(); }

  void agrees(const plan::Plan& plan) {
    (void)run_(plan);
    if (HasFailure()) return;
    expect("oracle.py --quiet");
  }
  void expect(const std::string& program) {
    const OracleSaid said = ask_oracle(folder_.path(), program);
    EXPECT_EQ(said.exit_status, 0) << said.text;
  }

  LoopbackFault& fault(Kind kind, Nanos from, Nanos until) {
    LoopbackFault& added = run_.loopback.faults.emplace_back();
    added.kind = kind;
    added.from = kStart + from;
    added.until = kStart + until;
    return added;
  }

  TemporaryFolder folder_;
  SimulatedRun run_;
};

plan::Phase& add_phase(plan::Plan& plan, plan::PhaseKind kind, const std::string& name, Nanos length) {
  plan::Phase phase;
  phase.name = name;
  phase.kind = kind;
  phase.begin = plan.end();
  phase.end = phase.begin + length;
  plan.phases.push_back(phase);
  return plan.phases.back();
}

plan::Plan with_slos(plan::Plan plan) {
  using plan::Comparison;
  using plan::Figure;
  plan::Slo slo;
  const auto add = [&](Figure figure, Comparison comparison, double threshold) -> plan::Slo& {
    slo = {};
    slo.figure = figure;
    slo.comparison = comparison;
    slo.threshold = threshold;
    slo.line = static_cast<int>(plan.slos.size()) + 1;
    plan.slos.push_back(slo);
    return plan.slos.back();
  };
  add(Figure::staleness_percentile, Comparison::below, 50e6).percentile = 0.99;
  add(Figure::staleness_percentile, Comparison::below, 20e6).percentile = 0.9;
  plan.slos.back().tier = "enterprise";
  add(Figure::staleness_share, Comparison::below, 0.01);
  add(Figure::lost, Comparison::exactly, 0);
  add(Figure::duplicate, Comparison::exactly, 0);
  add(Figure::out_of_order, Comparison::exactly, 0);
  add(Figure::freshness_lag, Comparison::below, 1e9);
  return plan;
}

TEST_F(Oracle, AgreesOnASteadyRunAndWouldNoticeAnyChange) {
  run_.loopback = {};  // linger, network and acknowledgements take their time
  agrees(with_slos(small_plan(200, 10)));
  expect("notices.py");
}

// Two streams, three groups, a service time that the incident makes too long, hot accounts, ramps.
plan::Plan incident() {
  plan::Plan plan = small_plan(120, 5);
  plan::Stream chat = plan.streams[0];
  chat.name = "chat-1";
  chat.klass = "chat";
  chat.bound = 500 * kMillisecond;
  chat.key = plan::KeyKind::conversation;
  chat.keys_per_account = 3;
  chat.size = {
      .kind = workloads::SizeKind::lognormal, .minimum = 100, .maximum = 4000, .median = 300, .sigma = 0.8};
  plan.streams.push_back(chat);
  plan.groups[0].streams.push_back({1, chat.bound});
  plan.groups[0].members = 2;
  plan::Group slow;
  slow.name = "slow";
  slow.service_time = 6 * kMillisecond;
  slow.members = 2;
  slow.streams = {{1, 700 * kMillisecond}};
  plan.groups.push_back(slow);
  plan::Group nobody = slow;
  nobody.name = "nobody";
  nobody.never_starts = true;
  plan.groups.push_back(nobody);
  plan::Phase& burst = add_phase(plan, plan::PhaseKind::incident, "incident", 10 * kSecond);
  burst.magnitude = 5;
  burst.ramp = kSecond;
  burst.decay = 2 * kSecond;
  burst.hot_accounts = 2;
  burst.hot_share = 0.5;
  burst.streams = {1};
  add_phase(plan, plan::PhaseKind::recovery, "recovery", 30 * kSecond);
  plan.hold = 3 * kSecond;
  finish(plan);
  plan::Slo fresh;
  fresh.figure = plan::Figure::time_to_fresh;
  fresh.threshold = 20e9;
  plan = with_slos(std::move(plan));
  plan.slos.push_back(fresh);
  return plan;
}

TEST_F(Oracle, AgreesOnAnIncident) {
  run_.loopback = {};
  agrees(incident());
}

// H2, H3: the Java, the Python and the JavaScript library find the same percentiles in intervals.hlog.
TEST_F(Oracle, AndOtherPeoplesReadersAgreeOnAnIncident) {
  run_.loopback = {};
  (void)run_(incident());
  expect("../readers/readers.py");
}

// Readers in the background and after events, of classes that fall behind and of which some are lost.
TEST_F(Oracle, AgreesOnWhatReadersSaw) {
  using plan::Figure;
  run_.loopback = {};
  fault(Kind::lose, 3 * kSecond, 5 * kSecond).every = 9;
  fault(Kind::delay, 8 * kSecond, 9 * kSecond).amount = 900 * kMillisecond;
  plan::Plan plan = incident();
  plan.streams[0].critical = true;
  plan.streams[0].bound = plan.groups[0].streams[0].bound = 300 * kMillisecond;
  plan.reads.push_back({.name = "desk", .group = 0, .streams = {0, 1}, .rate = 40});
  plan.reads.push_back({.name = "slowly", .group = 1, .streams = {1}, .rate = 30});
  plan.reads.push_back({.name = "opened",
                        .group = 0,
                        .streams = {0},
                        .triggered = true,
                        .after = 0,
                        .delay_min = 5 * kMillisecond,
                        .delay_max = 300 * kMillisecond,
                        .share = 0.5});
  const auto add = [&](Figure figure, plan::Comparison comparison, double threshold) {
    plan::Slo slo;
    slo.figure = figure;
    slo.comparison = comparison;
    slo.threshold = threshold;
    slo.percentile = figure == Figure::view_staleness ? 0.9 : 0;
    slo.line = static_cast<int>(plan.slos.size()) + 1;
    plan.slos.push_back(slo);
  };
  add(Figure::view_staleness, plan::Comparison::below, 200e6);
  add(Figure::stale_decisions, plan::Comparison::below, 0.05);
  add(Figure::critical_stale_decisions, plan::Comparison::below, 0.01);
  add(Figure::late, plan::Comparison::exactly, 0);
  add(Figure::missed, plan::Comparison::exactly, 0);
  add(Figure::time_over_bound, plan::Comparison::below, 1e9);
  finish(plan);
  agrees(plan);
}

// A plan and a scenario's text that have the same decide functions.
TEST_F(Oracle, AgreesOnWrongDecisions) {
  run_.loopback = {};
  run_.decisions = scenario::decisions_of;
  fault(Kind::lose, 3 * kSecond, 5 * kSecond).every = 9;
  fault(Kind::delay, 8 * kSecond, 9 * kSecond).amount = 900 * kMillisecond;
  plan::Plan plan = incident();
  plan.streams[0].critical = true;
  plan.reads.push_back({.name = "desk", .group = 0, .streams = {0, 1}, .rate = 60, .decide = "odd locks"});
  plan.reads.push_back({.name = "slowly", .group = 1, .streams = {1}, .rate = 30, .decide = "busiest"});
  plan.reads.push_back({.name = "opened",
                        .group = 0,
                        .streams = {1, 0},
                        .triggered = true,
                        .after = 0,
                        .delay_min = 5 * kMillisecond,
                        .delay_max = 300 * kMillisecond,
                        .share = 0.5,
                        .decide = "recent"});
  plan.reads.push_back({.name = "stale", .group = 0, .streams = {0}, .rate = 20});
  plan.params = {{"recent", "s", "number", "0.25", "1"}};
  plan.scenario_text = R"(
    local support = require "support"
    local recent = param { "recent", default = 1, about = "s" }
    return scenario {
      tenants = support.tenants { enterprise = 4 },
      reads = {
        desk = { decide = function(view)
          if view.lock.n % 2 == 1 then return "locked" end
          return view.chat.n > 3 and view.chat.n or "quiet"
        end },
        slowly = { decide = function(view)
          local most, at = -1, 0
          for i, chat in ipairs(view.chat) do if chat.n > most then most, at = chat.n, i end end
          return at
        end },
        opened = { decide = function(view)
          return (view.lock.age or 100) < recent and (view.chat.age or 100) < 4 * recent
        end },
      },
      phases = { warmup "1s", incident { "2s", magnitude = 5 } },
    })";
  const auto add = [&](plan::Figure figure, double threshold) {
    plan.slos.push_back(
        {.figure = figure, .threshold = threshold, .line = static_cast<int>(plan.slos.size())});
  };
  add(plan::Figure::wrong_decisions, 0.05);
  add(plan::Figure::critical_wrong_decisions, 0.01);
  finish(plan);
  const results::Settled settled = run_(plan);
  for (const results::DecisionRow& row : settled.figures.decisions) {
    if (row.phase >= 0 || !row.decides) continue;
    EXPECT_GT(row.wrong, 50U) << row.read;
    if (row.read != 1) {
      EXPECT_GT(row.critical_wrong, 10U) << row.read;
    }
  }
  expect("oracle.py --quiet");
}

TEST_F(Oracle, AgreesWhenRecordsAreLostDoubledRefusedAndOfUnknownFate) {
  run_.loopback = {};
  fault(Kind::lose, 2 * kSecond, 3 * kSecond).every = 7;
  fault(Kind::duplicate, 3 * kSecond, 4 * kSecond).every = 5;
  fault(Kind::fail, 4 * kSecond, 5 * kSecond).every = 3;
  fault(Kind::timeout, 5 * kSecond, 6 * kSecond).every = 3;
  LoopbackFault& appears = fault(Kind::timeout, 6 * kSecond, 7 * kSecond);
  appears.every = 3;
  appears.appears = true;
  appears.amount = 200 * kMillisecond;
  fault(Kind::refuse, 7 * kSecond, 8 * kSecond).every = 4;
  fault(Kind::reorder, 8 * kSecond, 9 * kSecond).every = 6;
  agrees(with_slos(small_plan(150, 12)));
  expect("notices.py");
}

TEST_F(Oracle, AgreesWhenThePartitionStallsAndTheQueueIsFull) {
  run_.loopback = {};
  run_.loopback.queue_messages = 60;
  fault(Kind::stall, 4 * kSecond, 7 * kSecond);
  fault(Kind::ack_delay, 9 * kSecond, 10 * kSecond).amount = 300 * kMillisecond;
  fault(Kind::delay, 10 * kSecond, 11 * kSecond).amount = 300 * kMillisecond;
  agrees(with_slos(small_plan(150, 14)));
}

TEST_F(Oracle, AgreesWhenOnePartitionNeverComesBack) {
  run_.loopback = {};
  fault(Kind::stall, 4 * kSecond, 1000 * kSecond).partition = 1;
  plan::Plan plan = small_plan(60, 8);
  plan.drain = 5 * kSecond;
  agrees(with_slos(std::move(plan)));
}

TEST_F(Oracle, AgreesWhenTheLogIsCut) {
  run_.loopback = {};
  LoopbackFault& cut = fault(Kind::cut, 5 * kSecond, 5 * kSecond + 100 * kMillisecond);
  cut.partition = 2;
  cut.amount = 3;
  cut.every = 1;
  agrees(with_slos(small_plan(150, 8)));
}

plan::Plan changing(plan::CommitPolicy commit) {
  plan::Plan plan = small_plan(100, 2);
  add_phase(plan, plan::PhaseKind::change, "change", 20 * kSecond);
  add_phase(plan, plan::PhaseKind::recovery, "recovery", 15 * kSecond);
  plan.groups[0].members = 3;
  plan.groups[0].commit = commit;
  plan.groups[0].service_time = 2 * kMillisecond;
  plan.groups[0].client_settings["session.timeout.ms"] = "6000";
  using plan::ChangeKind;
  plan.changes = {
      {.phase = 2, .group = 0, .kind = ChangeKind::kill, .at = 5 * kSecond, .lasts = 4 * kSecond},
      {.phase = 2, .group = 0, .kind = ChangeKind::pause, .at = 12 * kSecond, .lasts = 8 * kSecond},
      {.phase = 2, .group = 0, .kind = ChangeKind::add, .at = 15 * kSecond},
      {.phase = 2, .group = 0, .kind = ChangeKind::stop, .at = 18 * kSecond}};
  finish(plan);
  return with_slos(std::move(plan));
}

TEST_F(Oracle, AgreesWhenMembersComeAndGo) {
  run_.loopback = {};
  agrees(changing(plan::CommitPolicy::interval));
}

TEST_F(Oracle, AgreesWhenMembersCommitEachEvent) {
  agrees(changing(plan::CommitPolicy::after_apply));
}

// Every event twice in the log, and members that come and go between the two.
TEST_F(Oracle, AgreesWhenTwoMembersSeeOneEvent) {
  run_.loopback = {};
  fault(Kind::duplicate, 0, 1000 * kSecond).every = 1;
  agrees(changing(plan::CommitPolicy::after_apply));
}

// A group that falls behind a compacted log, with reads, members that come and go, and a pass from the
// beginning.
TEST_F(Oracle, AgreesOnACompactedLog) {
  run_.loopback = {};
  fault(Kind::lose, 0, 1000 * kSecond).every = 6;
  fault(Kind::delay, 8 * kSecond, 10 * kSecond).amount = 700 * kMillisecond;
  plan::Plan plan = changing(plan::CommitPolicy::interval);
  plan.streams[0].topic_config["cleanup.policy"] = "compact,delete";
  plan.streams[0].critical = true;
  plan.streams[0].bound = plan.groups[0].streams[0].bound = 300 * kMillisecond;
  plan.reads.push_back({.name = "desk", .group = 0, .streams = {0}, .rate = 40});
  plan.replays.push_back({.name = "again", .phase = 2, .streams = {0}});
  finish(plan);
  agrees(plan);
  expect("../readers/readers.py");
}

// Of such a log a sample tells less: what it did not see may have become visible with what it does not hold.
TEST_F(Oracle, AgreesOnASampleOfACompactedLog) {
  run_.loopback = {};
  run_.trace = 0.3;
  fault(Kind::lose, 0, 1000 * kSecond).every = 3;
  fault(Kind::delay, 8 * kSecond, 10 * kSecond).amount = 700 * kMillisecond;
  plan::Plan plan = small_plan(300, 15);
  plan.streams[0].topic_config["cleanup.policy"] = "compact";
  agrees(plan);
}

// A calibration beside the run, and a second of the run in which records come late: its tail is the log's,
// its median the harness's own.
TEST_F(Oracle, AgreesOnTheNoiseFloorAndWhatIsNearIt) {
  run_.loopback = {};
  fault(Kind::delay, 3 * kSecond, 4 * kSecond).amount = 400 * kMillisecond;
  const plan::Plan plan = with_slos(small_plan(150, 5));
  SimulatedRun calibration;
  calibration.loopback = {};
  calibration.keep = folder_.path() / results::kCalibrationFolder;
  (void)calibration(plan::calibration_part(plan));
  const results::Settled settled = run_(plan);
  ASSERT_EQ(settled.figures.noise_floor.size(), 1U);
  const auto& quantiles = row(settled.figures).quantiles;
  EXPECT_TRUE(quantiles.at(0).near_floor) << "p50";
  EXPECT_FALSE(quantiles.at(1).near_floor) << "p90";
  expect("oracle.py --quiet");
  expect("notices.py");
}

plan::Plan with_passes() {
  plan::Plan plan = small_plan(100, 8);
  plan.streams[0].prefill = 10 * kSecond;
  add_phase(plan, plan::PhaseKind::replay, "again", 12 * kSecond);
  add_phase(plan, plan::PhaseKind::recovery, "recovery", 12 * kSecond);
  plan::Replay all{.name = "all", .phase = 2, .members = 2, .streams = {0}, .capped = true, .rate = 400};
  plan::Replay late = all;
  late.name = "late";
  late.start = plan::PassStart::ago;
  late.ago = 4 * kSecond;
  plan::Replay bytes = all;
  bytes.name = "bytes";
  bytes.start = plan::PassStart::bytes;
  bytes.bytes = 120'000;
  plan::Replay offset = all;
  offset.name = "offset";
  offset.start = plan::PassStart::offset;
  offset.offset = 50;
  plan::Replay slow = all;
  slow.name = "slow";
  slow.rate = 50;
  slow.lasts = 10 * kSecond;
  plan.replays = {all, late, bytes, offset, slow};
  finish(plan);
  return with_slos(std::move(plan));
}

TEST_F(Oracle, AgreesOnPasses) {
  run_.loopback = {};
  fault(Kind::duplicate, 3 * kSecond, 4 * kSecond).every = 5;
  fault(Kind::lose, 5 * kSecond, 6 * kSecond).every = 7;
  agrees(with_passes());
}

TEST_F(Oracle, AgreesWhenRetentionHasTakenPartOfTheLog) {
  run_.loopback = {};
  plan::Plan plan = with_passes();
  plan.streams[0].topic_config["retention.bytes"] = "40000";
  agrees(plan);
}

TEST_F(Oracle, AgreesOnIsolationWindows) {
  run_.loopback = {};
  plan::Plan plan = small_plan(300, 1, 2);
  for (int i = 0; i < 8; ++i) {
    const bool on = i % 2 == 1;
    plan::Phase& window = add_phase(plan, on ? plan::PhaseKind::replay : plan::PhaseKind::steady,
                                    "quiet-" + std::to_string(i), 4 * kSecond);
    window.isolation = "quiet";
    window.isolation_on = on;
    if (!on) continue;
    fault(Kind::delay, window.begin, window.end).amount = 20 * kMillisecond;
    plan.replays.push_back({.name = "replay-" + std::to_string(i),
                            .phase = plan.phases.size() - 1,
                            .streams = {0},
                            .capped = true,
                            .rate = 500,
                            .lasts = 4 * kSecond});
  }
  add_phase(plan, plan::PhaseKind::recovery, "recovery", 3 * kSecond);
  finish(plan);
  SimulatedRun share;
  share.keep = folder_.path() / "loopback";
  (void)share(plan::isolation_part(plan));
  agrees(with_slos(plan));
}

TEST_F(Oracle, AgreesOnCommandsOfFaults) {
  ScriptedCommands commands;
  commands.scripts["break"] = {.takes = kSecond, .output = "one\ntwo\n"};
  commands.scripts["mend"] = {.takes = kSecond, .status = 3};
  run_.options.commands = &commands;
  run_.loopback = {};
  fault(Kind::stall, 7 * kSecond, 10 * kSecond).partition = 1;
  fault(Kind::fail, 10 * kSecond, 11 * kSecond).partition = 2;
  plan::Plan plan = small_plan(150, 4);
  add_phase(plan, plan::PhaseKind::fault, "fault", 12 * kSecond);
  add_phase(plan, plan::PhaseKind::recovery, "recovery", 15 * kSecond);
  plan.hold = 2 * kSecond;
  plan.faults = {{.phase = 2,
                  .at = 6 * kSecond,
                  .run = "break",
                  .undo = "mend",
                  .after = 5 * kSecond,
                  .timeout = 5 * kSecond,
                  .line = 1}};
  finish(plan);
  agrees(with_slos(plan));
}

TEST_F(Oracle, AgreesOnARunThatWasStopped) {
  run_.loopback = {};
  std::atomic<int> stop{engine::kGoOn};
  run_.options.stop = &stop;
  run_.options.on_progress = [&](const engine::Progress& progress) {
    if (progress.elapsed > 6 * kSecond) stop = engine::kStopSending;
  };
  agrees(with_slos(small_plan(150, 20)));
}

}  // namespace
}  // namespace freshet::test
