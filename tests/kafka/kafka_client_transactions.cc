// Transactions on a real Kafka.
#include <gmock/gmock.h>

#include "tests/kafka/kafka_fixture.h"

namespace freshet::test {
namespace {

using testing::ElementsAre;

class KafkaTransactions : public KafkaClient {
 protected:
  TransactionEnded end(Producer& producer, bool commit) {
    EXPECT_TRUE(producer.end_transaction(commit).ok());
    std::optional<TransactionEnded> ended;
    EXPECT_TRUE(until([&] {
      while (producer.poll()) {
      }
      ended = producer.poll_transaction();
      return ended.has_value();
    }));
    return ended.value_or(TransactionEnded{});
  }

  std::vector<std::string> read_all(const std::string& topic, bool read_committed, std::int64_t end) {
    MemberOptions options;
    options.group = fresh("group");
    options.topics = {topic};
    options.start = kFromBeginning;
    options.read_committed = read_committed;
    const auto reader = member(options);
    Heard heard;
    EXPECT_TRUE(until([&] {
      heard.drain(*reader);
      return !heard.ends.empty() && heard.ends.back().offset == end;
    }));
    std::vector<std::string> values;
    for (const auto& [from, value] : heard.records) values.push_back(value);
    return values;
  }
};

TEST_F(KafkaTransactions, CommittedRecordsAreSeenAbortedOnesOnlyUncommitted) {
  const std::string topic = new_topic(1);
  const auto stage = producer(topic, 1, {}, fresh("id"));
  ASSERT_NE(stage, nullptr);
  ASSERT_TRUE(stage->begin_transaction().ok());
  EXPECT_FALSE(stage->begin_transaction().ok());
  ASSERT_EQ(stage->send(0, bytes("k"), bytes("kept"), epoch_ms_), Sent::accepted);
  const TransactionEnded committed = end(*stage, true);
  EXPECT_TRUE(committed.committed) << committed.error;
  ASSERT_TRUE(stage->begin_transaction().ok());
  produce(*stage, 1, 1, 7);
  const TransactionEnded aborted = end(*stage, false);
  EXPECT_FALSE(aborted.committed);
  EXPECT_EQ(aborted.error, "");
  // Offsets 1 and 3 are the marks of the transactions' ends.
  EXPECT_THAT(read_all(topic, true, 4), ElementsAre("kept"));
  EXPECT_THAT(read_all(topic, false, 4), ElementsAre("kept", "7"));
}

TEST_F(KafkaTransactions, AnAbortTakesBackWhatIsStillQueued) {
  const std::string topic = new_topic(1);
  const auto stage = producer(topic, 1, {{"linger.ms", "30000"}}, fresh("id"));
  ASSERT_TRUE(stage->begin_transaction().ok());
  ASSERT_EQ(stage->send(0, bytes("k"), bytes("never"), epoch_ms_), Sent::accepted);
  ASSERT_TRUE(stage->end_transaction(false).ok());
  std::vector<Persisted> reports;
  ASSERT_TRUE(until([&] {
    while (const auto report = stage->poll()) reports.push_back(report->persisted);
    return stage->poll_transaction().has_value();
  }));
  EXPECT_THAT(reports, ElementsAre(Persisted::no));
}

TEST_F(KafkaTransactions, OffsetsSentInATransactionAreTheGroupsProgressOnceItCommits) {
  const std::string from = new_topic(2);
  const std::string to = new_topic(1);
  const std::string group = fresh("group");
  const auto stage = producer(to, 1, {}, fresh("id"));
  EXPECT_FALSE(stage->send_offsets(group, from, 0, 1).ok());  // no transaction is open
  ASSERT_TRUE(stage->begin_transaction().ok());
  ASSERT_EQ(stage->send(0, bytes("k"), bytes("v"), epoch_ms_), Sent::accepted);
  ASSERT_TRUE(stage->send_offsets(group, from, 1, 42).ok());
  EXPECT_TRUE(end(*stage, true).committed);
  auto committed = admin_->committed(group, from, 2, kLimit);
  ASSERT_TRUE(committed.ok());
  EXPECT_THAT(*committed, ElementsAre(-1, 42));
  ASSERT_TRUE(stage->begin_transaction().ok());
  ASSERT_TRUE(stage->send_offsets(group, from, 1, 50).ok());
  EXPECT_FALSE(end(*stage, false).committed);
  committed = admin_->committed(group, from, 2, kLimit);
  ASSERT_TRUE(committed.ok());
  EXPECT_THAT(*committed, ElementsAre(-1, 42));
}

TEST_F(KafkaTransactions, AnOpenTransactionHoldsTheLastStableOffset) {
  const std::string topic = new_topic(1);
  const auto stage = producer(topic, 1, {}, fresh("id"));
  ASSERT_TRUE(stage->begin_transaction().ok());
  produce(*stage, 1, 3);
  admin_->request_end_offsets(topic, 1, kLimit);
  std::optional<std::vector<EndOffsets>> ends;
  ASSERT_TRUE(until([&] { return (ends = admin_->poll_end_offsets()).has_value(); }));
  EXPECT_EQ((*ends)[0].high_watermark, 3);
  EXPECT_EQ((*ends)[0].last_stable, 0);
  end(*stage, true);
}

TEST_F(KafkaTransactions, AProducerWithoutAnIdHasNone) {
  const auto stream = producer(new_topic(1), 1);
  EXPECT_FALSE(stream->begin_transaction().ok());
  EXPECT_FALSE(stream->end_transaction(true).ok());
  EXPECT_FALSE(stream->poll_transaction().has_value());
}

}  // namespace
}  // namespace freshet::test
