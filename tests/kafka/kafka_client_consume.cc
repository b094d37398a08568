// Members of a group on a real Kafka.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/kafka/kafka_fixture.h"

namespace freshet::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class KafkaConsume : public KafkaClient {
 protected:
  MemberOptions in_group(const std::string& group, const std::string& topic) {
    MemberOptions options;
    options.group = group;
    options.topics = {topic};
    options.start = kFromBeginning;
    return options;
  }

  // Leaves the group in order, storing nothing more.
  void leave(Member& leaving, Heard& heard) {
    leaving.close();
    ASSERT_TRUE(until([&] {
      heard.drain(leaving);
      return leaving.closed();
    }));
  }
};

// The tests that have to hold with either rebalance protocol.
class KafkaProtocol : public KafkaConsume, public testing::WithParamInterface<const char*> {
 protected:
  MemberOptions in_group(const std::string& group, const std::string& topic) {
    MemberOptions options = KafkaConsume::in_group(group, topic);
    options.settings = {{"partition.assignment.strategy", GetParam()}, {"heartbeat.interval.ms", "200"}};
    return options;
  }
};
INSTANTIATE_TEST_SUITE_P(Strategies, KafkaProtocol, testing::Values("range", "cooperative-sticky"),
                         [](const auto& strategy) {
                           return strategy.param[0] == 'r' ? "Eager" : "Cooperative";
                         });

TEST_F(KafkaConsume, ReadsFromTheBeginningInOrderWithEndAndTimestamps) {
  const std::string topic = new_topic(2);
  const auto stream = producer(topic, 2);
  produce(*stream, 2, 10);
  const auto reader = member(in_group(fresh("group"), topic));
  Heard heard;
  std::int64_t timestamp = 0;
  std::string key;
  ASSERT_TRUE(until([&] {
    while (const auto event = reader->poll()) {
      if (const auto* record = std::get_if<Record>(&*event);
          record != nullptr && text(record->value) == "7") {
        timestamp = record->timestamp_ms;
        key = text(record->key);
      }
      heard.take(*event);
    }
    return heard.records.size() == 10 && heard.ends.size() >= 2;
  }));
  EXPECT_EQ(heard.order.front(), "assigned");  // records follow only after it
  ASSERT_EQ(heard.assigned.size(), 1u);
  ASSERT_EQ(heard.assigned[0].partitions.size(), 2u);
  EXPECT_EQ(heard.assigned[0].partitions[0].second, 0);
  EXPECT_EQ(timestamp, epoch_ms_ + 7);
  EXPECT_EQ(key, "k7");
  std::map<TopicPartition, std::vector<std::string>> by_partition;
  for (const auto& [from, value] : heard.records) by_partition[from].push_back(value);
  EXPECT_THAT((by_partition[{0, 1}]), ElementsAre("1", "3", "5", "7", "9"));
  EXPECT_EQ(heard.ends.back().offset, 5);
}

TEST_F(KafkaConsume, ANewGroupStartsAtTheEndIfItAsksForThat) {
  const std::string topic = new_topic(1);
  const auto stream = producer(topic, 1);
  produce(*stream, 1, 5);
  MemberOptions options = in_group(fresh("group"), topic);
  options.start = {};
  const auto reader = member(options);
  Heard heard;
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    return !heard.assigned.empty();
  }));
  EXPECT_EQ(heard.assigned[0].partitions[0].second, 5);
  produce(*stream, 1, 2, 5);
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    return heard.records.size() == 2;
  }));
  EXPECT_EQ(heard.offsets[0], 5);
}

TEST_P(KafkaProtocol, GoesOnFromWhatItsGroupHasCommitted) {
  const std::string topic = new_topic(1);
  const std::string group = fresh("group");
  const auto stream = producer(topic, 1);
  produce(*stream, 1, 10);
  {
    const auto first = member(in_group(group, topic));
    Heard heard;
    ASSERT_TRUE(until([&] {
      heard.drain(*first);
      return heard.records.size() == 10;
    }));
    first->store({0, 0}, 6);
    leave(*first, heard);
    EXPECT_EQ(heard.revoked.size(), 1u);
    EXPECT_EQ(heard.order.back(), "revoked");  // no record of it follows
  }
  const auto committed = admin_->committed(group, topic, 1, kLimit);
  ASSERT_TRUE(committed.ok()) << committed.error().message;
  EXPECT_THAT(*committed, ElementsAre(6));
  const auto second = member(in_group(group, topic));
  Heard heard;
  ASSERT_TRUE(until([&] {
    heard.drain(*second);
    return heard.records.size() == 4;
  }));
  EXPECT_EQ(heard.assigned[0].partitions[0].second, 6);
  EXPECT_EQ(heard.offsets[0], 6);
}

