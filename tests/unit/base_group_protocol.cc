// Settings of a group that exclude each other.
#include "harness/base/group_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::base {
namespace {

using ::testing::HasSubstr;

TEST(GroupSettingsConflict, WithTheConsumerProtocolTheBrokerDecides) {
  for (const auto& [name, instead] :
       {std::pair{"session.timeout.ms", "group.consumer.session.timeout.ms"},
        std::pair{"heartbeat.interval.ms", "group.consumer.heartbeat.interval.ms"},
        std::pair{"partition.assignment.strategy", "group.remote.assignor"},
        std::pair{"group.protocol.type", "none"}}) {
    const auto conflict = group_settings_conflict({{"group.protocol", "consumer"}, {name, "x"}});
    ASSERT_TRUE(conflict) << name;
    EXPECT_THAT(*conflict, HasSubstr(std::string(name) + " cannot be set with group.protocol=consumer; use"));
    EXPECT_THAT(*conflict, HasSubstr(instead));
    EXPECT_FALSE(group_settings_conflict({{name, "40000"}, {"session.timeout.ms", "45000"}}))
        << name << " is a classic group's own";
  }
  EXPECT_FALSE(group_settings_conflict({{"group.protocol", "consumer"}, {"group.remote.assignor", "range"}}));
}

TEST(GroupSettingsConflict, ARemoteAssignorNeedsTheConsumerProtocol) {
  EXPECT_THAT(group_settings_conflict({{"group.remote.assignor", "range"}}).value_or(""),
              HasSubstr("use partition.assignment.strategy"));
}

TEST(GroupSettingsConflict, APollIntervalIsNoShorterThanTheSession) {
  EXPECT_THAT(group_settings_conflict({{"max.poll.interval.ms", "44999"}}).value_or(""),
              HasSubstr("44999, less than session.timeout.ms with 45000"));
  EXPECT_FALSE(group_settings_conflict({{"max.poll.interval.ms", "45000"}}));
  EXPECT_FALSE(group_settings_conflict({{"max.poll.interval.ms", "6000"}, {"session.timeout.ms", "6000"}}));
  EXPECT_TRUE(group_settings_conflict({{"session.timeout.ms", "300001"}}));
  EXPECT_FALSE(group_settings_conflict({{"max.poll.interval.ms", "6000"}, {"group.protocol", "consumer"}}));
  EXPECT_FALSE(group_settings_conflict({}));
}

TEST(GroupSettingsConflict, AMemberIsHeardOfBeforeItsSessionEnds) {
  EXPECT_THAT(group_settings_conflict({{"session.timeout.ms", "3000"}}).value_or(""),
              HasSubstr("heartbeat.interval.ms is 3000 and session.timeout.ms 3000"));
  EXPECT_FALSE(group_settings_conflict({{"session.timeout.ms", "3000"}, {"heartbeat.interval.ms", "1000"}}));
  EXPECT_TRUE(group_settings_conflict({{"heartbeat.interval.ms", "45000"}}));
}

}  // namespace
}  // namespace freshet::base
