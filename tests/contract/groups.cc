// Groups: sharing, taking over, committing.
#include <algorithm>

#include "tests/contract/contract.h"

namespace freshet::cluster {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::SizeIs;

class Groups : public Contract {
 protected:
  static constexpr int kPartitions = 4;

  void SetUp() override {
    Contract::SetUp();
    if (HasFatalFailure()) return;
    topic_ = make_topic(kPartitions);
    writing_ = &write(topic_, kPartitions);
  }
  void send_one_each(const std::string& value) {
    for (int p = 0; p < kPartitions; ++p) ASSERT_EQ(writing_->send(p, value), Sent::accepted);
  }
  // Each partition is owned once.
  static bool shared(const Reading& a, const Reading& b) {
    return a.owned.size() == kPartitions / 2 && b.owned.size() == kPartitions / 2;
  }
  MemberOptions member_of(const std::string& group) {
    MemberOptions options{.group = group, .client_id = "contract", .topics = {topic_}, .settings = {}};
    options.start = kFromBeginning;
    return options;
  }

  std::string topic_;
  Writing* writing_ = nullptr;
};

TEST_P(Groups, TwoMembersShare) {
  const std::string group = make_group();
  Reading& first = read(topic_, group, true, kPartitions);
  Reading& second = read(topic_, group, true, 0);
  ASSERT_TRUE(eventually([&] { return shared(first, second); }));
  EXPECT_GE(first.revoked, 1);
  EXPECT_EQ(first.lost, 0);
  for (int p = 0; p < kPartitions; ++p) EXPECT_NE(first.owns(p), second.owns(p));
  send_one_each("once");
  ASSERT_TRUE(eventually([&] { return first.records.size() + second.records.size() >= kPartitions; }));
  for_a_while(100 * base::kMillisecond);
  EXPECT_EQ(first.records.size(), 2u);
  EXPECT_EQ(second.records.size(), 2u);
}

// What a member stored before it let go is where its successor goes on: nothing lost, nothing twice.
TEST_P(Groups, AMemberThatClosesIsTakenOver) {
  const std::string group = make_group();
  Reading& first = read(topic_, group, true, kPartitions);
  first.store_all = true;
  Reading& second = read(topic_, group, true, 0);
  second.store_all = true;
  ASSERT_TRUE(eventually([&] { return shared(first, second); }));
  send_one_each("before");
  ASSERT_TRUE(eventually([&] { return first.records.size() == 2 && second.records.size() == 2; }));
  const std::vector<Seen> seen_by_second = second.records;
  ASSERT_TRUE(close(second));
  EXPECT_EQ(second.owned.size(), 0u) << "Revoked comes before the end";
  ASSERT_TRUE(eventually([&] { return first.owned.size() == kPartitions; }));
  send_one_each("after");
  ASSERT_TRUE(eventually([&] { return first.records.size() >= 6; }));
  for_a_while(100 * base::kMillisecond);
  for (const Seen& seen : seen_by_second) {
    EXPECT_THAT(first.values(seen.from.partition), ElementsAre("after"));
  }
  EXPECT_EQ(first.records.size(), 6u);
}

// P2: the member that stopped learns late that its partitions are gone.
TEST_P(Groups, AMemberThatStopsPollingIsTakenOver) {
  const std::string group = make_group();
  MemberOptions options = member_of(group);
  options.settings["session.timeout.ms"] = "6000";
  options.settings["max.poll.interval.ms"] = "6000";
  Reading& first = read(options);
  Reading& second = read(options);
  ASSERT_TRUE(eventually([&] { return shared(first, second); }));
  stop_polling(first);
  ASSERT_TRUE(eventually([&] { return second.owned.size() == kPartitions; }, 60 * base::kSecond));
  EXPECT_EQ(first.owned.size(), kPartitions / 2) << "does not know yet";
  send_one_each("for the second");
  ASSERT_TRUE(eventually([&] { return second.records.size() >= kPartitions; }));
  poll_again(first);
  ASSERT_TRUE(eventually([&] { return first.lost == 1; }));
  ASSERT_TRUE(eventually([&] { return shared(first, second); }, 60 * base::kSecond)) << "it comes back";
}

TEST_P(Groups, GoesOnAtTheCommittedOffset) {
  const std::string group = make_group();
  MemberOptions options = member_of(group);
  options.commit_by_interval = false;
  for (int i = 0; i < 5; ++i) send_one_each("v" + std::to_string(i));
  Reading& first = read(options);
  ASSERT_TRUE(eventually([&] { return first.records.size() == 5 * kPartitions; }));
  EXPECT_THAT(committed(group, topic_, kPartitions), ElementsAre(-1, -1, -1, -1));
  first.member().store({0, 0}, 3);
  first.member().store({0, 2}, 5);
  first.member().commit();
  ASSERT_TRUE(in_time([&] { return committed(group, topic_, kPartitions)[2] == 5; }));
  EXPECT_THAT(committed(group, topic_, kPartitions), ElementsAre(3, -1, 5, -1));
  ASSERT_TRUE(close(first));
  EXPECT_THAT(first.without_offset, SizeIs(kPartitions));
  Reading& second = read(topic_, group, true, kPartitions);
  EXPECT_THAT(second.without_offset, ElementsAre(TopicPartition{0, 1}, TopicPartition{0, 3}));
  EXPECT_EQ(second.started.at({0, 0}), 3);
  EXPECT_EQ(second.started.at({0, 1}), 0);
  EXPECT_EQ(second.started.at({0, 2}), 5);
  ASSERT_TRUE(eventually([&] { return second.records.size() >= 12; }));
  EXPECT_THAT(second.values(0), ElementsAre("v3", "v4"));
  EXPECT_THAT(second.values(1), ElementsAreArray(numbered(5)));
  EXPECT_THAT(second.values(2), ElementsAre());
}

TEST_P(Groups, CommitsByInterval) {
  const std::string group = make_group();
  MemberOptions options = member_of(group);
  options.commit_interval = 200 * base::kMillisecond;
  send_one_each("v");
  Reading& reading = read(options);
  reading.store_all = true;
  ASSERT_TRUE(eventually([&] { return reading.records.size() == kPartitions; }));
  const std::vector<std::int64_t> all(kPartitions, 1);
  EXPECT_TRUE(in_time([&] { return committed(group, topic_, kPartitions) == all; }));
}

// T3: only what was stored is committed at the end.
TEST_P(Groups, CommitsWhatIsStoredWhenItCloses) {
  const std::string group = make_group();
  MemberOptions options = member_of(group);
  options.commit_interval = 600 * base::kSecond;
  for (int i = 0; i < 3; ++i) send_one_each("v");
  Reading& reading = read(options);
  ASSERT_TRUE(eventually([&] { return reading.records.size() == 3 * kPartitions; }));
  reading.member().store({0, 1}, 2);
  ASSERT_TRUE(close(reading));
  EXPECT_THAT(committed(group, topic_, kPartitions), ElementsAre(-1, 2, -1, -1));
}

// As in a crash: nothing that was stored is committed, and the group finds out by the session's end.
TEST_P(Groups, AMemberThatVanishesCommitsNothing) {
  const std::string group = make_group();
  MemberOptions options = member_of(group);
  options.commit_interval = 600 * base::kSecond;
  options.settings["session.timeout.ms"] = "6000";
  Reading& first = read(options);
  Reading& second = read(options);
  ASSERT_TRUE(eventually([&] { return shared(first, second); }));
  const auto of_first = first.owned;
  first.store_all = true;
  send_one_each("v");
  ASSERT_TRUE(eventually([&] { return first.records.size() == 2 && second.records.size() == 2; }));
  const Nanos vanished = now();
  first.vanish();
  EXPECT_LT(now() - vanished, base::kSecond) << "nobody is waited for";
  ASSERT_TRUE(eventually([&] { return second.owned.size() == kPartitions; }, 60 * base::kSecond));
  for (const auto& [from, position] : of_first) {
    EXPECT_EQ(second.started.at(from), 0);
    EXPECT_TRUE(eventually([&] { return !second.values(from.partition).empty(); })) << "served again";
    EXPECT_THAT(second.values(from.partition), testing::Contains("v"));
  }
}

TEST_P(Groups, AStaticMemberFindsWhatItLeft) {
  const std::string group = make_group();
  MemberOptions options = member_of(group);
  options.settings["session.timeout.ms"] = "20000";
  options.instance_id = group + "-1";
  Reading& first = read(options);
  options.instance_id = group + "-2";
  Reading& second = read(options);
  ASSERT_TRUE(eventually([&] { return shared(first, second); }));
  const auto of_second = second.owned;
  const int assignments = first.assignments, revoked = first.revoked;
  second.vanish();
  Reading& again = read(options);
  ASSERT_TRUE(eventually([&] { return again.owned.size() == of_second.size(); }));
  for (const auto& [from, position] : of_second) EXPECT_TRUE(again.owned.contains(from));
  EXPECT_EQ(first.assignments, assignments);
  EXPECT_EQ(first.revoked, revoked);
}

TEST_P(Groups, DoNotDisturbEachOther) {
  Reading& one = read(topic_, make_group(), true, kPartitions);
  Reading& other = read(topic_, make_group(), true, kPartitions);
  send_one_each("both");
  ASSERT_TRUE(
      eventually([&] { return one.records.size() == kPartitions && other.records.size() == kPartitions; }));
  EXPECT_EQ(one.revoked + other.revoked, 0);
}

INSTANTIATE_TEST_SUITE_P(Cluster, Groups, testing::ValuesIn(targets()), target_name);

}  // namespace
}  // namespace freshet::cluster
