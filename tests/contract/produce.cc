// Producing: reports, order, batches, limits, refusals.
#include "tests/contract/contract.h"

namespace freshet::cluster {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

class Produce : public Contract {};

TEST_P(Produce, ReportsCarryValuePartitionAndContiguousOffsets) {
  const std::string topic = make_topic(3);
  Writing& writing = write(topic, 3);
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(writing.send(i % 3, "v" + std::to_string(i)), Sent::accepted);
  }
  ASSERT_TRUE(finish(writing));
  ASSERT_EQ(writing.reports.size(), 300u);
  std::map<std::int32_t, std::int64_t> next;
  for (const Told& told : writing.reports) {
    EXPECT_EQ(told.persisted, Persisted::yes) << told.error;
    EXPECT_EQ(told.error, "");
    EXPECT_EQ(told.offset, next[told.partition]);
    EXPECT_EQ(told.value, "v" + std::to_string(next[told.partition] * 3 + told.partition));
    ++next[told.partition];
  }
}

TEST_P(Produce, RecordsComeOnceAndInOrder) {
  const std::string topic = make_topic(2);
  Writing& writing = write(topic, 2);
  Reading& reading = read(topic, make_group(), true, 2);
  const auto values = numbered(1000);
  for (int batch = 0; batch < 10; ++batch) {
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(writing.send(i % 2, values[static_cast<std::size_t>(batch * 100 + i)]), Sent::accepted);
    }
    drain_all();
  }
  ASSERT_TRUE(finish(writing));
  ASSERT_TRUE(eventually([&] { return reading.records.size() >= 1000; }));
  std::vector<std::string> even, odd;
  for (std::size_t i = 0; i < values.size(); ++i) (i % 2 == 0 ? even : odd).push_back(values[i]);
  EXPECT_THAT(reading.values(0), ElementsAreArray(even));
  EXPECT_THAT(reading.values(1), ElementsAreArray(odd));
  EXPECT_EQ(end_offsets(topic, 2)[0].high_watermark, 500);
}

TEST_P(Produce, KeyValueAndCreateTimeComeThrough) {
  const std::string topic = make_topic();
  Writing& writing = write(topic);
  const std::string value("\0\xff middle \0", 11);
  ASSERT_EQ(writing.send(0, value, "account-7", 1'712'345'678'901), Sent::accepted);
  ASSERT_EQ(writing.send(0, "", "", 1'712'345'678'902), Sent::accepted);
  Reading& reading = read(topic, make_group());
  ASSERT_TRUE(eventually([&] { return reading.records.size() == 2; }));
  EXPECT_EQ(reading.records[0].key, "account-7");
  EXPECT_EQ(reading.records[0].value, value);
  EXPECT_EQ(reading.records[0].timestamp_ms, 1'712'345'678'901);
  EXPECT_EQ(reading.records[1].value, "");
  EXPECT_EQ(reading.records[1].timestamp_ms, 1'712'345'678'902);
}

TEST_P(Produce, LingersForABatch) {
  const std::string topic = make_topic();
  Writing& writing = write(topic, 1, {{"linger.ms", "300"}});
  const Nanos sent = now();
  writing.send_all(0, numbered(5));
  EXPECT_EQ(writing.producer().in_flight(), 5u);
  ASSERT_TRUE(finish(writing));
  for (const Told& told : writing.reports) EXPECT_GE(told.at - sent, 295 * base::kMillisecond);
}

TEST_P(Produce, AFullBatchDoesNotLinger) {
  const std::string topic = make_topic();
  Writing& writing = write(topic, 1, {{"linger.ms", "60000"}, {"batch.num.messages", "5"}});
  writing.send_all(0, numbered(5));
  EXPECT_TRUE(eventually([&] { return writing.reports.size() == 5; }, 20 * base::kSecond));
}

