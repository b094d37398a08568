// Changes and faults that cannot happen as planned, and how many members a group has when.
#include "harness/plan/misplaced.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/plan/sound.h"
#include "tests/unit/plan_fixture.h"

namespace freshet::plan {
namespace {

using base::kSecond;
using ::testing::HasSubstr;

// Two members of copilot; a phase of changes from 80 s to 110 s, another 40 s after it.
Plan with_changes(std::vector<Change> changes) {
  Plan plan = incident_burst();
  plan.phases[2].kind = PhaseKind::change;
  plan.phases[2].name = "comings";
  for (Change& change : changes) {
    change.phase = 2;
    change.group = 1;
    change.at = (80 + change.at) * kSecond;
    change.lasts *= kSecond;
    change.line = 21;
  }
  plan.changes = std::move(changes);
  return plan;
}

Change of(ChangeKind kind, int members, Nanos at, Nanos lasts = 0) {
  Change change;
  change.kind = kind;
  change.members = members;
  change.at = at;
  change.lasts = lasts;
  return change;
}

std::string only_error(const Plan& plan) {
  const auto errors = misplaced(plan);
  EXPECT_LE(errors.size(), 1U);
  EXPECT_EQ(errors.empty(), static_cast<bool>(sound(plan))) << "a plan read from a file is asked the same";
  if (errors.empty()) return "";
  EXPECT_EQ(errors[0].line, 21);
  return errors[0].message;
}

TEST(Misplaced, AGroupGivesUpNoMoreMembersThanItHas) {
  for (const ChangeKind kind : {ChangeKind::stop, ChangeKind::kill}) {
    EXPECT_EQ(only_error(with_changes({of(kind, 2, 0)})), "");
    EXPECT_EQ(only_error(with_changes({of(kind, 1, 0), of(kind, 1, 10)})), "");
    EXPECT_EQ(only_error(with_changes({of(kind, 1, 0), of(kind, 2, 10)})),
              "change \"comings\": " + std::string(word_of(kind)) +
                  " of 2 members of copilot at 10.0 s into comings, when it has 1");
    EXPECT_EQ(only_error(with_changes({of(ChangeKind::add, 1, 0), of(kind, 3, 0)})), "");
  }
}

TEST(Misplaced, MembersThatComeBackCountAgain) {
  EXPECT_EQ(only_error(with_changes({of(ChangeKind::stop, 2, 0, 10), of(ChangeKind::kill, 2, 10)})), "");
  EXPECT_THAT(only_error(with_changes({of(ChangeKind::stop, 2, 0, 10), of(ChangeKind::kill, 1, 9)})),
              HasSubstr("when it has 0"));
  EXPECT_THAT(only_error(with_changes({of(ChangeKind::pause, 2, 0, 10), of(ChangeKind::pause, 1, 9, 2)})),
              HasSubstr("when it has 0 that do not pause already"));
  EXPECT_EQ(only_error(with_changes({of(ChangeKind::pause, 2, 0, 10), of(ChangeKind::stop, 1, 9)})), "");
}

TEST(Misplaced, AChangeIsOverWhenItsPhaseIs) {
  EXPECT_EQ(only_error(with_changes({of(ChangeKind::stop, 1, 29)})), "");
  EXPECT_THAT(only_error(with_changes({of(ChangeKind::stop, 1, 30)})),
              HasSubstr("stop of copilot at 30.0 s into comings, outside the phase, which lasts 30.0 s"));
  EXPECT_EQ(only_error(with_changes({of(ChangeKind::pause, 1, 20, 10)})), "");
  EXPECT_THAT(only_error(with_changes({of(ChangeKind::pause, 1, 20, 11)})),
              HasSubstr("for 11.0 s, outside the"));
}

TEST(Misplaced, TheMostMembersAreThoseAtAnyTime) {
  EXPECT_EQ(most_members(with_changes({}), 1), 2);
  EXPECT_EQ(most_members(with_changes({of(ChangeKind::add, 3, 0), of(ChangeKind::stop, 5, 5)}), 1), 5);
  EXPECT_EQ(most_members(with_changes({of(ChangeKind::stop, 1, 0), of(ChangeKind::add, 1, 5)}), 1), 2);
  EXPECT_EQ(most_members(with_changes({of(ChangeKind::stop, 1, 0, 6), of(ChangeKind::add, 1, 5)}), 0), 2);
  EXPECT_THAT(only_error(with_changes({of(ChangeKind::add, kMostMembers, 0)})),
              HasSubstr("copilot would get more than 10000 members"));
}

TEST(Misplaced, WhoComesBackLaterCountsAmongTheMost) {
  EXPECT_EQ(most_members(with_changes({of(ChangeKind::stop, 1, 0, 6), of(ChangeKind::add, 1, 5)}), 1), 3);
}

Plan with_fault(Nanos at, Nanos after) {
  Plan plan = with_changes({});
  Fault fault;
  fault.phase = 2;
  fault.at = (80 + at) * kSecond;
  fault.run = "true";
  fault.undo = after > 0 ? "true" : "";
  fault.after = after * kSecond;
  fault.line = 21;
  plan.faults = {fault};
  return plan;
}

TEST(Misplaced, AFaultBeginsInItsPhaseAndIsUndoneInTheRun) {
  EXPECT_EQ(only_error(with_fault(29, 0)), "");
  EXPECT_THAT(only_error(with_fault(30, 0)),
              HasSubstr("begins 30.0 s into comings, after the end of the phase"));
  EXPECT_EQ(only_error(with_fault(10, 59)), "") << "in the recovery";
  EXPECT_THAT(only_error(with_fault(10, 60)),
              HasSubstr("undo comes 60.0 s later, after the run's end; expected less than 60.0 s"));
}

}  // namespace
}  // namespace freshet::plan
