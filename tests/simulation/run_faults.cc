// Faults on the timeline: a test's function stands for the user's command, which stalls the loopback.
#include <gmock/gmock.h>

#include <atomic>

#include "tests/simulation/run_fixture.h"
#include "tests/simulation/scripted_commands.h"

namespace freshet::test {
namespace {

using testing::HasSubstr;

plan::Plan with_fault(plan::Fault fault) {
  plan::Plan plan = small_plan(100, 4);
  plan::Phase phase, recovery;
  phase.name = "fault";
  phase.kind = plan::PhaseKind::fault;
  phase.begin = 5 * kSecond;
  phase.end = 25 * kSecond;
  recovery.name = "recovery";
  recovery.kind = plan::PhaseKind::recovery;
  recovery.begin = phase.end;
  recovery.end = phase.end + 15 * kSecond;
  plan.phases.push_back(phase);
  plan.phases.push_back(recovery);
  fault.phase = 2;
  plan.faults.push_back(std::move(fault));
  finish(plan);
  return plan;
}

class FaultRun : public testing::Test {
 protected:
  FaultRun() { run_.options.commands = &commands_; }
  SimulatedRun run_;
  ScriptedCommands commands_;
};

TEST_F(FaultRun, RunsAndUndoesAtItsTimes) {
  commands_.scripts["break"] = {.takes = kSecond, .output = "one\ntwo\n"};
  commands_.scripts["mend"] = {.takes = 2 * kSecond};
  const results::Settled settled = run_(with_fault(
      {.at = 6 * kSecond, .run = "break", .undo = "mend", .after = 9 * kSecond, .timeout = 30 * kSecond}));
  ASSERT_EQ(settled.figures.commands.size(), 2U);
  const results::CommandRow& broke = settled.figures.commands[0];
  const results::CommandRow& mended = settled.figures.commands[1];
  EXPECT_NEAR(static_cast<double>(broke.begin), 6.0 * kSecond, 1.0 * kMillisecond);
  EXPECT_NEAR(static_cast<double>(broke.end), 7.0 * kSecond, 10.0 * kMillisecond);
  EXPECT_EQ(broke.last_line, "two");
  EXPECT_NEAR(static_cast<double>(mended.begin), 15.0 * kSecond, 1.0 * kMillisecond);
  EXPECT_NEAR(static_cast<double>(mended.end), 17.0 * kSecond, 10.0 * kMillisecond);
  EXPECT_FALSE(broke.failed() || mended.failed());
  EXPECT_EQ(run_.verdict.outcome, judge::Outcome::pass) << run_.verdict.reason;
}

TEST_F(FaultRun, AFailingCommandMakesTheRunInvalid) {
  commands_.scripts["break"] = {.status = 3, .output = "the key is hunter2\nno broker 7\n"};
  run_.options.secrets = {"hunter2", ""};
  const results::Settled settled = run_(with_fault({.at = 6 * kSecond, .run = "break", .timeout = kSecond}));
  EXPECT_EQ(run_.verdict.outcome, judge::Outcome::invalid);
  EXPECT_THAT(run_.verdict.reason, testing::AllOf(HasSubstr("V9 disturbance"), HasSubstr("\"break\""),
                                                  HasSubstr("status 3"), HasSubstr("no broker 7")));
  for (const nlohmann::json& event : settled.events)
    EXPECT_THAT(event.dump(), testing::Not(HasSubstr("hunter2")));
}

TEST_F(FaultRun, HalfASecretIsNotKept) {
  commands_.scripts["break"] = {.output = "ter2\nthe rest\n", .dropped = 100};
  run_.options.secrets = {"hunter2"};
  const results::Settled settled = run_(with_fault({.at = 6 * kSecond, .run = "break", .timeout = kSecond}));
  bool found = false;
  for (const nlohmann::json& event : settled.events) {
    if (event.value("kind", "") != "command_ended") continue;
    found = true;
    EXPECT_EQ(event.at("output"), "the rest\n");
    EXPECT_EQ(event.at("output_dropped"), 105);
  }
  EXPECT_TRUE(found);
}

TEST_F(FaultRun, ACommandThatTakesTooLongIsEndedAndUndone) {
  commands_.scripts["hang"] = {.takes = 1000 * kSecond, .deaf = true};
  commands_.scripts["mend"] = {};
  const results::Settled settled = run_(with_fault(
      {.at = 6 * kSecond, .run = "hang", .undo = "mend", .after = kSecond, .timeout = 2 * kSecond}));
  ASSERT_EQ(settled.figures.commands.size(), 2U);
  EXPECT_TRUE(settled.figures.commands[0].timed_out);
  EXPECT_NEAR(static_cast<double>(settled.figures.commands[0].end), 13.0 * kSecond, 20.0 * kMillisecond)
      << "SIGTERM at 8 s, SIGKILL 5 s later";
  EXPECT_GE(settled.figures.commands[1].begin, settled.figures.commands[0].end);
  EXPECT_EQ(run_.verdict.outcome, judge::Outcome::invalid);
}

TEST_F(FaultRun, WhatWasDoneIsUndoneWhenTheRunIsInterrupted) {
  std::atomic<int> stop{engine::kGoOn};
  run_.options.stop = &stop;
  commands_.scripts["break"] = {.takes = kSecond};
  commands_.scripts["mend"] = {.takes = kSecond};
  run_.options.on_progress = [&](const engine::Progress& progress) {
    if (progress.elapsed > 8 * kSecond) stop = engine::kStopNow;
  };
  plan::Plan plan = with_fault(
      {.at = 6 * kSecond, .run = "break", .undo = "mend", .after = 10 * kSecond, .timeout = 5 * kSecond});
  plan.faults.push_back(plan.faults[0]);
  plan.faults[1].at = 20 * kSecond;
  const results::Settled settled = run_(plan);
  ASSERT_EQ(commands_.started.size(), 2U) << "the second fault never came";
  EXPECT_EQ(commands_.started[1].second, "mend");
  EXPECT_LT(commands_.started[1].first, 10 * kSecond);
  EXPECT_TRUE(settled.figures.commands[1].ended);
  EXPECT_FALSE(settled.figures.commands[2].began);
  EXPECT_EQ(run_.verdict.outcome, judge::Outcome::interrupted);
}

TEST(FaultsNotAllowed, AreRefusedBeforeAnythingHappens) {
  const TemporaryFolder folder;
  engine::Simulation simulation;
  const auto cluster = cluster::make_loopback(simulation.clock(), SimulatedRun::quiet());
  engine::RunOptions options;
  options.folder = folder.path();
  const auto ran = engine::run(with_fault({.at = 6 * kSecond, .run = "x"}), *cluster, simulation, options);
  ASSERT_FALSE(ran.ok());
  EXPECT_EQ(ran.error().kind, base::ErrorKind::usage);
  EXPECT_FALSE(std::filesystem::exists(folder.path()));
}

}  // namespace
}  // namespace freshet::test
