// Who is there when, of a few changes that can be followed by hand.
#include "harness/plan/attendance.h"

#include <gtest/gtest.h>

#include "tests/unit/plan_fixture.h"

namespace freshet::plan {
namespace {

using base::kSecond;

Plan with(int members, std::vector<Change> changes) {
  Plan plan = incident_burst();
  plan.groups[0].members = members;
  plan.changes = std::move(changes);
  return plan;
}

TEST(Attendance, WithoutChangesAllAreAlwaysThere) {
  const auto members = attendances(with(3, {}), 0);
  ASSERT_EQ(members.size(), 3U);
  EXPECT_EQ(members_at(members, -1), 3);
  EXPECT_EQ(members_at(members, 1000 * kSecond), 3);
}

TEST(Attendance, ThoseThatJoinedFirstAreTaken) {
  // 0 goes at 10 s and is back at 20 s, as the youngest; so the next to go is 1.
  const auto members =
      attendances(with(2, {{.kind = ChangeKind::stop, .at = 10 * kSecond, .lasts = 10 * kSecond},
                           {.kind = ChangeKind::add, .at = 15 * kSecond},
                           {.kind = ChangeKind::kill, .at = 30 * kSecond},
                           {.kind = ChangeKind::kill, .at = 40 * kSecond}}),
                  0);
  ASSERT_EQ(members.size(), 3U);
  EXPECT_FALSE(members[0].present(10 * kSecond));
  EXPECT_TRUE(members[0].present(20 * kSecond));
  EXPECT_FALSE(members[1].present(30 * kSecond));
  EXPECT_TRUE(members[1].stays[0].killed);
  EXPECT_EQ(members[1].stays[0].ended_by, 2U);
  EXPECT_FALSE(members[2].present(14 * kSecond));
  EXPECT_FALSE(members[2].present(40 * kSecond)) << "joined at 15 s, before the one that came back";
  EXPECT_EQ(members_at(members, 12 * kSecond), 1);
  EXPECT_EQ(members_at(members, 25 * kSecond), 3);
  EXPECT_EQ(members_at(members, 50 * kSecond), 1);
}

TEST(Attendance, APauseTakesOneThatDoesNotPauseYet) {
  const auto members =
      attendances(with(2, {{.kind = ChangeKind::pause, .at = 10 * kSecond, .lasts = 10 * kSecond},
                           {.kind = ChangeKind::pause, .at = 15 * kSecond, .lasts = kSecond},
                           {.kind = ChangeKind::pause, .members = 9, .at = 20 * kSecond, .lasts = kSecond}}),
                  0);
  ASSERT_EQ(members[0].pauses.size(), 2U);
  ASSERT_EQ(members[1].pauses.size(), 2U);
  EXPECT_EQ(members[1].pauses[0].from, 15 * kSecond);
  EXPECT_EQ(members_at(members, 15 * kSecond), 2) << "who pauses is still a member";
}

TEST(Attendance, OtherGroupsAreNotTouched) {
  const Plan plan = with(2, {{.group = 1, .kind = ChangeKind::stop, .members = 9, .at = kSecond}});
  EXPECT_EQ(members_at(attendances(plan, 0), 2 * kSecond), 2);
  EXPECT_EQ(members_at(attendances(plan, 1), 2 * kSecond), 0);
}

}  // namespace
}  // namespace freshet::plan
