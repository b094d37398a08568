// Positions that are not in the log, told apart (P4): what the log no longer has, and a group that has no
// offset to go on from.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

using results::ResetRow;

constexpr Nanos kSession = 6 * kSecond;

// Two members share four partitions; the first one, with partitions 0 and 1, vanishes at 8 s.
plan::Plan a_member_vanishes() {
  plan::Plan plan = small_plan(100, 2);
  plan::Phase change;
  change.name = "change";
  change.kind = plan::PhaseKind::change;
  change.begin = 3 * kSecond;
  change.end = 30 * kSecond;
  plan.phases.push_back(change);
  plan.groups[0].members = 2;
  plan.groups[0].client_settings["session.timeout.ms"] = std::to_string(kSession / kMillisecond);
  plan.changes = {{.phase = 2, .kind = plan::ChangeKind::kill, .at = 8 * kSecond}};
  finish(plan);
  return plan;
}

// Who takes over begins at the end: what came while nobody was there is passed unseen. Offsets are dense, so
// the gap that is told is the number of events lost.
TEST(Resets, AGroupWithoutOffsetsIsToldAndLosesWhatItSkips) {
  plan::Plan plan = a_member_vanishes();
  plan.groups[0].commit = plan::CommitPolicy::none;
  SimulatedRun run;
  const results::Settled settled = run(plan);
  std::uint64_t skipped = 0, partitions = 0;
  for (const ResetRow& reset : settled.figures.resets) {
    EXPECT_EQ(reset.cause, ResetRow::Cause::no_start_offset);
    EXPECT_EQ(reset.pass, 0);
    EXPECT_GE(reset.at, 8 * kSecond);
    EXPECT_GE(reset.goes_on_at, reset.position);
    skipped += static_cast<std::uint64_t>(reset.goes_on_at - reset.position);
    ++partitions;
  }
  EXPECT_EQ(partitions, 4U) << "the survivor's own two are dealt anew as well";
  const results::Outcomes& o = row(settled.figures).outcomes;
  EXPECT_EQ(o.lost, skipped);
  EXPECT_NEAR(static_cast<double>(o.lost), 6 * 100 * 0.5, 120) << "half of what came in a session";
  EXPECT_EQ(o.visible + o.lost, o.planned);
}

TEST(Resets, AGroupThatCommitsMeetsNone) {
  SimulatedRun run;
  const results::Settled settled = run(a_member_vanishes());
  EXPECT_THAT(settled.figures.resets, testing::IsEmpty());
  EXPECT_EQ(row(settled.figures).outcomes.lost, 0U);
}

// A live group so slow that retention overtakes it: expired, at the position it had, and not lost.
TEST(Resets, RetentionThatOvertakesALiveGroupIsExpired) {
  plan::Plan plan = small_plan(200, 30, 1);
  plan.streams[0].arrival = workloads::Arrival::uniform;
  plan.streams[0].topic_config["retention.bytes"] = "100000";
  plan.streams[0].topic_config["segment.bytes"] = "12500";
  plan.groups[0].service_time = 10 * kMillisecond;  // 100 of 200/s
  plan.groups[0].queue = 50;
  finish(plan);
  SimulatedRun run;
  const results::Settled settled = run(plan);
  ASSERT_FALSE(settled.figures.resets.empty());
  std::uint64_t gaps = 0;
  for (const ResetRow& reset : settled.figures.resets) {
    EXPECT_EQ(reset.cause, ResetRow::Cause::expired);
    EXPECT_GT(reset.goes_on_at, reset.position);
    gaps += static_cast<std::uint64_t>(reset.goes_on_at - reset.position);
  }
  const results::Outcomes& o = row(settled.figures, 0, -1).outcomes;
  EXPECT_GT(o.expired, 500U);
  EXPECT_LE(o.expired, gaps);
  EXPECT_EQ(o.lost, 0U);
  EXPECT_EQ(o.visible + o.expired + o.undelivered, o.planned);
}

}  // namespace
}  // namespace freshet::test
