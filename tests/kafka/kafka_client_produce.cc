// Producing to a real Kafka.
#include <gmock/gmock.h>

#include <map>

#include "tests/kafka/kafka_fixture.h"

namespace freshet::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class KafkaProduce : public KafkaClient {};

TEST_F(KafkaProduce, ReportsEveryRecordInOrderWithItsOffset) {
  const std::string topic = new_topic(2);
  const auto stream = producer(topic, 2);
  constexpr int kCount = 1000;
  for (int i = 0; i < kCount; ++i) {
    ASSERT_EQ(stream->send(i % 2, bytes("key"), bytes(std::to_string(i)), epoch_ms_), Sent::accepted);
  }
  std::map<std::int32_t, std::int64_t> next;
  int reports = 0;
  ASSERT_TRUE(until([&] {
    while (const auto report = stream->poll()) {
      EXPECT_EQ(report->persisted, Persisted::yes);
      EXPECT_EQ(report->offset, next[report->partition]++);
      EXPECT_EQ(text(report->value), std::to_string(report->offset * 2 + report->partition));
      EXPECT_STREQ(report->error, "");
      ++reports;
    }
    return stream->in_flight() == 0;
  }));
  EXPECT_EQ(reports, kCount);
  EXPECT_EQ(stream->last_error(), "");
}

TEST_F(KafkaProduce, AFullQueueIsToldAndTakesNothing) {
  const std::string topic = new_topic(1);
  const auto stream = producer(topic, 1, {{"queue.buffering.max.messages", "10"}, {"linger.ms", "100"}});
  int accepted = 0;
  while (stream->send(0, bytes("k"), bytes("v"), epoch_ms_) == Sent::accepted) ++accepted;
  EXPECT_EQ(accepted, 10);
  EXPECT_EQ(stream->in_flight(), 10u);
  ASSERT_TRUE(until([&] {
    while (stream->poll()) {
    }
    return stream->in_flight() == 0;
  }));
  EXPECT_EQ(stream->send(0, bytes("k"), bytes("v"), epoch_ms_), Sent::accepted);  // there is room again
}

TEST_F(KafkaProduce, RefusesWhatCannotBeSent) {
  const std::string topic = new_topic(2);
  const auto stream = producer(topic, 2, {{"message.max.bytes", "2000"}});
  EXPECT_EQ(stream->send(0, bytes("k"), bytes(std::string(4000, 'x')), epoch_ms_), Sent::refused);
  EXPECT_THAT(stream->last_error(), HasSubstr("too large"));
  EXPECT_EQ(stream->send(2, bytes("k"), bytes("v"), epoch_ms_), Sent::refused);
  EXPECT_THAT(stream->last_error(), HasSubstr("partition"));
  EXPECT_EQ(stream->send(-1, bytes("k"), bytes("v"), epoch_ms_), Sent::refused);
  EXPECT_EQ(stream->in_flight(), 0u);
}

TEST_F(KafkaProduce, AnUnknownTopicOrAnotherShapeIsRefusedAtSetUp) {
  const std::string unknown = fresh("none");
  const auto none = kafka_->make_producer(
      {.topic = unknown, .partitions = 1, .transactional_id = "", .settings = {}}, wake_);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().kind, base::ErrorKind::cluster);
  EXPECT_THAT(none.error().message, AllOf(HasSubstr(unknown), HasSubstr("Unknown topic")));
  const std::string topic = new_topic(2);
  const auto shape =
      kafka_->make_producer({.topic = topic, .partitions = 3, .transactional_id = "", .settings = {}}, wake_);
  ASSERT_FALSE(shape.ok());
  EXPECT_THAT(shape.error().message,
              AllOf(HasSubstr(topic), HasSubstr("2 partitions"), HasSubstr("expected 3")));
}

TEST_F(KafkaProduce, SettingsCombineByRisingStrengthAndAreShown) {
  const std::string topic = new_topic(1);
  connect(kafka_->address(), {{"queue.buffering.max.ms", "7"}, {"sasl.password", "hush"}});
  const auto stream = producer(topic, 1, {{"linger.ms", "50"}, {"message.timeout.ms", "20000"}});
  ASSERT_NE(stream, nullptr);
  const Settings shown = kafka_->settings_in_force();
  const std::string scope = "producer " + topic + ": ";
  EXPECT_EQ(shown.at("queue.buffering.max.ms"), "7");  // -X beats the stream's own, under either of its names
  EXPECT_EQ(shown.count(scope + "queue.buffering.max.ms"), 0u);
  EXPECT_EQ(shown.at(scope + "message.timeout.ms"), "20000");
  EXPECT_EQ(shown.at(scope + "enable.idempotence"), "true");
  EXPECT_EQ(shown.at(scope + "request.required.acks"), "all");
  EXPECT_EQ(shown.at("sasl.password"), "***");
}

TEST_F(KafkaProduce, SettingsThatContradictEachOtherAreUsageErrors) {
  const std::string topic = new_topic(1);
  const auto made = kafka_->make_producer(
      {.topic = topic, .partitions = 1, .transactional_id = "", .settings = {{"max.in.flight", "100"}}},
      wake_);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().kind, base::ErrorKind::usage);
  EXPECT_THAT(made.error().message, HasSubstr("max.in.flight"));
}

TEST_F(KafkaProduce, WeakerAcksGoWithoutIdempotence) {
  const std::string topic = new_topic(1);
  const auto stream = producer(topic, 1, {{"acks", "1"}});
  ASSERT_NE(stream, nullptr);
  EXPECT_EQ(kafka_->settings_in_force().count("producer " + topic + ": enable.idempotence"), 0u);
  produce(*stream, 1, 10);
}

}  // namespace
}  // namespace freshet::test