TEST_F(KafkaConsume, StoredOffsetsAreCommittedOnRequestAndByInterval) {
  const std::string topic = new_topic(2);
  const auto stream = producer(topic, 2);
  produce(*stream, 2, 10);
  for (const bool by_interval : {false, true}) {
    MemberOptions options = in_group(fresh("group"), topic);
    options.commit_by_interval = by_interval;
    options.commit_interval = 50 * kMillisecond;
    const auto reader = member(options);
    Heard heard;
    ASSERT_TRUE(until([&] {
      heard.drain(*reader);
      return heard.records.size() == 10;
    }));
    // The start offset of a partition can be written as well (T6).
    reader->store({0, 0}, 0);
    reader->store({0, 1}, 4);
    if (!by_interval) reader->commit();
    std::vector<std::int64_t> committed;
    ASSERT_TRUE(until([&] {
      heard.drain(*reader);
      const auto told = admin_->committed(options.group, topic, 2, kLimit);
      if (told.ok()) committed = *told;
      return committed == std::vector<std::int64_t>{0, 4};
    })) << testing::PrintToString(committed);
    EXPECT_TRUE(heard.errors.empty()) << heard.errors[0].message;
  }
}

TEST_F(KafkaConsume, WithoutAnIntervalWhatIsStoredIsStillCommittedWhenPartitionsAreGivenBack) {
  const std::string topic = new_topic(1);
  const auto stream = producer(topic, 1);
  produce(*stream, 1, 3);
  MemberOptions options = in_group(fresh("group"), topic);
  options.commit_by_interval = false;
  const auto reader = member(options);
  Heard heard;
  reader->store({0, 0}, 2);  // not owned: ignored
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    return heard.records.size() == 3;
  }));
  reader->close();
  // The last chance is after Revoked, before the next poll.
  ASSERT_TRUE(until([&] {
    const std::size_t before = heard.revoked.size();
    if (const auto event = reader->poll()) heard.take(*event);
    if (heard.revoked.size() > before) reader->store({0, 0}, 3);
    return reader->closed();
  }));
  const auto committed = admin_->committed(options.group, topic, 1, kLimit);
  ASSERT_TRUE(committed.ok());
  EXPECT_THAT(*committed, ElementsAre(3));
}

TEST_P(KafkaProtocol, TwoMembersShareAndOneTakesOverWithoutLossOrRepetition) {
  constexpr int kPartitions = 4;
  const std::string topic = new_topic(kPartitions);
  const std::string group = fresh("group");
  const auto stream = producer(topic, kPartitions);
  produce(*stream, kPartitions, 40);
  std::map<TopicPartition, std::vector<std::int64_t>> seen;
  std::map<const Member*, std::set<TopicPartition>> owned;
  // Stores each record as it is received, so whoever takes over goes on behind it.
  const auto drain = [&](Member& at, Heard& heard) {
    while (const auto event = at.poll()) {
      heard.take(*event);
      if (const auto* record = std::get_if<Record>(&*event)) {
        EXPECT_TRUE(owned[&at].count(record->from)) << "a record outside its assignment";
        seen[record->from].push_back(record->offset);
        at.store(record->from, record->offset + 1);
      }
      if (const auto* given = std::get_if<Assigned>(&*event)) {
        for (const auto& [from, start] : given->partitions) {
          EXPECT_EQ(start, static_cast<std::int64_t>(seen[from].size()));
          owned[&at].insert(from);
        }
      }
      if (const auto* back = std::get_if<Revoked>(&*event)) {
        for (const auto& from : back->partitions) EXPECT_EQ(owned[&at].erase(from), 1u);
      }
    }
  };
  const auto first = member(in_group(group, topic));
  Heard first_heard, second_heard;
  ASSERT_TRUE(until([&] {
    drain(*first, first_heard);
    return owned[first.get()].size() == kPartitions && first_heard.records.size() == 40;
  }));
  const auto second = member(in_group(group, topic));
  ASSERT_TRUE(until([&] {
    drain(*first, first_heard);
    drain(*second, second_heard);
    return owned[first.get()].size() == 2 && owned[second.get()].size() == 2;
  }));
  produce(*stream, kPartitions, 40, 40);
  ASSERT_TRUE(until([&] {
    drain(*first, first_heard);
    drain(*second, second_heard);
    return first_heard.records.size() + second_heard.records.size() == 80;
  }));
  EXPECT_EQ(second_heard.records.size(), 20u);
  second->close();
  ASSERT_TRUE(until([&] {
    drain(*first, first_heard);
    drain(*second, second_heard);
    return second->closed() && owned[first.get()].size() == kPartitions;
  }));
  produce(*stream, kPartitions, 40, 80);
  ASSERT_TRUE(until([&] {
    drain(*first, first_heard);
    return first_heard.records.size() + second_heard.records.size() == 120;
  }));
  for (const auto& [from, offsets] : seen) {
    EXPECT_EQ(offsets.size(), 30u);
    for (std::size_t i = 0; i < offsets.size(); ++i) EXPECT_EQ(offsets[i], static_cast<std::int64_t>(i));
  }
  EXPECT_TRUE(first_heard.lost.empty());
}

