// Consuming within one member: starts, positions, ends, pauses, seeks, resets.
#include "tests/contract/contract.h"

namespace freshet::cluster {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

class Consume : public Contract {
 protected:
  // A topic with records v0 … v(n-1) in partition 0.
  std::string filled_topic(int n, int partitions = 1) {
    const std::string topic = make_topic(partitions);
    Writing& writing = write(topic, partitions);
    writing.send_all(0, numbered(n));
    EXPECT_TRUE(finish(writing));
    return topic;
  }
  Reading& read_from(StartAt start, const std::string& topic, std::size_t partitions = 1,
                     const std::string& group = "") {
    MemberOptions options;
    options.group = group.empty() ? make_group() : group;
    options.client_id = "contract";
    options.topics = {topic};
    options.start = start;
    Reading& reading = read(options);
    EXPECT_TRUE(eventually([&] { return reading.owned.size() == partitions; })) << "not assigned";
    return reading;
  }
};

TEST_P(Consume, StartsAtTheBeginning) {
  const std::string topic = filled_topic(5);
  Reading& reading = read(topic, make_group(), true);
  EXPECT_EQ(reading.started.at({0, 0}), 0);
  ASSERT_TRUE(eventually([&] { return reading.records.size() >= 5; }));
  EXPECT_THAT(reading.values(0), ElementsAreArray(numbered(5)));
}

TEST_P(Consume, StartsAtTheEnd) {
  const std::string topic = filled_topic(5);
  Reading& reading = read(topic, make_group(), false);
  EXPECT_EQ(reading.started.at({0, 0}), 5);
  Writing& writing = write(topic);
  writing.send_all(0, {"new"});
  ASSERT_TRUE(eventually([&] { return !reading.records.empty(); }));
  EXPECT_THAT(reading.values(0), ElementsAre("new"));
  EXPECT_EQ(reading.records[0].offset, 5);
}

TEST_P(Consume, StartsAtAnOffset) {
  const std::string topic = filled_topic(9);
  Reading& reading = read_from({StartAt::From::offset, 6}, topic);
  EXPECT_EQ(reading.started.at({0, 0}), 6);
  ASSERT_TRUE(eventually([&] { return reading.end(0) == 9; }));
  EXPECT_THAT(reading.values(0), ElementsAre("v6", "v7", "v8"));
}

// P4: above the end it is told, not taken for the end.
TEST_P(Consume, AStartBeyondTheEndIsAReset) {
  const std::string topic = filled_topic(3);
  Reading& reading = read_from({StartAt::From::offset, 50}, topic);
  ASSERT_TRUE(eventually([&] { return !reading.resets.empty(); }));
  EXPECT_EQ(reading.resets[0].position, 50);
  EXPECT_EQ(reading.resets[0].high_watermark, 3);
}

// Partition 0 has records of three times, partition 1 only older ones, partition 2 none.
TEST_P(Consume, StartsAtATime) {
  const std::string topic = make_topic(3);
  Writing& writing = write(topic, 3);
  const std::int64_t noon = base::RealClock().wall() / base::kMillisecond - 60'000;
  for (const int second : {0, 10, 20}) {
    const std::string value = std::to_string(second);
    ASSERT_EQ(writing.send(0, value, "k", noon + 1000 * second), Sent::accepted);
  }
  ASSERT_EQ(writing.send(1, "0", "k", noon), Sent::accepted);
  ASSERT_TRUE(finish(writing));
  Reading& reading = read_from({StartAt::From::time, noon + 10'000}, topic, 3);
  EXPECT_EQ(reading.started.at({0, 0}), 1);
  EXPECT_EQ(reading.started.at({0, 1}), 1) << "nothing is so young: the end";
  EXPECT_EQ(reading.started.at({0, 2}), 0);
  ASSERT_TRUE(eventually([&] { return reading.end(0) == 3; }));
  EXPECT_THAT(reading.values(0), ElementsAre("10", "20"));
  Reading& early = read_from({StartAt::From::time, noon - 1}, topic, 3);
  EXPECT_EQ(early.started.at({0, 0}), 0);
  Reading& between = read_from({StartAt::From::time, noon + 10'001}, topic, 3);
  EXPECT_EQ(between.started.at({0, 0}), 2);
}

// What the group has committed is stronger than where it was asked to start.
TEST_P(Consume, GoesOnWhereItsGroupWasWhateverTheStart) {
  const std::string topic = filled_topic(8);
  const std::string group = make_group();
  Reading& first = read(topic, group);
  first.store_all = true;
  ASSERT_TRUE(eventually([&] { return first.records.size() == 8; }));
  ASSERT_TRUE(close(first));
  ASSERT_EQ(committed(group, topic, 1).at(0), 8);
  Reading& second = read_from({StartAt::From::offset, 2}, topic, 1, group);
  EXPECT_EQ(second.started.at({0, 0}), 8);
}

// E6: the end's offset is the only sign that a lost last record was passed.
TEST_P(Consume, TellsTheEndWithItsOffset) {
  const std::string topic = filled_topic(7);
  Reading& reading = read(topic, make_group());
  ASSERT_TRUE(eventually([&] { return reading.end(0) == 7; }));
  EXPECT_EQ(reading.records.size(), 7u);
  Writing& writing = write(topic);
  writing.send_all(0, {"more"});
  ASSERT_TRUE(eventually([&] { return reading.end(0) == 8; }));
  EXPECT_EQ(reading.records.size(), 8u);
  EXPECT_EQ(reading.ends.size(), 2u);
}

TEST_P(Consume, TellsTheEndOfAnEmptyPartition) {
  const std::string topic = make_topic();
  Reading& reading = read(topic, make_group());
  ASSERT_TRUE(eventually([&] { return reading.end(0) == 0; }));
  EXPECT_TRUE(reading.records.empty());
}

// S3: an empty fetch waits for data, and data ends the wait.
TEST_P(Consume, DataEndsAFetchThatWaits) {
  const std::string topic = make_topic();
  MemberOptions options{.group = make_group(), .client_id = "contract", .topics = {topic}, .settings = {}};
  options.settings["fetch.wait.max.ms"] = "20000";
  options.start = kFromBeginning;
  Reading& reading = read(options);
  ASSERT_TRUE(eventually([&] { return !reading.owned.empty(); }));
  for_a_while(500 * base::kMillisecond);
  Writing& writing = write(topic);
  writing.send_all(0, {"at last"});
  EXPECT_TRUE(eventually([&] { return !reading.records.empty(); }, 10 * base::kSecond));
}

TEST_P(Consume, TellsTopicsApart) {
  const std::string first = filled_topic(3);
  const std::string second = filled_topic(4);
  MemberOptions options{
      .group = make_group(), .client_id = "contract", .topics = {first, second}, .settings = {}};
  options.start = kFromBeginning;
  Reading& reading = read(options);
  ASSERT_TRUE(eventually([&] { return reading.records.size() >= 7; }));
  EXPECT_EQ(reading.values(0, 0).size(), 3u);
  EXPECT_EQ(reading.values(0, 1).size(), 4u);
}

TEST_P(Consume, ComplainsOfAnUnknownTopic) {
  const std::string nowhere = "contract-nowhere-" + std::to_string(now());
  MemberOptions options{.group = make_group(), .client_id = "contract", .topics = {nowhere}, .settings = {}};
  Reading& reading = read(options);
  ASSERT_TRUE(eventually([&] { return !reading.errors.empty(); }));
  EXPECT_THAT(reading.errors[0], HasSubstr(nowhere));
}

TEST_P(Consume, PausesAndResumesWithoutAGap) {
  const std::string topic = make_topic(2);
  Reading& reading = read(topic, make_group(), true, 2);
  Writing& writing = write(topic, 2);
  writing.send_all(0, {"a0", "a1"});
  writing.send_all(1, {"b0"});
  ASSERT_TRUE(eventually([&] { return reading.records.size() == 3; }));
  reading.member().pause();
  writing.send_all(0, {"a2"});
  writing.send_all(1, {"b1", "b2"});
  ASSERT_TRUE(finish(writing));
  for_a_while(base::kSecond);
  EXPECT_EQ(reading.records.size(), 3u);
  reading.member().resume();
  ASSERT_TRUE(eventually([&] { return reading.records.size() >= 6; }));
  for_a_while(100 * base::kMillisecond);
  EXPECT_THAT(reading.values(0), ElementsAre("a0", "a1", "a2"));
  EXPECT_THAT(reading.values(1), ElementsAre("b0", "b1", "b2"));
}

TEST_P(Consume, SeeksBackAndForth) {
  const std::string topic = filled_topic(10);
  Reading& reading = read(topic, make_group());
  ASSERT_TRUE(eventually([&] { return reading.end(0) == 10; }));
  reading.records.clear();
  reading.owned[{0, 0}] = 4;
  reading.member().seek({0, 0}, 4);
  ASSERT_TRUE(eventually([&] { return reading.records.size() >= 6; }));
  EXPECT_EQ(reading.records.front().value, "v4");
  EXPECT_EQ(reading.records.back().value, "v9");
  reading.records.clear();
  reading.owned[{0, 0}] = 8;
  reading.member().seek({0, 0}, 8);
  ASSERT_TRUE(eventually([&] { return reading.records.size() >= 2; }));
  EXPECT_THAT(reading.values(0), ElementsAre("v8", "v9"));
}

// P4: above the end. The fetch is dead until the seek; other partitions go on.
TEST_P(Consume, TellsAResetAboveTheEndAndStandsStillUntilASeek) {
  const std::string topic = filled_topic(5, 2);
  Reading& reading = read(topic, make_group(), true, 2);
  ASSERT_TRUE(eventually([&] { return reading.end(0) == 5 && reading.end(1) == 0; }));
  reading.member().seek({0, 0}, 100);
  ASSERT_TRUE(eventually([&] { return !reading.resets.empty(); }));
  const Reset& reset = reading.resets[0];
  EXPECT_EQ(reset.from, (TopicPartition{0, 0}));
  EXPECT_EQ(reset.position, 100);
  EXPECT_EQ(reset.low_watermark, 0);
  EXPECT_EQ(reset.high_watermark, 5);
  Writing& writing = write(topic, 2);
  writing.send_all(0, {"v5"});
  writing.send_all(1, {"other"});
  ASSERT_TRUE(finish(writing));
  ASSERT_TRUE(eventually([&] { return reading.values(1).size() == 1; }));
  for_a_while(base::kSecond);
  EXPECT_EQ(reading.values(0).size(), 5u);
  EXPECT_EQ(reading.resets.size(), 1u);
  reading.member().seek({0, 0}, 5);
  ASSERT_TRUE(eventually([&] { return reading.values(0).size() == 6; }))
      << reading.values(0).size() << " values, " << reading.resets.size() << " resets, the last at "
      << reading.resets.back().position << ", end at " << reading.end(0);
  EXPECT_EQ(reading.values(0).back(), "v5");
  EXPECT_EQ(reading.values(1).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Cluster, Consume, testing::ValuesIn(targets()), target_name);

}  // namespace
}  // namespace freshet::cluster
