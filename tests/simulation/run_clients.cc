// What clients tell of themselves, from the seam into the figures, with known answers.
#include "tests/simulation/run_fixture.h"
#include "tests/simulation/told_cluster.h"

namespace freshet::test {
namespace {

using Kind = cluster::ClientStatistics::Kind;

cluster::ClientStatistics told(Kind kind, const char* name, Nanos at, std::uint64_t requests) {
  cluster::ClientStatistics s;
  s.kind = kind;
  s.name = name;
  s.at = at;
  s.interval = kSecond;
  s.waiting = static_cast<std::int64_t>(requests * 2);
  s.batch_records = {.count = 10, .mean = static_cast<double>(requests), .p50 = 1, .p99 = 2, .max = 3};
  cluster::BrokerStatistics broker;
  broker.broker = "b1:9092/1";
  broker.requests = requests;
  broker.retries = 1;
  broker.round_trip = {10, 2e6, 1'000'000, static_cast<Nanos>(requests) * kMillisecond, 90 * kMillisecond};
  s.brokers = {broker};
  return s;
}

TEST(RunClients, OnlyIntervalsThatLieInTheRunCount) {
  Told script;
  script.statistics = {
      told(Kind::producer, "lock", kStart - kSecond, 1000),                  // long before
      told(Kind::producer, "lock", kStart + kSecond / 2, 2000),              // began before τ = 0
      told(Kind::producer, "lock", kStart + kSecond, 5),                     // its first instant is τ = 0
      told(Kind::member, "copilot-0", kStart + kSecond + kMillisecond, 40),  //
      told(Kind::member, "copilot-7", kStart + 2 * kSecond, 4000),           // nobody's
      told(Kind::producer, "other", kStart + 2 * kSecond, 8000),             // nobody's
      told(Kind::producer, "lock", kStart + 2 * kSecond, 7),
  };
  script.failover["producer lock"] = {{"linger.ms", "5"}};
  SimulatedRun run;
  run.told = script;
  const results::Settled settled = run(small_plan(100, 5));
  ASSERT_EQ(settled.figures.clients.size(), 2U);
  const results::ClientRow& producer = settled.figures.clients[0];
  EXPECT_EQ(producer.stream, 0);
  EXPECT_EQ(producer.all.requests, 12U);
  EXPECT_EQ(producer.all.retries, 2U);
  EXPECT_EQ(producer.all.round_trip.count, 20U);
  EXPECT_EQ(producer.all.round_trip.highest_p99, 7 * kMillisecond);
  EXPECT_EQ(producer.most_waiting, 14);
  EXPECT_DOUBLE_EQ(producer.batch_records.mean, 6);
  EXPECT_EQ(settled.figures.clients[1].pass, 0);
  EXPECT_EQ(settled.figures.clients[1].all.requests, 40U);
  const auto& failover = settled.manifest["failover_settings"];
  ASSERT_EQ(failover.size(), 1U);
  EXPECT_EQ(failover.begin()->at("linger.ms"), "5");
}

TEST(RunClients, TheBuiltInLogHasNoneAndSaysNothing) {
  SimulatedRun run;
  const results::Settled settled = run(small_plan(100, 3));
  EXPECT_TRUE(settled.figures.clients.empty());
  EXPECT_TRUE(settled.figures.damage.empty());
}

}  // namespace
}  // namespace freshet::test
