// Transactions: what is committed is visible, what is aborted never was, markers take offsets.
#include "tests/contract/contract.h"

namespace freshet::cluster {
namespace {

using testing::ElementsAre;

class Transactions : public Contract {
 protected:
  Writing& transactional(const std::string& topic) {
    return write(topic, 1, {}, "contract-" + std::to_string(now()));
  }
  Reading& reader(const std::string& topic, bool read_committed) {
    MemberOptions options{.group = make_group(), .client_id = "contract", .topics = {topic}, .settings = {}};
    options.start = kFromBeginning;
    options.read_committed = read_committed;
    Reading& reading = read(options);
    EXPECT_TRUE(eventually([&] { return reading.owned.size() == 1; }));
    return reading;
  }
  void begin(Writing& writing) {
    const auto begun = writing.producer().begin_transaction();
    ASSERT_TRUE(begun.ok()) << begun.error().message;
  }
  TransactionEnded end(Writing& writing, bool commit) {
    const auto started = writing.producer().end_transaction(commit);
    EXPECT_TRUE(started.ok()) << (started.ok() ? "" : started.error().message);
    std::optional<TransactionEnded> ended;
    EXPECT_TRUE(eventually([&] { return (ended = writing.producer().poll_transaction()).has_value(); }));
    return ended.value_or(TransactionEnded{!commit, "never ended"});
  }
};

TEST_P(Transactions, OnlyWhatIsCommittedIsRead) {
  const std::string topic = make_topic();
  Reading& committed = reader(topic, true);
  Reading& uncommitted = reader(topic, false);
  Writing& writing = transactional(topic);
  begin(writing);
  writing.send_all(0, {"a0", "a1"});
  EXPECT_TRUE(end(writing, true).committed);
  begin(writing);
  writing.send_all(0, {"b0"});
  ASSERT_TRUE(finish(writing));
  const TransactionEnded aborted = end(writing, false);
  EXPECT_FALSE(aborted.committed);
  EXPECT_EQ(aborted.error, "");
  begin(writing);
  writing.send_all(0, {"c0"});
  EXPECT_TRUE(end(writing, true).committed);
  ASSERT_TRUE(eventually([&] { return committed.end(0) == 7 && uncommitted.end(0) == 7; }));
  EXPECT_THAT(committed.values(0), ElementsAre("a0", "a1", "c0"));
  EXPECT_THAT(uncommitted.values(0), ElementsAre("a0", "a1", "b0", "c0"));
  EXPECT_EQ(committed.records.back().offset, 5);  // 2 is the first marker, 4 the second
}

TEST_P(Transactions, AnOpenOneHoldsTheLastStableOffset) {
  const std::string topic = make_topic();
  Reading& committed = reader(topic, true);
  Reading& uncommitted = reader(topic, false);
  Writing& open = transactional(topic);
  Writing& plain = write(topic);
  begin(open);
  open.send_all(0, {"open"});
  ASSERT_TRUE(finish(open));
  plain.send_all(0, {"behind it"});
  ASSERT_TRUE(finish(plain));
  ASSERT_TRUE(eventually([&] { return uncommitted.records.size() == 2; }));
  const EndOffsets ends = end_offsets(topic, 1)[0];
  EXPECT_EQ(ends.last_stable, 0);
  EXPECT_EQ(ends.high_watermark, 2);
  for_a_while(300 * base::kMillisecond);
  EXPECT_TRUE(committed.records.empty());
  EXPECT_TRUE(end(open, true).committed);
  ASSERT_TRUE(eventually([&] { return committed.records.size() == 2; }));
  EXPECT_THAT(committed.values(0), ElementsAre("open", "behind it"));
  EXPECT_EQ(end_offsets(topic, 1)[0].last_stable, 3);
}

TEST_P(Transactions, CarryAGroupsOffsets) {
  const std::string source = make_topic();
  const std::string topic = make_topic();
  const std::string group = make_group();
  Writing& writing = transactional(topic);
  begin(writing);
  writing.send_all(0, {"x"});
  ASSERT_TRUE(writing.producer().send_offsets(group, source, 0, 41).ok());
  EXPECT_FALSE(end(writing, false).committed);
  EXPECT_THAT(committed(group, source, 1), ElementsAre(-1));
  begin(writing);
  writing.send_all(0, {"x"});
  ASSERT_TRUE(writing.producer().send_offsets(group, source, 0, 42).ok());
  EXPECT_TRUE(end(writing, true).committed);
  EXPECT_TRUE(in_time([&] { return committed(group, source, 1)[0] == 42; }));
}

TEST_P(Transactions, AnEmptyOneEnds) {
  Writing& writing = transactional(make_topic());
  begin(writing);
  EXPECT_TRUE(end(writing, true).committed);
}

TEST_P(Transactions, AreRefusedOutOfTurn) {
  const std::string topic = make_topic();
  Writing& plain = write(topic);
  EXPECT_FALSE(plain.producer().begin_transaction().ok());
  Writing& writing = transactional(topic);
  EXPECT_FALSE(writing.producer().end_transaction(true).ok());
  begin(writing);
  EXPECT_FALSE(writing.producer().begin_transaction().ok());
  EXPECT_TRUE(end(writing, true).committed);
  EXPECT_EQ(writing.send(0, "outside"), Sent::refused);
}

INSTANTIATE_TEST_SUITE_P(Cluster, Transactions, testing::ValuesIn(targets()), target_name);

}  // namespace
}  // namespace freshet::cluster
