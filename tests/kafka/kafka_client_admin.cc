// Administration of a real Kafka.
#include <gmock/gmock.h>

#include <map>

#include "tests/kafka/kafka_fixture.h"

namespace freshet::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class KafkaAdminTest : public KafkaClient {};

TEST_F(KafkaAdminTest, DescribesTheCluster) {
  const auto cluster = admin_->describe_cluster(kLimit);
  ASSERT_TRUE(cluster.ok()) << cluster.error().message;
  EXPECT_FALSE(cluster->id.empty());
  ASSERT_FALSE(cluster->brokers.empty());
  EXPECT_EQ(cluster->brokers[0], kafka_->address());
  EXPECT_EQ(cluster->config.at("auto.create.topics.enable"), "false");
  EXPECT_TRUE(kafka_->shares_this_machine());
  EXPECT_FALSE(kafka_->is_loopback_log());
}

TEST_F(KafkaAdminTest, CreatesATopicWithItsConfigurationAndDescribesIt) {
  const std::string name = new_topic(3, {{"retention.ms", "123456"}, {"compression.type", "zstd"}});
  const auto topic = admin_->describe_topic(name, kLimit);
  ASSERT_TRUE(topic.ok()) << topic.error().message;
  ASSERT_TRUE(topic->has_value());
  EXPECT_EQ((*topic)->partitions, 3);
  EXPECT_EQ((*topic)->replication, 1);
  EXPECT_EQ((*topic)->config.at("retention.ms"), "123456");
  EXPECT_EQ((*topic)->config.at("compression.type"), "zstd");
  EXPECT_EQ((*topic)->config.at("cleanup.policy"), "delete");  // the broker's default is told too
}

TEST_F(KafkaAdminTest, AnUnknownTopicIsNotAnErrorToAskFor) {
  const auto topic = admin_->describe_topic(fresh("none"), kLimit);
  ASSERT_TRUE(topic.ok()) << topic.error().message;
  EXPECT_FALSE(topic->has_value());
}

TEST_F(KafkaAdminTest, RefusedTopicsSayWhy) {
  const std::string name = new_topic(1);
  const auto twice =
      admin_->create_topic({.name = name, .partitions = 1, .replication = 1, .config = {}}, kLimit);
  ASSERT_FALSE(twice.ok());
  EXPECT_EQ(twice.error().kind, base::ErrorKind::cluster);
  EXPECT_THAT(twice.error().message,
              AllOf(HasSubstr(name), HasSubstr("already exists"), HasSubstr(kafka_->address())));
  const auto unknown = admin_->create_topic(
      {.name = fresh("topic"), .partitions = 1, .replication = 1, .config = {{"no.such.config", "1"}}},
      kLimit);
  ASSERT_FALSE(unknown.ok());
  EXPECT_THAT(unknown.error().message, HasSubstr("no.such.config"));
}

TEST_F(KafkaAdminTest, DeletesTopicsAndToleratesMissingOnes) {
  const std::string name = new_topic(1);
  EXPECT_TRUE(admin_->delete_topics({name, fresh("none")}, kLimit).ok());
  // Brokers learn of it a moment after the controller's answer.
  EXPECT_TRUE(until([&] {
    const auto topic = admin_->describe_topic(name, kLimit);
    return topic.ok() && !topic->has_value();
  }));
  const auto groups = admin_->delete_groups({fresh("none")}, kLimit);
  EXPECT_TRUE(groups.ok()) << (groups.ok() ? "" : groups.error().message);
}

TEST_F(KafkaAdminTest, EndOffsetsTellEveryPartition) {
  const std::string topic = new_topic(3);
  const auto stream = producer(topic, 3);
  produce(*stream, 3, 7);
  const std::string unknown = fresh("none");
  admin_->request_end_offsets(topic, 3, kLimit);
  admin_->request_end_offsets(unknown, 2, 2 * kSecond);
  std::map<std::string, std::vector<EndOffsets>> answers;
  ASSERT_TRUE(until([&] {
    while (auto answer = admin_->poll_end_offsets()) answers[answer->front().topic] = std::move(*answer);
    return answers.size() == 2;
  }));
  const auto& known = answers[topic];
  ASSERT_EQ(known.size(), 3u);
  EXPECT_EQ(known[0].high_watermark, 3);
  EXPECT_EQ(known[0].last_stable, 3);
  EXPECT_EQ(known[1].high_watermark, 2);
  EXPECT_EQ(known[2].partition, 2);
  const auto& silent = answers[unknown];  // nobody answers for a topic that does not exist
  ASSERT_EQ(silent.size(), 2u);
  EXPECT_EQ(silent[1].high_watermark, -1);
  EXPECT_EQ(silent[1].last_stable, -1);
}

TEST_F(KafkaAdminTest, AnUnreachableAddressIsNamedWithItsCauseInTime) {
  base::EventWake wake;
  auto nowhere = make_kafka(clock_, {.bootstrap = "127.0.0.1:1",
                                     .file_settings = {},
                                     .command_line_settings = {},
                                     .set_up_timeout = kSecond});
  ASSERT_TRUE(nowhere.ok());
  const auto admin = (*nowhere)->make_admin(wake);
  ASSERT_TRUE(admin.ok());
  const Nanos begun = clock_.now();
  const auto cluster = (*admin)->describe_cluster(kSecond);
  ASSERT_FALSE(cluster.ok());
  EXPECT_EQ(cluster.error().kind, base::ErrorKind::cluster);
  EXPECT_THAT(cluster.error().message, AllOf(HasSubstr("127.0.0.1:1"), HasSubstr("Connection refused")));
  EXPECT_LT(clock_.now() - begun, kLimit);
  const auto producer = (*nowhere)->make_producer(
      {.topic = "t", .partitions = 1, .transactional_id = "", .settings = {}}, wake);
  ASSERT_FALSE(producer.ok());
  EXPECT_EQ(producer.error().kind, base::ErrorKind::cluster);
  EXPECT_THAT(producer.error().message, AllOf(HasSubstr("127.0.0.1:1"), HasSubstr("Connection refused")));
}

TEST_F(KafkaAdminTest, AnUnresolvableHostIsNamedWithItsCause) {
  base::EventWake wake;
  auto nowhere = make_kafka(clock_, {.bootstrap = "no-such-host.invalid:9092",
                                     .file_settings = {},
                                     .command_line_settings = {},
                                     .set_up_timeout = kSecond});
  ASSERT_TRUE(nowhere.ok());
  EXPECT_FALSE((*nowhere)->shares_this_machine());
  const auto admin = (*nowhere)->make_admin(wake);
  const auto cluster = (*admin)->describe_cluster(2 * kSecond);
  ASSERT_FALSE(cluster.ok());
  EXPECT_THAT(cluster.error().message, AllOf(HasSubstr("no-such-host.invalid"), HasSubstr("resolve")));
}

}  // namespace
}  // namespace freshet::test