// Joining takes some steps; closing may fall between any two of them.
TEST_P(KafkaProtocol, ClosesAtAnyTimeAndGivesBackWhatItAnnounced) {
  const std::string topic = new_topic(2);
  for (int polls = 0; polls < 12; ++polls) {
    const auto reader = member(in_group(fresh("group"), topic));
    Heard heard;
    int polled = 0;
    ASSERT_TRUE(until([&] {
      heard.drain(*reader);
      return polled++ == polls || !heard.assigned.empty();
    }));
    leave(*reader, heard);
    EXPECT_EQ(heard.assigned.size(), heard.revoked.size()) << polls;
    EXPECT_TRUE(heard.errors.empty()) << heard.errors[0].message;
  }
}

TEST_P(KafkaProtocol, APositionOutsideTheLogIsToldWithBothWatermarksAndASeekGoesOn) {
  const std::string topic = new_topic(2);
  const auto stream = producer(topic, 2);
  produce(*stream, 2, 10);
  MemberOptions options = in_group(fresh("group"), topic);
  options.commit_by_interval = false;
  const auto reader = member(options);
  Heard heard;
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    return heard.records.size() == 10;
  }));
  reader->store({0, 1}, 3);
  reader->seek({0, 0}, 1000);
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    return !heard.resets.empty();
  }));
  EXPECT_EQ(heard.resets[0].from, (TopicPartition{0, 0}));
  EXPECT_EQ(heard.resets[0].position, 1000);
  EXPECT_EQ(heard.resets[0].low_watermark, 0);
  EXPECT_EQ(heard.resets[0].high_watermark, 5);
  // The other partition goes on meanwhile, where it was, and what was stored there is kept.
  heard.records.clear();
  heard.offsets.clear();
  reader->seek({0, 0}, 3);
  produce(*stream, 2, 2, 10);
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    return heard.records.size() == 4;
  }));
  std::vector<std::string> values;
  for (const auto& [from, value] : heard.records) values.push_back(value);
  EXPECT_THAT(values, testing::UnorderedElementsAre("6", "8", "10", "11"));
  leave(*reader, heard);
  const auto committed = admin_->committed(options.group, topic, 2, kLimit);
  ASSERT_TRUE(committed.ok());
  EXPECT_THAT(*committed, ElementsAre(-1, 3));
}

TEST_F(KafkaConsume, PauseStopsRecordsAndResumeGoesOnAtThePosition) {
  const std::string topic = new_topic(1);
  const auto stream = producer(topic, 1);
  produce(*stream, 1, 1000);
  const auto reader = member(in_group(fresh("group"), topic));
  Heard heard;
  ASSERT_TRUE(until([&] {
    if (const auto event = reader->poll()) heard.take(*event);
    return heard.records.size() == 10;
  }));
  reader->pause();
  heard.drain(*reader);
  EXPECT_EQ(heard.records.size(), 10u);  // what was fetched ahead is not handed out either
  produce(*stream, 1, 10, 1000);
  heard.drain(*reader);
  EXPECT_EQ(heard.records.size(), 10u);
  reader->resume();
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    return heard.records.size() == 1010;
  }));
  for (std::size_t i = 0; i < heard.offsets.size(); ++i)
    EXPECT_EQ(heard.offsets[i], static_cast<std::int64_t>(i));
}

