// Whole runs on a real Apache Kafka. What is asserted is counted, never timed.
#include <gmock/gmock.h>

#include "tests/kafka/broker.h"
#include "tests/kafka/kafka_run.h"

namespace freshet::test {
namespace {

class RunOnKafka : public testing::Test {
 protected:
  void SetUp() override {
    address_ = shared_kafka();
    ASSERT_FALSE(address_.empty()) << "no Kafka to test on";
  }
  std::string address_;
};

// E1-E3: the same events from one, two and seven senders, on Kafka and on the loopback log.
TEST_F(RunOnKafka, TheLoadIsTheSameWhoeverSendsItAndWhereverItGoes) {
  const plan::Plan plan = small_plan(300, 2);
  SimulatedRun simulated;
  const std::vector<std::string> expected = simulated(plan).figures.load_proof;
  ASSERT_THAT(expected, testing::SizeIs(1));
  for (const int senders : {1, 2, 7}) {
    KafkaRun run(address_);
    run.options.senders = senders;
    const results::Settled settled = run(plan);
    EXPECT_TRUE(settled.figures.lanes_proved);
    EXPECT_EQ(settled.figures.load_proof, expected) << senders << " senders";
    const results::Outcomes& o = row(settled.figures).outcomes;
    EXPECT_EQ(o.visible, o.planned);
    EXPECT_GT(o.planned, 400U);
    ASSERT_EQ(settled.figures.ledgers.size(), 1U);
    const results::LedgerRow& ledger = settled.figures.ledgers[0];
    EXPECT_EQ(ledger.lost + ledger.log_duplicate + ledger.redelivered + ledger.out_of_order + ledger.foreign,
              0U);
    EXPECT_TRUE(run.outcome.warnings.empty()) << run.outcome.warnings[0];
  }
}

// K3: what librdkafka counts, against what the run knows by itself.
TEST_F(RunOnKafka, TheClientsTellWhatTheyCounted) {
  KafkaRun run(address_);
  const results::Settled settled = run(small_plan(300, 4));
  ASSERT_EQ(settled.figures.clients.size(), 2U);
  const results::ClientRow& producer = settled.figures.clients[0];
  EXPECT_EQ(producer.stream, 0);
  EXPECT_GT(producer.all.round_trip.count, 0U);
  EXPECT_GT(producer.all.round_trip.max, 0);
  EXPECT_GE(producer.all.round_trip.max, static_cast<Nanos>(producer.all.round_trip.mean));
  // Whole intervals of the run only: the first and the last second are cut at either end.
  const double batched = producer.batch_records.mean * static_cast<double>(producer.batch_records.count);
  const auto sent = static_cast<double>(settled.figures.producers[0].sent);
  EXPECT_GT(batched, sent / 4);
  EXPECT_LT(batched, sent * 2) << "warm-up and all";
  ASSERT_FALSE(producer.brokers.empty());
  EXPECT_THAT(producer.brokers[0].broker, testing::HasSubstr(address_));
  const results::ClientRow& group = settled.figures.clients[1];
  EXPECT_EQ(group.pass, 0);
  EXPECT_GT(group.all.requests, 0U);
  const auto& failover = settled.manifest["failover_settings"];
  ASSERT_EQ(failover.size(), 2U);
  for (const auto& [scope, settings] : failover.items())
    EXPECT_EQ(settings["socket.timeout.ms"], "60000") << scope;
}

// A broker with a quota holds its answers back: that is not the round trip's fault, and it is told.
TEST(Quota, IsToldAsThrottling) {
  const Brokers broker;
  ASSERT_FALSE(broker.address().empty());
  plan::Plan plan = small_plan(300, 5);
  const auto throttled = [&] {
    KafkaRun run(broker.address());
    const results::Settled settled = run(plan);
    const results::Outcomes& o = row(settled.figures).outcomes;
    EXPECT_EQ(o.visible, o.planned);
    return settled.figures.clients.at(0).all.throttle.max;
  };
  EXPECT_EQ(throttled(), 0);
  // Two thirds or so of what the plan sends.
  broker.admin(
      "configs --alter --add-config producer_byte_rate=40000 --entity-type clients --entity-default");
  plan.drain = 60 * kSecond;
  EXPECT_GT(throttled(), 0);
}

// R2: a read at the very τ of an event cannot have seen it, whatever the cluster; one 5 s later has, on a
// healthy one. All planned reads are done.
TEST_F(RunOnKafka, ReadsSeeWhatTheViewHadAtTheirTime) {
  plan::Plan plan = small_plan(100, 10);
  plan.streams[0].critical = true;
  plan.streams[0].bound = plan.groups[0].streams[0].bound = 4 * kSecond;
  plan.reads = {{.name = "opens", .streams = {0}, .rate = 100},
                {.name = "at_once", .streams = {0}, .triggered = true},
                {.name = "later",
                 .streams = {0},
                 .triggered = true,
                 .delay_min = 5 * kSecond,
                 .delay_max = 5 * kSecond}};
  SimulatedRun simulated;
  const results::Settled expected = simulated(plan);
  KafkaRun run(address_);
  const results::Settled settled = run(plan);
  EXPECT_THAT(settled.figures.damage, testing::IsEmpty());
  ASSERT_EQ(settled.figures.decisions.size(), expected.figures.decisions.size());
  for (std::size_t i = 0; i < settled.figures.decisions.size(); ++i) {
    const results::DecisionRow& decision = settled.figures.decisions[i];
    EXPECT_EQ(decision.reads, expected.figures.decisions[i].reads);
    EXPECT_EQ(decision.unresolved(), 0U);
  }
  for (const results::ViewRow& row : settled.figures.views) {
    if (row.phase != -1) continue;
    EXPECT_EQ(row.done, row.reads);
    EXPECT_GT(row.reads, 300U);
    if (row.read == 1) {
      EXPECT_GE(row.unseen_mean, 1) << "its own event, at least";
    }
  }
  ASSERT_FALSE(settled.figures.critical.empty());
  EXPECT_EQ(settled.figures.critical[0].missed, 0U);
}

TEST_F(RunOnKafka, AReplayReadsAllFromTheStartBesideTheLiveReaders) {
  plan::Plan plan = small_plan(500, 3);
  plan::Phase reindex;
  reindex.name = "reindex";
  reindex.kind = plan::PhaseKind::replay;
  reindex.begin = plan.phases.back().end;
  reindex.end = reindex.begin + 5 * kSecond;
  plan.phases.push_back(reindex);
  plan.replays.push_back({.name = "reindex", .phase = 2, .members = 2, .streams = {0}});
  finish(plan);
  KafkaRun run(address_);
  const results::Settled settled = run(plan);
  ASSERT_EQ(settled.figures.replays.size(), 1U);
  const results::ReplayRow& replay = settled.figures.replays[0];
  EXPECT_TRUE(replay.finished);
  EXPECT_GT(replay.outcomes.planned, 1000U) << "some 2000 lay there when it began";
  EXPECT_EQ(replay.outcomes.visible, replay.outcomes.planned);
  EXPECT_EQ(replay.events, replay.outcomes.visible);
  EXPECT_EQ(row(settled.figures).outcomes.visible, row(settled.figures).outcomes.planned);
}

TEST_F(RunOnKafka, AConsumerThatNeverStartsIsAFail) {
  plan::Plan plan = small_plan(100, 12);
  plan.groups[0].never_starts = true;
  plan.drain = 3 * kSecond;
  plan.slos.push_back({.percentile = 0.99, .threshold = 2.0 * kSecond});
  KafkaRun run(address_);
  const results::Settled settled = run(plan);
  EXPECT_EQ(row(settled.figures).outcomes.undelivered, row(settled.figures).outcomes.planned);
  EXPECT_EQ(run.verdict.outcome, judge::Outcome::fail) << run.verdict.reason;
}

TEST_F(RunOnKafka, TopicsAndGroupsAreGoneAfterwards) {
  KafkaRun run(address_);
  run.options.prefix = "freshet-test-gone-";
  (void)run(small_plan(100, 1));
  engine::Threads threads;
  auto cluster = cluster::make_kafka(threads.clock(), {.bootstrap = address_});
  ASSERT_TRUE(cluster.ok());
  base::EventWake wake;
  auto admin = (*cluster)->make_admin(wake);
  ASSERT_TRUE(admin.ok());
  const auto topic = (*admin)->describe_topic("freshet-test-gone-lock", 10 * kSecond);
  ASSERT_TRUE(topic.ok()) << topic.error().message;
  EXPECT_FALSE(topic->has_value());
}

TEST_F(RunOnKafka, ATopicOfAnotherShapeIsRefusedAndLeftAlone) {
  KafkaRun first(address_);
  first.options.prefix = "freshet-test-shape-";
  first.options.keep_topics = true;
  (void)first(small_plan(100, 1, 4));

  KafkaRun other(address_);
  other.options.prefix = first.options.prefix;
  const auto refused = other.run(small_plan(100, 1, 8));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, base::ErrorKind::usage);
  EXPECT_THAT(refused.error().message,
              testing::AllOf(testing::HasSubstr("partitions=4"), testing::HasSubstr("partitions=8")));
  EXPECT_FALSE(std::filesystem::exists(other.folder.path()));

