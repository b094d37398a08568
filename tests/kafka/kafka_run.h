// A whole run on a real cluster, settled and judged.
#pragma once

#include <atomic>
#include <string>
#include <utility>

#include "harness/cluster/kafka/kafka.h"
#include "harness/engine/commands.h"
#include "harness/engine/threads.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {

struct KafkaRun {
  explicit KafkaRun(std::string at) : address(std::move(at)) {
    options.hold_assignment = 500 * kMillisecond;
    options.stop = &stop;
    options.commands = &commands;
  }

  base::Result<engine::RunOutcome> run(const plan::Plan& plan) {
    engine::Threads threads;
    auto cluster = cluster::make_kafka(threads.clock(), {.bootstrap = address});
    if (!cluster) return cluster.error();
    options.folder = folder.path();
    std::filesystem::remove_all(folder.path());
    return engine::run(plan, **cluster, threads, options);
  }

  results::Settled operator()(const plan::Plan& plan) {
    const auto ran = run(plan);
    EXPECT_TRUE(ran.ok()) << ran.error().message;
    if (!ran.ok()) return {};
    outcome = *ran;
    auto settled = results::settle(folder.path());
    EXPECT_TRUE(settled.ok()) << settled.error().message;
    if (!settled.ok()) return {};
    verdict = judge::judge(settled->plan, settled->figures);
    return std::move(settled).value();
  }

  std::string address;
  engine::ShellCommands commands;
  engine::RunOptions options;
  engine::RunOutcome outcome;
  judge::Verdict verdict;
  std::atomic<int> stop{engine::kGoOn};
  TemporaryFolder folder;
};

}  // namespace freshet::test
