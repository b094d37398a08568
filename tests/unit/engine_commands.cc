// The shell that runs a fault's commands: real processes, waited for and never slept on.
#include "harness/engine/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

namespace freshet::engine {
namespace {

using testing::HasSubstr;

std::unique_ptr<Command> started(const std::string& text) {
  ShellCommands shell;
  auto command = shell.start(text, 0);
  EXPECT_TRUE(command.ok());
  return std::move(command).value();
}

CommandEnd end_of(Command& command) {
  for (;;) {
    if (auto end = command.poll(0)) return *std::move(end);
    poll(nullptr, 0, 1);
  }
}

CommandEnd ran(const std::string& text) {
  return end_of(*started(text));
}

TEST(ShellCommand, GivesStatusAndBothOutputs) {
  const CommandEnd end = ran("echo one; echo two >&2; exit 3");
  EXPECT_EQ(end.status, 3);
  EXPECT_EQ(end.output, "one\ntwo\n");
  EXPECT_EQ(end.dropped, 0U);
  EXPECT_EQ(ran("true").status, 0);
  EXPECT_EQ(ran("no-such-command-here").status, 127);
  EXPECT_THAT(ran("no-such-command-here").output, HasSubstr("not found"));
}

TEST(ShellCommand, ASignalIsAStatusAbove128) {
  EXPECT_EQ(ran("kill -9 $$").status, 128 + SIGKILL);
}

TEST(ShellCommand, KeepsTheLastOfAFloodAndCountsTheRest) {
  const CommandEnd end = ran("yes | head -c 1000000; echo the end");
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(end.output.size(), Command::kMostOutput);
  EXPECT_EQ(end.output.size() + end.dropped, 1'000'000U + 8);
  EXPECT_TRUE(end.output.ends_with("the end\n"));
}

TEST(ShellCommand, HasNoInputAndDefaultSignals) {
  EXPECT_EQ(ran("cat").output, "");
  // The harness ignores or blocks some; a broker that is started must not inherit that.
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const CommandEnd end = ran("kill -TERM $$; echo alive");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(end.status, 128 + SIGTERM);
}

// The whole group ends: what the shell started too.
TEST(ShellCommand, IsEndedWithAllThatItStarted) {
  const auto command = started("sleep 1000 & sleep 1000; echo alive");
  EXPECT_FALSE(command->poll(0));
  command->terminate(false);
  EXPECT_EQ(end_of(*command).status, 128 + SIGTERM);
  const auto deaf = started("trap '' TERM; echo ready; while :; do sleep 1000; done");
  deaf->terminate(true);
  EXPECT_EQ(end_of(*deaf).status, 128 + SIGKILL);
}

// A command that starts a broker leaves it behind, its output in its hands: nobody waits for it.
TEST(ShellCommand, WhatItLeavesBehindIsNotWaitedFor) {
  const CommandEnd end = ran("sleep 1000 & echo $!");
  EXPECT_EQ(end.status, 0);
  const pid_t left = std::stoi(end.output);
  EXPECT_EQ(kill(left, 0), 0) << "it still runs";
  kill(left, SIGKILL);
}

TEST(ShellCommand, ManyAtOnceDoNotMixTheirOutput) {
  std::vector<std::unique_ptr<Command>> commands;
  for (int i = 0; i < 8; ++i) commands.push_back(started("echo " + std::to_string(i)));
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(end_of(*commands[static_cast<std::size_t>(i)]).output, std::to_string(i) + "\n");
  }
}

}  // namespace
}  // namespace freshet::engine
