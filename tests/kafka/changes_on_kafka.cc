// Members of real groups that come, leave and die, under each group protocol and commit policy: nothing is
// lost, what comes again is told apart, and every partition that moved is applied again.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/kafka/broker.h"
#include "tests/kafka/kafka_run.h"

namespace freshet::test {
namespace {

using plan::ChangeKind;
using plan::CommitPolicy;
using plan::Settings;

constexpr int kPartitions = 6;

// A dead member is missed after three seconds; librdkafka's heartbeats, three seconds apart by default, would
// come too late for a living one.
const Settings kShortSession = {{"session.timeout.ms", "3000"}, {"heartbeat.interval.ms", "500"}};

Settings classic(const std::string& assignor) {
  Settings settings = kShortSession;
  settings["partition.assignment.strategy"] = assignor;
  return settings;
}

// Two members on six partitions; steady to 3 s, then changes until 17 s and a recovery of 4 s.
plan::Plan changing(std::vector<plan::Change> changes) {
  plan::Plan plan = small_plan(100, 2, kPartitions);
  plan.streams[0].lanes = plan::default_lanes(plan.streams[0].partitions);
  plan.groups[0].members = 2;
  plan.groups[0].commit_interval = 1000 * kSecond;  // only changes commit
  plan.hold = 2 * kSecond;
  plan::Phase change, recovery;
  change.name = "change";
  change.kind = plan::PhaseKind::change;
  change.begin = plan.phases.back().end;
  change.end = change.begin + 14 * kSecond;
  recovery.name = "recovery";
  recovery.kind = plan::PhaseKind::recovery;
  recovery.begin = change.end;
  recovery.end = change.end + 4 * kSecond;
  plan.phases.push_back(change);
  plan.phases.push_back(recovery);
  for (plan::Change& c : changes) c.phase = 2;
  plan.changes = std::move(changes);
  finish(plan);
  return plan;
}

class ChangesOnKafka : public testing::Test {
 protected:
  // One broker for all, whose groups miss a dead member after three seconds.
  static void SetUpTestSuite() {
    brokers_ = std::make_unique<Brokers>(BrokerOptions{
        .settings = {"group.min.session.timeout.ms=1000", "group.consumer.session.timeout.ms=3000",
                     "group.consumer.min.session.timeout.ms=3000", "group.consumer.heartbeat.interval.ms=500",
                     "group.consumer.min.heartbeat.interval.ms=500"}});
  }
  static void TearDownTestSuite() { brokers_.reset(); }
  void SetUp() override { ASSERT_FALSE(brokers_->address().empty()) << "no Kafka to test on"; }

  results::Settled run(const plan::Plan& plan) {
    KafkaRun run(brokers_->address());
    results::Settled settled = run(plan);
    EXPECT_TRUE(run.outcome.drained);
    const results::Outcomes& o = row(settled.figures).outcomes;
    EXPECT_EQ(o.visible, o.planned);
    EXPECT_GT(o.planned, 1500U);
    const results::LedgerRow& ledger = settled.figures.ledgers.at(0);
    EXPECT_EQ(ledger.lost, 0U);
    EXPECT_EQ(ledger.log_duplicate, 0U);
    EXPECT_EQ(ledger.out_of_order, 0U);
    EXPECT_TRUE(settled.figures.offset_falls.empty());
    return settled;
  }