TEST_F(KafkaConsume, SeekGoesBackAndDropsWhatWasFetchedAhead) {
  const std::string topic = new_topic(1);
  const auto stream = producer(topic, 1);
  produce(*stream, 1, 100);
  const auto reader = member(in_group(fresh("group"), topic));
  Heard heard;
  ASSERT_TRUE(until([&] {
    if (const auto event = reader->poll()) heard.take(*event);
    return heard.records.size() == 10;
  }));
  reader->seek({0, 0}, 2);
  // Records on their way may still come before the seek is done; then it starts again at 2.
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    return heard.offsets.back() == 99 && std::count(heard.offsets.begin(), heard.offsets.end(), 2) == 2;
  })) << testing::PrintToString(heard.offsets);
}

// A member that does not poll for max.poll.interval.ms leaves its group and learns it with its next poll.
class KafkaIdle : public KafkaConsume {
 protected:
  void SetUp() override {
    KafkaConsume::SetUp();
    topic_ = new_topic(1);
    const auto stream = producer(topic_, 1);
    produce(*stream, 1, 10);
    options_ = in_group(fresh("group"), topic_);
    options_.settings = {
        {"max.poll.interval.ms", "6000"}, {"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "200"}};
    options_.commit_interval = kLimit;  // never by interval
    idle_ = member(options_);
    ASSERT_TRUE(until([&] {
      heard_.drain(*idle_);
      return heard_.records.size() == 10;
    }));
  }

  std::int64_t committed() {
    const auto told = admin_->committed(options_.group, topic_, 1, kLimit);
    return told.ok() ? told->at(0) : -2;
  }

  std::string topic_;
  MemberOptions options_;
  std::unique_ptr<Member> idle_;
  Heard heard_;
};

TEST_F(KafkaIdle, LosesItsPartitionsAndCommitsNothing) {
  // A group can be deleted once nobody is in it.
  ASSERT_TRUE(until([&] { return admin_->delete_groups({options_.group}, kLimit).ok(); }));
  idle_->store({0, 0}, 10);
  ASSERT_TRUE(until([&] {
    heard_.drain(*idle_);
    return !heard_.lost.empty();
  }));
  EXPECT_THAT(heard_.lost[0].partitions, ElementsAre(TopicPartition{0, 0}));
  EXPECT_TRUE(heard_.revoked.empty());
  EXPECT_THAT(heard_.errors.at(0).message, HasSubstr("maximum poll interval"));
  EXPECT_EQ(committed(), -1);
  // It comes back by itself, and starts over.
  ASSERT_TRUE(until([&] {
    heard_.drain(*idle_);
    return heard_.records.size() == 20;
  }));
}

TEST_F(KafkaIdle, HoldsUpARebalanceAndThenCommitsNothing) {
  const auto other = member(options_);
  Heard other_heard;
  ASSERT_TRUE(until([&] {
    other_heard.drain(*other);
    return other_heard.records.size() == 10;  // nobody committed: it starts at the beginning
  }));
  idle_->store({0, 0}, 10);
  // Who was asked to give back and was put out a moment later may hear of the one or the other.
  ASSERT_TRUE(until([&] {
    other_heard.drain(*other);
    heard_.drain(*idle_);
    return heard_.lost.size() + heard_.revoked.size() == 1;
  }));
  ASSERT_TRUE(until([&] {
    other_heard.drain(*other);
    heard_.drain(*idle_);
    return other_heard.revoked.size() == 1;  // it is back in the group
  }));
  EXPECT_EQ(committed(), -1);
}

TEST_F(KafkaConsume, AnUnknownTopicIsAMemberError) {
  const std::string topic = fresh("none");
  const auto reader = member(in_group(fresh("group"), topic));
  Heard heard;
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    return !heard.errors.empty();
  }));
  EXPECT_THAT(heard.errors[0].message, HasSubstr(topic));
  EXPECT_FALSE(heard.errors[0].fatal);
}

}  // namespace
}  // namespace freshet::test