  // The same shape is taken as it is; what lies in it is somebody else's and counts nowhere.
  KafkaRun again(address_);
  again.options.prefix = first.options.prefix;
  const results::Settled settled = again(small_plan(100, 1, 4));
  EXPECT_EQ(row(settled.figures).outcomes.visible, row(settled.figures).outcomes.planned);

  engine::Threads threads;
  auto cluster = cluster::make_kafka(threads.clock(), {.bootstrap = address_});
  base::EventWake wake;
  auto admin = (*cluster)->make_admin(wake);
  EXPECT_TRUE((*admin)->delete_topics({"freshet-test-shape-lock"}, 10 * kSecond).ok());
}

TEST_F(RunOnKafka, StoppingKeepsWhatWasMeasured) {
  KafkaRun run(address_);
  run.options.on_progress = [&](const engine::Progress& progress) {
    if (progress.elapsed > kSecond) run.stop = engine::kStopSending;
  };
  const results::Settled settled = run(small_plan(200, 600));
  EXPECT_TRUE(run.outcome.interrupted);
  EXPECT_EQ(settled.figures.ending, "interrupted");
  EXPECT_EQ(row(settled.figures).outcomes.visible, row(settled.figures).outcomes.planned);
}

// Issue 12: the run ends by itself within drain and message timeout, fails, and keeps its figures.
TEST(RunOnDyingKafka, ABrokerKilledInMidRunIsAFailWithFigures) {
  Brokers broker;
  ASSERT_FALSE(broker.address().empty()) << "no Kafka to test on";
  plan::Plan plan = small_plan(200, 15);
  plan.drain = 8 * kSecond;
  plan.slos.push_back({.percentile = 0.99, .threshold = 2.0 * kSecond});
  KafkaRun run(broker.address());
  bool killed = false;
  run.options.connect_timeout = 3 * kSecond;
  run.options.on_progress = [&](const engine::Progress& progress) {
    if (progress.elapsed < 5 * kSecond || killed) return;
    killed = true;
    broker.kill();
  };
  const results::Settled settled = run(plan);
  ASSERT_TRUE(killed);
  EXPECT_FALSE(run.outcome.drained);
  const results::Outcomes& o = row(settled.figures).outcomes;
  EXPECT_GT(o.visible, 500U);
  EXPECT_GT(o.failed + o.indeterminate + o.undelivered, 1000U);
  EXPECT_EQ(
      o.visible + o.lost + o.undelivered + o.failed + o.indeterminate + o.not_sent_own + o.not_sent_cluster,
      o.planned);
  EXPECT_EQ(o.lost, 0U) << "nothing was passed unseen";
  ASSERT_FALSE(settled.figures.clients.empty());
  EXPECT_GT(settled.figures.clients[0].all.disconnects, 0U);
  EXPECT_GT(settled.figures.clients[0].all.errors, 0U);
  EXPECT_EQ(run.verdict.outcome, judge::Outcome::fail) << run.verdict.reason;
}

}  // namespace
}  // namespace freshet::test