// S3: one dead partition can park the stream.
TEST_P(Produce, TheQueueLimitHoldsOverAllPartitions) {
  const std::string topic = make_topic(2);
  Writing& writing = write(topic, 2, {{"queue.buffering.max.messages", "10"}, {"linger.ms", "200"}});
  writing.send_all(0, numbered(10));
  EXPECT_EQ(writing.send(0, "more"), Sent::queue_full);
  EXPECT_EQ(writing.send(1, "more"), Sent::queue_full);
  EXPECT_EQ(writing.producer().in_flight(), 10u);
  ASSERT_TRUE(finish(writing));
  EXPECT_EQ(writing.send(1, "again"), Sent::accepted);
  ASSERT_TRUE(finish(writing));
  EXPECT_EQ(writing.reports.size(), 11u);
  EXPECT_EQ(writing.reports.back().value, "again");
}

TEST_P(Produce, TheQueueLimitHoldsInBytes) {
  const std::string topic = make_topic();
  Writing& writing = write(
      topic, 1, {{"queue.buffering.max.kbytes", "10"}, {"message.max.bytes", "5000"}, {"linger.ms", "200"}});
  const std::string large(2000, 'x');
  int accepted = 0;
  while (accepted < 20 && writing.send(0, large) == Sent::accepted) ++accepted;
  EXPECT_GE(accepted, 1);
  EXPECT_LE(accepted, 5);
  ASSERT_TRUE(finish(writing));
  EXPECT_EQ(writing.send(0, large), Sent::accepted);
}

TEST_P(Produce, RefusesARecordThatIsTooLarge) {
  const std::string topic = make_topic();
  Writing& writing = write(topic, 1, {{"message.max.bytes", "1000"}});
  EXPECT_EQ(writing.producer().last_error(), "");
  EXPECT_EQ(writing.send(0, std::string(5000, 'x')), Sent::refused);
  EXPECT_NE(writing.producer().last_error(), "");
  EXPECT_EQ(writing.producer().in_flight(), 0u);
}

TEST_P(Produce, RefusesAnUnknownPartition) {
  const std::string topic = make_topic(2);
  Writing& writing = write(topic, 2);
  EXPECT_EQ(writing.send(2, "nowhere"), Sent::refused);
  EXPECT_EQ(writing.send(-1, "nowhere"), Sent::refused);
  EXPECT_NE(writing.producer().last_error(), "");
  EXPECT_EQ(writing.send(1, "here"), Sent::accepted);
}

TEST_P(Produce, RefusesAnUnknownTopic) {
  ProducerOptions options;
  options.topic = "contract-nowhere";
  const auto producer = cluster().make_producer(options, wake());
  ASSERT_FALSE(producer.ok());
  EXPECT_EQ(producer.error().kind, base::ErrorKind::cluster);
  EXPECT_THAT(producer.error().message, HasSubstr("contract-nowhere"));
}

TEST_P(Produce, RefusesATopicOfAnotherShape) {
  ProducerOptions options;
  options.topic = make_topic(3);
  options.partitions = 4;
  const auto producer = cluster().make_producer(options, wake());
  ASSERT_FALSE(producer.ok());
  EXPECT_THAT(producer.error().message,
              testing::AllOf(HasSubstr(options.topic), HasSubstr("3"), HasSubstr("4")));
}

TEST_P(Produce, PurgeReportsWhatIsStillQueued) {
  const std::string topic = make_topic();
  Writing& writing = write(topic, 1, {{"linger.ms", "60000"}});
  writing.send_all(0, numbered(5));
  writing.producer().purge();
  ASSERT_TRUE(eventually([&] { return writing.reports.size() == 5; }, 20 * base::kSecond));
  for (const Told& told : writing.reports) {
    EXPECT_NE(told.persisted, Persisted::yes);
    EXPECT_NE(told.error, "");
  }
  EXPECT_EQ(writing.producer().in_flight(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Cluster, Produce, testing::ValuesIn(targets()), target_name);

}  // namespace
}  // namespace freshet::cluster
