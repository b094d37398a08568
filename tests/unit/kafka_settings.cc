// Client settings: names, layers, what freshet keeps for itself, secrets, properties files.
#include "harness/cluster/kafka/settings.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "harness/cluster/kafka/profiles.h"

namespace freshet::cluster {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

std::string refusal(const std::string& name, const std::string& value) {
  const auto status = check_setting(name, value);
  return status.ok() ? "" : status.error().message;
}

TEST(KafkaSettings, KnowsTheLibrarysNamesAndAliases) {
  EXPECT_THAT(known_settings(),
              AllOf(Contains("linger.ms"), Contains("queue.buffering.max.ms"), Contains("acks"),
                    Contains("fetch.wait.max.ms"), Contains("sasl.password")));
  EXPECT_THAT(known_settings(), Not(Contains("Property")));
  EXPECT_TRUE(std::is_sorted(known_settings().begin(), known_settings().end()));
  EXPECT_EQ(canonical_setting("linger.ms"), "queue.buffering.max.ms");
  EXPECT_EQ(canonical_setting("bootstrap.servers"), "metadata.broker.list");
  EXPECT_EQ(canonical_setting("acks"), "request.required.acks");
  EXPECT_EQ(canonical_setting("fetch.wait.max.ms"), "fetch.wait.max.ms");
  EXPECT_EQ(canonical_setting("enable.auto.commit"), "enable.auto.commit");
}

TEST(KafkaSettings, AnUnknownNameIsRefusedWithTheNearest) {
  EXPECT_THAT(refusal("linger.msec", "5"), AllOf(HasSubstr("'linger.msec'"), HasSubstr("'linger.ms'")));
  EXPECT_THAT(refusal("zzzzzzzzzzzzzzzzzzzz", "5"),
              AllOf(HasSubstr("no setting"), Not(HasSubstr("did you mean"))));
}

TEST(KafkaSettings, AnIllegalValueIsRefusedAndASecretIsNotRepeated) {
  EXPECT_THAT(refusal("linger.ms", "soon"), HasSubstr("linger.ms"));
  EXPECT_THAT(refusal("compression.type", "best"), HasSubstr("best"));
  EXPECT_EQ(refusal("linger.ms", "0.5"), "");
}

TEST(KafkaSettings, WhatObservingNeedsIsNotForOthersToSet) {
  for (const char* name :
       {"enable.partition.eof", "enable.auto.offset.store", "auto.offset.reset", "group.id",
        "isolation.level", "transactional.id", "enable.auto.commit", "delivery.report.only.error"}) {
    EXPECT_THAT(refusal(name, "true"), AllOf(HasSubstr(name), HasSubstr("freshet itself"))) << name;
  }
  const auto status = check_client_settings({{"linger.ms", "1"}, {"group.id", "mine"}}, "group copilot");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, base::ErrorKind::usage);
  EXPECT_THAT(status.error().message, AllOf(HasSubstr("group copilot"), HasSubstr("group.id")));
}

TEST(KafkaSettings, TheStrongerLayerWinsUnderAnyOfItsNames) {
  Settings settings;
  overlay(settings, {{"linger.ms", "5"}, {"acks", "1"}});
  overlay(settings, {{"queue.buffering.max.ms", "0"}});
  EXPECT_THAT(settings, ElementsAre(Pair("queue.buffering.max.ms", "0"), Pair("request.required.acks", "1")));
}

TEST(KafkaSettings, ProducersAreIdempotentUnlessAskedOtherwise) {
  EXPECT_THAT(producer_defaults({}),
              ElementsAre(Pair("enable.idempotence", "true"), Pair("enable.metrics.push", "false"),
                          Pair("request.required.acks", "all")));
  EXPECT_THAT(producer_defaults({{"request.required.acks", "1"}}),
              ElementsAre(Pair("enable.metrics.push", "false")));
  EXPECT_THAT(producer_defaults({{"enable.idempotence", "False"}}),
              ElementsAre(Pair("enable.metrics.push", "false"), Pair("request.required.acks", "all")));
  EXPECT_THAT(producer_defaults({{"request.required.acks", "-1"}}),
              Contains(Pair("enable.idempotence", "true")));
}

