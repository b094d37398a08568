// A real broker that dies or freezes: the client says what became of everything in time, and no call that a
// role makes waits for it (S1).
#include <gmock/gmock.h>

#include "tests/kafka/kafka_fixture.h"

namespace freshet::test {
namespace {

class KafkaIll : public KafkaClient {
 protected:
  void SetUp() override { connect(broker_.address()); }

  // A broker that comes back from a death need not wait out its own old session for long.
  // It looks for records past their retention often.
  Brokers broker_{
      {.tuned = true, .settings = {"log.initial.task.delay.ms=100", "log.retention.check.interval.ms=100"}}};
};

TEST_F(KafkaIll, AfterADeathEveryReportComesByTheMessageTimeout) {
  const std::string topic = new_topic(2);
  const auto stream =
      producer(topic, 2, {{"message.timeout.ms", "3000"}, {"reconnect.backoff.max.ms", "500"}});
  produce(*stream, 2, 100);
  broker_.kill();
  const Nanos killed = clock_.now();
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(stream->send(i % 2, bytes("k"), bytes("v"), epoch_ms_), Sent::accepted);
  int reports = 0;
  ASSERT_TRUE(until([&] {
    while (const auto report = stream->poll()) {
      EXPECT_NE(report->persisted, Persisted::yes);
      EXPECT_STRNE(report->error, "");
      ++reports;
    }
    return stream->in_flight() == 0;
  }));
  EXPECT_EQ(reports, 100);
  EXPECT_GE(clock_.now() - killed, 2 * kSecond);
  broker_.start();
  produce(*stream, 2, 10);  // and then it goes on
}

TEST_F(KafkaIll, PurgedRecordsAreReportedAtOnce) {
  const std::string topic = new_topic(1);
  const auto stream = producer(topic, 1);
  produce(*stream, 1, 1);
  broker_.kill();
  for (int i = 0; i < 10; ++i) ASSERT_EQ(stream->send(0, bytes("k"), bytes("v"), epoch_ms_), Sent::accepted);
  stream->purge();
  int reports = 0;
  ASSERT_TRUE(until([&] {
    while (const auto report = stream->poll()) {
      EXPECT_NE(report->persisted, Persisted::yes);
      ++reports;
    }
    return stream->in_flight() == 0;
  }));
  EXPECT_EQ(reports, 10);
}

TEST_F(KafkaIll, ExpiredRecordsAreAPositionBelowTheLogsStart) {
  const std::string topic = new_topic(1, {{"retention.ms", "1000"}});
  const auto stream = producer(topic, 1);
  produce(*stream, 1, 5);
  MemberOptions options;
  options.group = fresh("group");
  options.topics = {topic};
  options.start = kFromBeginning;
  const auto reader = member(options);
  Heard heard;
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    // Goes back again and again, until what it goes back to is no more.
    if (!heard.ends.empty() && heard.resets.empty()) reader->seek({0, 0}, 1);
    heard.ends.clear();
    return !heard.resets.empty();
  }));
  EXPECT_EQ(heard.resets[0].position, 1);
  EXPECT_EQ(heard.resets[0].low_watermark, 5);
  EXPECT_EQ(heard.resets[0].high_watermark, 5);
  reader->seek({0, 0}, heard.resets[0].low_watermark);
  produce(*stream, 1, 1, 5);
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    return !heard.offsets.empty() && heard.offsets.back() == 5;
  }));
}

TEST_F(KafkaIll, NoCallOfAStepWaitsForAFrozenBroker) {
  const std::string topic = new_topic(1);
  const auto stream = producer(topic, 1);
  produce(*stream, 1, 1000);
  MemberOptions options;
  options.group = fresh("group");
  options.topics = {topic};
  options.start = kFromBeginning;
  const auto reader = member(options);
  Heard heard;
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    return heard.records.size() == 1000;
  }));
  broker_.freeze();
  // Each call would block for seconds if it asked the broker. All of 200 rounds have to fit in less than one
  // such wait; they take some milliseconds.
  const Nanos begun = clock_.now();
  for (int i = 0; i < 200; ++i) {
    stream->send(0, bytes("k"), bytes("v"), epoch_ms_);
    stream->poll();
    reader->poll();
    reader->store({0, 0}, 1 + i);
    reader->commit();
    reader->seek({0, 0}, i);
    if (i % 2 == 0) {
      reader->pause();
    } else {
      reader->resume();
    }
    if (i % 20 == 0) admin_->request_end_offsets(topic, 1, kSecond);
    admin_->poll_end_offsets();
  }
  reader->close();
  reader->poll();
  EXPECT_FALSE(reader->closed());
  EXPECT_LT(clock_.now() - begun, 5 * kSecond);
  // What was asked is answered with "unknown" in its time.
  int unknown = 0;
  ASSERT_TRUE(until([&] {
    while (const auto ends = admin_->poll_end_offsets()) unknown += (*ends)[0].high_watermark == -1 ? 1 : 0;
    return unknown == 10;
  }));
  broker_.thaw();
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    return reader->closed();
  }));
}

TEST_F(KafkaIll, ClientsOfAFrozenBrokerCanBeLeftBehind) {
  const std::string topic = new_topic(1);
  auto stream = producer(topic, 1);
  produce(*stream, 1, 10);
  MemberOptions options;
  options.group = fresh("group");
  options.topics = {topic};
  options.start = kFromBeginning;
  auto reader = member(options);
  Heard heard;
  ASSERT_TRUE(until([&] {
    heard.drain(*reader);
    return heard.records.size() == 10;
  }));
  broker_.freeze();
  stream->send(0, bytes("k"), bytes("v"), epoch_ms_);
  // A commit and a close under way, as at the end of a run.
  reader->store({0, 0}, 10);
  reader->commit();
  reader->close();
  reader->poll();
  const Nanos begun = clock_.now();
  reader.reset();
  stream.reset();
  admin_.reset();
  kafka_.reset();
  EXPECT_LT(clock_.now() - begun, 20 * kSecond);  // far below socket.timeout.ms, 60 s
  broker_.thaw();
}

TEST_F(KafkaIll, AFrozenBrokerIsAnUnansweredQuestionInTime) {
  broker_.freeze();
  const Nanos begun = clock_.now();
  const auto cluster = admin_->describe_cluster(kSecond);
  ASSERT_FALSE(cluster.ok());
  EXPECT_THAT(cluster.error().message,
              testing::AllOf(testing::HasSubstr(broker_.address()), testing::HasSubstr("no answer within")));
  EXPECT_LT(clock_.now() - begun, 20 * kSecond);
  broker_.thaw();
}

}  // namespace
}  // namespace freshet::test
