// Profiles in a plan: where they come from, and that they are weaker than everything that is named.
#include "harness/cli/client_settings.h"

#include <gmock/gmock.h>

#include "reports/names.h"

namespace freshet::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;

constexpr const char* kLinger = "queue.buffering.max.ms";  // of linger.ms

plan::Plan plan_of(const plan::Settings& everybody, const plan::Settings& stream,
                   const plan::Settings& group) {
  plan::Plan plan;
  plan.client_settings = everybody;
  plan.streams.emplace_back();
  plan.streams[0].name = "chat";
  plan.streams[0].client_settings = stream;
  plan.groups.emplace_back();
  plan.groups[0].name = "copilot";
  plan.groups[0].client_settings = group;
  return plan;
}

TEST(ClientSettings, WithoutAProfileStayAsTheyAre) {
  plan::Plan plan = plan_of({{"linger.ms", "7"}}, {}, {{"fetch.min.bytes", "2"}});
  const auto profiles = settle_client_settings(plan, "");
  ASSERT_TRUE(profiles.ok());
  EXPECT_THAT(*profiles, ElementsAre(Pair("group copilot", "default"), Pair("producer chat", "default")));
  EXPECT_EQ(reports::profiles_text(*profiles), "");
  EXPECT_THAT(plan.client_settings, ElementsAre(Pair(kLinger, "7"))) << "by the library's own name";
  EXPECT_THAT(plan.streams[0].client_settings, IsEmpty());
  EXPECT_THAT(plan.groups[0].client_settings, ElementsAre(Pair("fetch.min.bytes", "2")));
}

TEST(ClientSettings, AProfileIsWeakerThanWhatIsNamedAnywhere) {
  plan::Plan plan =
      plan_of({{"profile", "low-latency"}, {"fetch.wait.max.ms", "50"}}, {{"linger.ms", "3"}}, {});
  const auto profiles = settle_client_settings(plan, "");
  ASSERT_TRUE(profiles.ok());
  EXPECT_EQ(reports::profiles_text(*profiles), "low-latency");
  EXPECT_THAT(plan.client_settings, ElementsAre(Pair("fetch.wait.max.ms", "50")));
  EXPECT_THAT(plan.streams[0].client_settings, Contains(Pair(kLinger, "3")));
  EXPECT_THAT(plan.groups[0].client_settings, Contains(Pair("fetch.error.backoff.ms", "10")));
  EXPECT_THAT(plan.groups[0].client_settings, Not(Contains(Key("fetch.wait.max.ms"))));
}

TEST(ClientSettings, AGroupsOwnProfileStandsInsteadOfEverybodys) {
  plan::Plan plan = plan_of({{"profile", "throughput"}}, {}, {{"profile", "default"}});
  const auto profiles = settle_client_settings(plan, "");
  ASSERT_TRUE(profiles.ok());
  EXPECT_EQ(reports::profiles_text(*profiles), "throughput (producer chat)");
  EXPECT_THAT(plan.streams[0].client_settings, Contains(Pair(kLinger, "50")));
  EXPECT_THAT(plan.groups[0].client_settings, IsEmpty());
}

TEST(ClientSettings, TheCommandLinesProfileIsEverybodys) {
  plan::Plan plan = plan_of({{"profile", "throughput"}}, {{"linger.ms", "3"}}, {{"profile", "default"}});
  const auto profiles = settle_client_settings(plan, "low-latency");
  ASSERT_TRUE(profiles.ok());
  EXPECT_EQ(reports::profiles_text(*profiles), "low-latency");
  EXPECT_THAT(plan.streams[0].client_settings, Contains(Pair(kLinger, "3")));
  EXPECT_THAT(plan.streams[0].client_settings, Not(Contains(Key("compression.codec"))));
  EXPECT_THAT(plan.groups[0].client_settings, Contains(Pair("fetch.wait.max.ms", "100")));
}

TEST(ClientSettings, OfATargetAndAPlanTogether) {
  plan::Plan plan = plan_of({}, {}, {{"group.protocol", "consumer"}});
  EXPECT_TRUE(check_clients(plan, {}).ok());
  cluster::KafkaOptions options;
  options.file_settings = {{"session.timeout.ms", "6000"}};
  const auto status = check_clients(plan, options);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, base::ErrorKind::usage);
  EXPECT_THAT(status.error().message, HasSubstr("group copilot: session.timeout.ms cannot be set"));
}

}  // namespace
}  // namespace freshet::cli