  static std::unique_ptr<Brokers> brokers_;
};
std::unique_ptr<Brokers> ChangesOnKafka::brokers_;

const results::GroupChangeRow& change_row(const results::Figures& figures, int change) {
  for (const results::GroupChangeRow& row : figures.group_changes) {
    if (row.change == change) return row;
  }
  static const results::GroupChangeRow none;
  ADD_FAILURE() << "no row of change " << change;
  return none;
}

struct Protocol {
  std::string name;
  Settings settings;
  friend void PrintTo(const Protocol& protocol, std::ostream* out) { *out << protocol.name; }
};

class EachProtocol : public ChangesOnKafka, public testing::WithParamInterface<Protocol> {};

TEST_P(EachProtocol, AddStopAndKillLoseNothing) {
  plan::Plan plan = changing({{.kind = ChangeKind::add, .at = 4 * kSecond},
                              {.kind = ChangeKind::stop, .at = 7 * kSecond},
                              {.kind = ChangeKind::kill, .at = 10 * kSecond}});
  plan.groups[0].client_settings = GetParam().settings;
  const results::Settled settled = run(plan);
  const results::Figures& figures = settled.figures;
  ASSERT_GE(figures.group_changes.size(), 3U);
  const results::GroupChangeRow& add = change_row(figures, 0);
  EXPECT_GT(add.partitions, 0U);
  if (GetParam().name == "range") {
    EXPECT_EQ(add.partitions, static_cast<std::uint64_t>(kPartitions)) << "all stop, all start";
  } else {
    EXPECT_LT(add.partitions, static_cast<std::uint64_t>(kPartitions)) << "only what has to move";
  }
  EXPECT_GT(change_row(figures, 1).partitions, 0U);
  const results::GroupChangeRow& kill = change_row(figures, 2);
  EXPECT_GT(kill.partitions, 0U);
  EXPECT_GT(kill.longest, kSecond) << "nobody had them until the session ended";
  int killed = 0;
  for (const results::MoveRow& move : figures.moves) {
    EXPECT_GE(move.resumed, move.released) << "partition " << move.partition;
    killed += move.how == results::MoveRow::How::killed;
  }
  EXPECT_GE(killed, 2);
  EXPECT_GT(figures.ledgers.at(0).redelivered, 0U) << "applied, and not committed when it died";
  EXPECT_EQ(kill.redelivered, figures.ledgers[0].redelivered) << "what left in good order had committed";
}
INSTANTIATE_TEST_SUITE_P(Protocols, EachProtocol,
                         testing::Values(Protocol{"range", classic("range")},
                                         Protocol{"cooperative", classic("cooperative-sticky")},
                                         Protocol{"consumer", {{"group.protocol", "consumer"}}}),
                         [](const auto& protocol) { return protocol.param.name; });

// A static member that is away for less than its session keeps its partitions: nobody else gets them.
TEST_F(ChangesOnKafka, AStaticMemberKeepsItsPartitionsWhileItIsAway) {
  plan::Plan plan = changing({{.kind = ChangeKind::stop, .at = 5 * kSecond, .lasts = 2 * kSecond}});
  plan.groups[0].static_membership = true;
  plan.groups[0].client_settings["session.timeout.ms"] = "20000";
  plan.groups[0].racks = {"a", "b"};  // accepted, and without a say where topics have one replica
  const results::Settled settled = run(plan);
  int moved = 0;
  for (const results::MoveRow& move : settled.figures.moves) {
    if (move.change != 0) continue;
    ++moved;
    EXPECT_EQ(move.from_member, 0);
    EXPECT_EQ(move.to_member, 0);
    EXPECT_GE(move.pause, kSecond);
  }
  EXPECT_EQ(moved, kPartitions / 2);
  EXPECT_EQ(settled.figures.ledgers.at(0).redelivered, 0U);
}

TEST_F(ChangesOnKafka, CommitsAfterApplyLeaveLittleToComeAgain) {
  plan::Plan plan = changing({{.kind = ChangeKind::kill, .at = 8 * kSecond}});
  plan.groups[0].commit = CommitPolicy::after_apply;
  plan.groups[0].client_settings = kShortSession;
  const results::Settled settled = run(plan);
  // Five seconds of half the load had been applied by it; what was on its way is far less.
  EXPECT_LT(settled.figures.ledgers.at(0).redelivered, 100U);
}

TEST_F(ChangesOnKafka, WithoutCommitsAllComesAgain) {
  plan::Plan plan = changing({{.kind = ChangeKind::kill, .at = 8 * kSecond}});
  plan.groups[0].commit = CommitPolicy::none;
  plan.groups[0].start = plan::Start::beginning;
  plan.groups[0].client_settings = kShortSession;
  const results::Settled settled = run(plan);
  EXPECT_GT(settled.figures.ledgers.at(0).redelivered, 500U);
}

}  // namespace
}  // namespace freshet::test
