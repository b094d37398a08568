// Faults on the timeline of whole runs on real brokers: what the figures say against what was done to them.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "tests/kafka/broker.h"
#include "tests/kafka/kafka_run.h"

namespace freshet::test {
namespace {

// Steady to 4 s, a fault of `seconds`, a recovery of 6 s; fresh for 3 s is fresh.
plan::Plan with_fault_phase(int seconds, int partitions, int replication) {
  plan::Plan plan = small_plan(100, 3, partitions);
  plan.streams[0].replication = replication;
  plan.streams[0].lanes = plan::default_lanes(plan.streams[0].partitions);
  plan.groups[0].members = 2;
  plan.hold = 3 * kSecond;
  plan::Phase fault, recovery;
  fault.name = "fault";
  fault.kind = plan::PhaseKind::fault;
  fault.begin = plan.phases.back().end;
  fault.end = fault.begin + seconds * kSecond;
  recovery.name = "recovery";
  recovery.kind = plan::PhaseKind::recovery;
  recovery.begin = fault.end;
  recovery.end = fault.end + 6 * kSecond;
  plan.phases.push_back(fault);
  plan.phases.push_back(recovery);
  finish(plan);
  return plan;
}

plan::Fault fault(Nanos at, std::string run, std::string undo = "", Nanos after = 0) {
  return {.phase = 2,
          .at = at,
          .run = std::move(run),
          .undo = std::move(undo),
          .after = after,
          .timeout = 60 * kSecond};
}

void expect_commands_done(const results::Figures& figures) {
  for (const results::CommandRow& row : figures.commands) {
    EXPECT_FALSE(row.failed()) << row.command << ": status " << row.status << ", " << row.last_line;
  }
}

// acks=all, min.insync.replicas=2 of 3: one broker's death loses nothing that was acknowledged.
TEST(FaultOnKafka, ADeadBrokerOfThreeIsAGapAndNoLoss) {
  const Brokers brokers({.brokers = 3, .tuned = true});
  ASSERT_FALSE(brokers.address().empty()) << "no Kafka to test on";
  plan::Plan plan = with_fault_phase(13, 6, 3);
  plan.faults.push_back(fault(5 * kSecond, brokers.command("kill 2"), brokers.command("start"), 6 * kSecond));
  KafkaRun run(brokers.address());
  const results::Settled settled = run(plan);
  const results::Figures& figures = settled.figures;
  ASSERT_EQ(figures.commands.size(), 2U);
  expect_commands_done(figures);
  const results::Outcomes& o = row(figures).outcomes;
  EXPECT_EQ(o.visible, o.planned);
  EXPECT_GT(o.planned, 1500U);
  const results::LedgerRow& ledger = figures.ledgers.at(0);
  EXPECT_EQ(ledger.lost + ledger.log_duplicate + ledger.out_of_order, 0U);

  ASSERT_EQ(figures.faults.size(), 1U);
  const results::FaultRow& gap = figures.faults[0];
  EXPECT_GE(gap.interrupted, 1) << "it led two of six partitions";
  EXPECT_GE(gap.longest, 250 * kMillisecond);
  EXPECT_FALSE(gap.longest_open || gap.first_ack_open);
  EXPECT_GE(gap.longest_from, gap.begin - kSecond);
  EXPECT_EQ(figures.fault_groups.at(0).outcomes.lost, 0U);
  EXPECT_TRUE(figures.offset_falls.empty()) << "a clean election takes nothing back";
  // After the leaders have moved the ends of the log are known again.
  EXPECT_GE(settled.timeline.back().offset_lag, 0);
  EXPECT_NE(run.verdict.outcome, judge::Outcome::fail) << run.verdict.reason;
}

// Frozen for four seconds: the gap is as long as the broker stood still.
TEST(FaultOnKafka, AFrozenBrokersGapIsItsPause) {
  const Brokers brokers;
  ASSERT_FALSE(brokers.address().empty()) << "no Kafka to test on";
  plan::Plan plan = with_fault_phase(9, 4, 1);
  plan.faults.push_back(fault(5 * kSecond, brokers.command("pause"), brokers.command("resume"), 4 * kSecond));
  KafkaRun run(brokers.address());
  const results::Figures figures = run(plan).figures;
  ASSERT_EQ(figures.commands.size(), 2U);
  expect_commands_done(figures);
  const Nanos stood = figures.commands[1].begin - figures.commands[0].end;
  ASSERT_EQ(figures.faults.size(), 1U);
  EXPECT_EQ(figures.faults[0].interrupted, 4);
  EXPECT_GE(figures.faults[0].longest, stood - 500 * kMillisecond) << "an event is due every 40 ms";
  EXPECT_GE(figures.faults[0].first_ack, stood - 500 * kMillisecond);
  EXPECT_FALSE(figures.faults[0].first_ack_open);
  const results::Outcomes& o = row(figures).outcomes;
  EXPECT_EQ(o.visible, o.planned);
}

// Kills broker 2, waits until broker 1 alone is in sync of a partition of the two and has acknowledged
// records of it since, stops broker 1, brings back broker 2, and waits until that one leads the partition. No
// pause between two looks, for each starts a tool of Kafka's.
std::string elect_uncleanly(const Brokers& brokers) {
  return "kafka() { command=$1; shift; " + brokers.command("\"$command\" \"$@\"") + "; }" + R"sh(
describe() { kafka admin topics --describe; }
end_of() { kafka admin get-offsets --topic-partitions "$1"; }
place='Topic: ([^[:space:]]+)[[:space:]]+Partition: ([0-9]+)'
alone="s/.*$place.*Replicas: (1,2|2,1)[[:space:]]+Isr: 1([[:space:]].*)?\$/\1:\2/p"

kafka kill 2 || exit 1
at=
while [ -z "$at" ]; do at=$(describe | sed -nE "$alone" | head -n 1); done
end=$(end_of "$at")
while [ "$(end_of "$at")" = "$end" ]; do :; done
kafka pause 1 && kafka start || exit 1
led="Topic: ${at%:*}[[:space:]]+Partition: ${at##*:}[[:space:]]+Leader: 2[[:space:]]"
until describe | grep -qE "$led"; do :; done
)sh";
}

// Where a topic allows it, a replica that missed acknowledged records may lead. The run ends when broker 1,
// which had them, is back and has been told so.
TEST(FaultOnKafka, AnUncleanElectionIsCaught) {
  const Brokers brokers({.brokers = 3, .tuned = true});
  ASSERT_FALSE(brokers.address().empty()) << "no Kafka to test on";
  plan::Plan plan = with_fault_phase(120, 8, 2);
  plan.streams[0].topic_config = {{"unclean.leader.election.enable", "true"}, {"min.insync.replicas", "1"}};
  plan.drain = 12 * kSecond;
  const std::string over = brokers.dir() + "/over";
  plan.faults.push_back(
      fault(5 * kSecond, elect_uncleanly(brokers), brokers.command("resume 1") + " && touch '" + over + "'"));
  plan.faults.back().timeout = 110 * kSecond;
  KafkaRun run(brokers.address());
  run.options.on_progress = [&, until = base::kNever](const engine::Progress& progress) mutable {
    if (until == base::kNever && std::filesystem::exists(over)) until = progress.elapsed + 3 * kSecond;
    if (progress.elapsed > until) run.stop = engine::kStopSending;
  };
  const results::Settled settled = run(plan);
  ASSERT_EQ(settled.figures.commands.size(), 2U);
  expect_commands_done(settled.figures);
  const results::Outcomes& o = row(settled.figures).outcomes;
  EXPECT_EQ(
      o.visible + o.lost + o.undelivered + o.failed + o.indeterminate + o.not_sent_own + o.not_sent_cluster,
      o.planned);
  // What was taken back had been seen by the group before; only who reads the log again misses it.
  const auto& falls = settled.figures.offset_falls;
  EXPECT_TRUE(std::any_of(falls.begin(), falls.end(), [](const results::OffsetFallRow& fall) {
    return fall.of == results::OffsetFallRow::Of::log_end || fall.of == results::OffsetFallRow::Of::position;
  }));
}

TEST(FaultOnKafka, WhatWasFrozenIsThawedWhenTheRunIsStopped) {
  const Brokers brokers;
  ASSERT_FALSE(brokers.address().empty()) << "no Kafka to test on";
  plan::Plan plan = with_fault_phase(300, 4, 1);
  plan.drain = 10 * kSecond;
  plan.faults.push_back(
      fault(5 * kSecond, brokers.command("pause"), brokers.command("resume"), 200 * kSecond));
  KafkaRun run(brokers.address());
  run.options.on_progress = [&](const engine::Progress& progress) {
    if (progress.elapsed > 7 * kSecond) run.stop = engine::kStopSending;
  };
  const results::Settled settled = run(plan);
  EXPECT_TRUE(run.outcome.interrupted);
  ASSERT_EQ(settled.figures.commands.size(), 2U);
  expect_commands_done(settled.figures);
  EXPECT_TRUE(run.outcome.drained) << "the broker answers again";
  EXPECT_EQ(row(settled.figures).outcomes.visible, row(settled.figures).outcomes.planned);
}

TEST(FaultOnKafka, ACommandThatFailsMakesTheRunInvalid) {
  const Brokers brokers;
  ASSERT_FALSE(brokers.address().empty()) << "no Kafka to test on";
  plan::Plan plan = with_fault_phase(3, 4, 1);
  plan.faults.push_back(fault(5 * kSecond, brokers.command("kill 7")));
  KafkaRun run(brokers.address());
  const results::Settled settled = run(plan);
  EXPECT_EQ(run.verdict.outcome, judge::Outcome::invalid);
  EXPECT_THAT(run.verdict.reason, testing::AllOf(testing::HasSubstr("V9"), testing::HasSubstr("kill")));
}

}  // namespace
}  // namespace freshet::test