TEST(KafkaSettings, SecretsAreMasked) {
  for (const char* name : {"sasl.password", "ssl.key.password", "ssl.keystore.password", "ssl.key.pem",
                           "sasl.oauthbearer.client.secret", "sasl.jaas.config", "SASL.PASSWORD",
                           "sasl.oauthbearer.token.endpoint.url"}) {
    EXPECT_TRUE(is_secret(name)) << name;
  }
  for (const char* name : {"sasl.username", "linger.ms", "ssl.ca.location", "bootstrap.servers"}) {
    EXPECT_FALSE(is_secret(name)) << name;
  }
  EXPECT_THAT(masked({{"sasl.password", "hush"}, {"sasl.username", "me"}}),
              ElementsAre(Pair("sasl.password", "***"), Pair("sasl.username", "me")));
}

TEST(KafkaSettings, NamesTheLibraryAndItsFeatures) {
  EXPECT_THAT(rdkafka_version(), testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+.*"));
  EXPECT_THAT(rdkafka_features(),
              AllOf(HasSubstr("ssl"), HasSubstr("sasl_scram"), HasSubstr("zstd"), HasSubstr("lz4")));
}

// Each setting of a profile is one that the library knows, legal, and nothing that freshet sets itself.
TEST(KafkaProfiles, AreLegal) {
  EXPECT_THAT(profile_names(), ElementsAre("default", "low-latency", "throughput"));
  EXPECT_TRUE(find_profile("default")->settings.empty());
  EXPECT_EQ(find_profile("Default"), nullptr);
  for (const Profile& profile : profiles()) {
    Settings all;
    for (const ReasonedSetting& setting : profile.settings) {
      const auto status = check_setting(setting.name, setting.value);
      EXPECT_TRUE(status.ok()) << profile.name << ": " << status.error().message;
      EXPECT_GT(std::string(setting.why).size(), 10U) << setting.name;
      all[canonical_setting(setting.name)] = setting.value;
    }
    EXPECT_EQ(all.size(), profile.settings.size()) << "no setting twice, by no name";
    for (const auto kind : {PlannedClient::Kind::producer, PlannedClient::Kind::member}) {
      const auto status = check_planned({kind, profile.name, all}, {});
      EXPECT_TRUE(status.ok()) << status.error().message;
    }
  }
}

TEST(KafkaSettings, AreLayeredPlanFileCommandLine) {
  KafkaOptions options;
  const Settings plan = {{"linger.ms", "1"}, {"batch.size", "11"}, {"compression.type", "lz4"}};
  EXPECT_THAT(producer_layers(options, plan), AllOf(Contains(Pair("queue.buffering.max.ms", "1")),
                                                    Contains(Pair("enable.idempotence", "true")),
                                                    Contains(Pair("request.required.acks", "all"))));
  options.file_settings = {{"queue.buffering.max.ms", "2"}, {"batch.size", "22"}};
  options.command_line_settings = {{"linger.ms", "3"}};
  EXPECT_THAT(producer_layers(options, plan),
              AllOf(Contains(Pair("queue.buffering.max.ms", "3")), Contains(Pair("batch.size", "22")),
                    Contains(Pair("compression.codec", "lz4"))));
  EXPECT_THAT(member_layers(options, {{"fetch.min.bytes", "7"}}), Contains(Pair("fetch.min.bytes", "7")));
}

std::string conflict(PlannedClient::Kind kind, const Settings& plan, const Settings& command_line = {}) {
  KafkaOptions options;
  options.command_line_settings = command_line;
  const auto status = check_planned({kind, "client", plan}, options);
  return status.ok() ? "" : status.error().message;
}

TEST(KafkaSettings, ThatExcludeEachOtherAreRefusedWithWhatToUse) {
  constexpr auto kProducer = PlannedClient::Kind::producer;
  constexpr auto kMember = PlannedClient::Kind::member;
  EXPECT_THAT(conflict(kProducer, {{"max.in.flight", "6"}}), HasSubstr("use at most 5"));
  EXPECT_THAT(conflict(kProducer, {{"enable.idempotence", "true"}}, {{"acks", "1"}}),
              HasSubstr("use acks=all"));
  EXPECT_THAT(conflict(kProducer, {{"retries", "0"}}), HasSubstr("retries of at least 1"));
  EXPECT_THAT(conflict(kProducer, {{"queuing.strategy", "lifo"}}), HasSubstr("queuing.strategy=fifo"));
  EXPECT_THAT(conflict(kProducer, {{"message.timeout.ms", "50"}, {"linger.ms", "50"}}),
              HasSubstr("message.timeout.ms=50 gives a record up before linger.ms=50"));
  EXPECT_THAT(conflict(kMember, {{"group.protocol", "consumer"}}, {{"heartbeat.interval.ms", "500"}}),
              HasSubstr("use the group's own setting on the broker, group.consumer.heartbeat.interval.ms"));
  EXPECT_EQ(conflict(kProducer, {{"acks", "1"}, {"max.in.flight", "100"}}), "") << "no idempotence then";
  EXPECT_EQ(conflict(kProducer, {{"enable.idempotence", "false"}, {"retries", "0"}}), "");
  EXPECT_EQ(conflict(kMember, {{"max.in.flight", "6"}}), "") << "a member has no idempotence";
  EXPECT_EQ(conflict(kProducer, {{"group.protocol", "consumer"}, {"session.timeout.ms", "6000"}}), "");
}

class KafkaProperties : public testing::Test {
 protected:
  base::Result<Settings> read(const std::string& content) {
    std::ofstream(path_) << content;
    return read_properties(path_);
  }
  std::string refusal_of(const std::string& content) {
    const auto settings = read(content);
    return settings.ok() ? "" : settings.error().message;
  }
  void TearDown() override { std::filesystem::remove(path_); }

  std::string path_ = testing::TempDir() + "freshet-properties-" + std::to_string(getpid());
};

TEST_F(KafkaProperties, ReadsLinesCommentsAndBlanks) {
  const auto settings =
      read("# a comment\n\n bootstrap.servers = a:1,b:2 \r\nsasl.password=a=b#c\nlinger.ms=1\nlinger.ms=2");
  ASSERT_TRUE(settings.ok()) << settings.error().message;
  EXPECT_THAT(*settings, ElementsAre(Pair("metadata.broker.list", "a:1,b:2"),
                                     Pair("queue.buffering.max.ms", "2"), Pair("sasl.password", "a=b#c")));
}

TEST_F(KafkaProperties, ErrorsNameFileAndLine) {
  EXPECT_THAT(refusal_of("linger.ms=1\nbootstrap.server=x\n"),
              AllOf(HasSubstr(path_ + ":2: "), HasSubstr("'bootstrap.servers'")));
  EXPECT_THAT(refusal_of("sasl.password hush\n"), AllOf(HasSubstr(path_ + ":1: "), Not(HasSubstr("hush"))));
  EXPECT_THAT(refusal_of("=5\n"), HasSubstr(":1: "));
}

TEST_F(KafkaProperties, AFileThatCannotBeReadIsAnIoError) {
  const auto missing = read_properties(path_ + "-missing");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind, base::ErrorKind::io);
  const auto folder = read_properties(testing::TempDir());
  ASSERT_FALSE(folder.ok());
  EXPECT_EQ(folder.error().kind, base::ErrorKind::io);
}

}  // namespace
}  // namespace freshet::cluster
