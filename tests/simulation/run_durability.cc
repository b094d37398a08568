// V7: refused before the run, invalid after it, and nothing where nothing was asked.
#include <gmock/gmock.h>

#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

using testing::HasSubstr;

plan::Plan durable_plan() {
  plan::Plan plan = small_plan(100, 3);
  plan.streams[0].replication = 3;
  plan.streams[0].topic_config = {{"min.insync.replicas", "2"}};
  plan.streams[0].client_settings = {{"request.required.acks", "all"}};
  return plan;
}

Told three_brokers(std::map<std::string, std::string> producer = {{"acks", "-1"}}) {
  Told told;
  told.is_a_cluster = true;
  told.brokers = {"b1:9092", "b2:9092", "b3:9092"};
  told.failover["producer lock"] = std::move(producer);
  return told;
}

const judge::Validity* v7(const judge::Verdict& verdict) {
  for (const judge::Validity& rule : verdict.validity) {
    if (rule.id == "V7 durability") return &rule;
  }
  return nullptr;
}

// The reason why the run did not start; "" when it did.
std::string refused(const plan::Plan& plan, const Told& told) {
  const TemporaryFolder folder;
  engine::Simulation simulation;
  ToldCluster cluster(cluster::make_loopback(simulation.clock(), SimulatedRun::quiet()), told,
                      simulation.clock());
  engine::RunOptions options;
  options.folder = folder.path();
  options.hold_assignment = 0;
  const auto ran = engine::run(plan, cluster, simulation, options);
  if (ran.ok()) return "";
  EXPECT_EQ(ran.error().kind, base::ErrorKind::cluster);
  base::EventWake wake;
  const auto admin = cluster.make_admin(wake);
  EXPECT_TRUE((*admin)->list_topics(kSecond)->empty()) << "what was made is taken away";
  EXPECT_FALSE(std::filesystem::exists(folder.path()));
  return ran.error().message;
}

TEST(RunDurability, AsAskedHolds) {
  SimulatedRun run;
  run.told = three_brokers();
  const results::Settled settled = run(durable_plan());
  EXPECT_TRUE(settled.figures.durability.empty());
  ASSERT_NE(v7(run.verdict), nullptr);
  EXPECT_TRUE(v7(run.verdict)->holds);
  EXPECT_EQ(run.verdict.outcome, judge::Outcome::pass);
}

TEST(RunDurability, IsNoRuleWhereNothingIsAsked) {
  SimulatedRun run;
  run(small_plan(100, 3));
  EXPECT_EQ(v7(run.verdict), nullptr);
}

TEST(RunDurability, TooFewBrokersAreRefusedBeforeAnythingIsMade) {
  Told told = three_brokers();
  told.brokers.pop_back();
  EXPECT_THAT(refused(durable_plan(), told),
              HasSubstr("stream lock asks for replication 3, and the cluster has 2 brokers"));
}

TEST(RunDurability, ATopicThatIsLessDurableIsRefused) {
  Told told = three_brokers();
  told.topics = {{0, 1, {}}};  // as a cluster does that takes replication 3 and makes it 1
  EXPECT_THAT(refused(durable_plan(), told),
              HasSubstr("less durable than asked: replication is 1, and the scenario asks for 3"));
  told.topics = {{0, 3, {{"min.insync.replicas", "1"}}}};
  EXPECT_THAT(refused(durable_plan(), told),
              HasSubstr("min.insync.replicas is 1, and the scenario asks for 2"));
}

TEST(RunDurability, AProducerThatAsksForLessIsRefused) {
  EXPECT_THAT(refused(durable_plan(), three_brokers({{"acks", "1"}})),
              HasSubstr("acks is 1, and the scenario asks for all"));
  EXPECT_EQ(refused(durable_plan(), three_brokers({{"acks", "all"}})), "");
}

TEST(RunDurability, WhatChangesMeanwhileMakesTheRunInvalid) {
  SimulatedRun run;
  run.told = three_brokers();
  run.told->topics = {{kStart + 2 * kSecond, 3, {{"min.insync.replicas", "1"}}}};
  const results::Settled settled = run(durable_plan());
  ASSERT_EQ(settled.figures.durability.size(), 1U);
  EXPECT_EQ(settled.figures.durability[0].what, "min.insync.replicas");
  EXPECT_EQ(run.verdict.outcome, judge::Outcome::invalid);
  ASSERT_NE(v7(run.verdict), nullptr);
  EXPECT_FALSE(v7(run.verdict)->holds);
  EXPECT_EQ(v7(run.verdict)->figure, "1");
  EXPECT_EQ(v7(run.verdict)->limit, "2");
  EXPECT_THAT(run.verdict.reason, HasSubstr("min.insync.replicas of lock"));
  EXPECT_EQ(run.verdict.exit_status(), 3);
  const auto json = results::figures_to_json(settled.plan, settled.figures);
  EXPECT_EQ(json["durability"][0]["asked"], "2");
}

// The start without the run: what a run would find out is found out, and nothing is left.
TEST(Rehearsal, GoesThroughTheStartAndLeavesNothing) {
  const TemporaryFolder folder;
  engine::Simulation simulation;
  cluster::LoopbackOptions log = SimulatedRun::quiet();
  log.join = 3 * kSecond;  // from the last member's joining to the assignment
  auto cluster = cluster::make_loopback(simulation.clock(), log);
  engine::RunOptions options;
  options.folder = folder.path();
  options.hold_assignment = 0;
  options.rehearse = true;
  plan::Plan plan = small_plan(100, 3);
  plan.groups[0].members = 2;
  plan.streams[0].prefill = 10 * kSecond;
  plan.faults.push_back({.phase = 1, .at = 2 * kSecond, .run = "exit 1", .undo = "", .timeout = kSecond});
  finish(plan);
  const auto ran = engine::run(plan, *cluster, simulation, options);
  ASSERT_TRUE(ran.ok()) << ran.error().message;
  ASSERT_TRUE(ran->rehearsal);
  ASSERT_EQ(ran->rehearsal->joined.size(), 1U);
  EXPECT_EQ(ran->rehearsal->joined[0].first, "copilot");
  EXPECT_GE(ran->rehearsal->joined[0].second, 3 * kSecond);
  EXPECT_LT(ran->rehearsal->joined[0].second, 4 * kSecond);
  EXPECT_GT(ran->rehearsal->ready_after, ran->rehearsal->joined[0].second);
  EXPECT_TRUE(ran->warnings.empty());
  EXPECT_FALSE(std::filesystem::exists(folder.path()));
  base::EventWake wake;
  const auto admin = cluster->make_admin(wake);
  EXPECT_TRUE((*admin)->list_topics(kSecond)->empty());
  EXPECT_TRUE((*admin)->list_groups(kSecond)->empty());
}

}  // namespace
}  // namespace freshet::test
