// The client on a cluster that wants to know who comes and lets nobody do what is not allowed.
#include <gmock/gmock.h>

#include "tests/kafka/kafka_fixture.h"
#include "tests/kafka/secured_fixture.h"

namespace freshet::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class SecuredClients : public KafkaClient {
 protected:
  void SetUp() override { ASSERT_NE(brokers_.address(), ""); }

  void connect_as(const std::string& properties, Settings over = {}) {
    auto settings = read_properties(properties);
    ASSERT_TRUE(settings.ok()) << settings.error().message;
    auto made = make_kafka(clock_, {.bootstrap = "",
                                    .file_settings = std::move(settings).value(),
                                    .command_line_settings = std::move(over),
                                    .set_up_timeout = kLimit});
    ASSERT_TRUE(made.ok()) << made.error().message;
    admin_.reset();
    kafka_ = std::move(made).value();
    auto admin = kafka_->make_admin(admin_wake_);
    ASSERT_TRUE(admin.ok());
    admin_ = std::move(admin).value();
  }

  // What is said when nothing works with this; the cluster need not be waited for.
  std::string trouble(const WrongWay& way) {
    Settings over;
    for (const std::string& setting : way.settings) {
      const auto equals = setting.find('=');
      over[setting.substr(0, equals)] = setting.substr(equals + 1);
    }
    connect_as(brokers_.properties(way.user), std::move(over));
    const Nanos begun = clock_.now();
    const auto cluster = admin_->describe_cluster(kLimit);
    EXPECT_LT(clock_.now() - begun, kLimit / 3) << "it was clear long before";
    return cluster.ok() ? "no trouble" : cluster.error().message;
  }

  MemberOptions reader_of(const std::string& topic) {
    MemberOptions options;
    options.group = fresh("group");
    options.topics = {topic};
    options.start = kFromBeginning;
    return options;
  }

  Brokers brokers_{{.secure = true}};
};

TEST_F(SecuredClients, EachKindOfUserProducesAndConsumes) {
  for (const char* user : {"scram", "plain", "tls"}) {
    SCOPED_TRACE(user);
    connect_as(brokers_.properties(user));
    const std::string topic = new_topic(2);
    const auto stream = producer(topic, 2);
    produce(*stream, 2, 100);
    const auto reader = member(reader_of(topic));
    Heard heard;
    ASSERT_TRUE(until([&] {
      heard.drain(*reader);
      return heard.records.size() == 100;
    }));
    EXPECT_EQ(stream->refusal(), "");
  }
}

TEST_F(SecuredClients, WhatTheClusterDoesNotBelieveIsSaidInWordsAndAtOnce) {
  const std::filesystem::path folder = testing::TempDir();
  ASSERT_TRUE(make_stranger(folder));
  for (const WrongWay& way : wrong_ways(folder)) {
    EXPECT_THAT(trouble(way), AllOf(HasSubstr(way.words), Not(HasSubstr("PlantedSecret"))))
        << way.user << " " << way.settings[0];
  }
}

// A listener hangs up on who speaks another protocol, which could mean anything: so it is asked until the
// end.
TEST_F(SecuredClients, AnotherSecurityProtocolIsSuspected) {
  connect_as(brokers_.properties("scram"), {{"security.protocol", "PLAINTEXT"}});
  const auto cluster = admin_->describe_cluster(2 * kSecond);
  ASSERT_FALSE(cluster.ok());
  EXPECT_THAT(cluster.error().message, HasSubstr("it may be that security.protocol is not this listener's"));
}

TEST_F(SecuredClients, AMissingRightIsNamedByWhoeverNeedsIt) {
  connect_as(brokers_.properties("scram"));
  const std::string topic = new_topic(1);
  const std::vector<MissingRight> rights = missing_rights();
  const auto find = [&](const std::string& user) {
    return *std::find_if(rights.begin(), rights.end(), [&](const auto& right) { return right.user == user; });
  };
  {
    connect_as(user_without(brokers_, find("no-write")));
    for (const bool idempotent : {true, false}) {
      const auto stream = producer(topic, 1, {{"enable.idempotence", idempotent ? "true" : "false"}});
      ASSERT_TRUE(until([&] {
        (void)stream->send(0, bytes("k"), bytes("v"), epoch_ms_);
        while (stream->poll()) {
        }
        return !stream->refusal().empty();
      }));
      EXPECT_THAT(stream->refusal(), HasSubstr("the right Write on topic '" + topic + "'"));
      stream->purge();
    }
  }
  for (const char* user : {"no-read", "no-group"}) {
    connect_as(user_without(brokers_, find(user)));
    MemberOptions options = reader_of(topic);
    const auto reader = member(options);
    Heard heard;
    ASSERT_TRUE(until([&] {
      heard.drain(*reader);
      return !heard.errors.empty() && heard.errors.back().refused;
    }));
    EXPECT_THAT(heard.errors.back().message,
                user == std::string("no-read")
                    ? "the right Read on topic '" + topic + "' is missing"
                    : "the right Read on group '" + options.group + "' is missing");
  }
}

}  // namespace
}  // namespace freshet::test
