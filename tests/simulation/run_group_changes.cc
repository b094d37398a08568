// Members that join, leave, vanish and pause: known answers on the loopback, which is eager and tells a
// vanished member by its session's end.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

using plan::ChangeKind;
using plan::CommitPolicy;

constexpr Nanos kSession = 6 * kSecond;

std::uint64_t sum(const results::Outcomes& o) {
  return o.visible + o.superseded + o.expired + o.lost + o.undelivered + o.aborted + o.failed +
         o.indeterminate + o.not_sent_own + o.not_sent_cluster + o.unclassified;
}

// Two members, four partitions: the first member has 0 and 1. The changes come in a phase from 3 s to 23 s.
plan::Plan changing(std::vector<plan::Change> changes) {
  plan::Plan plan = small_plan(100, 2);
  plan::Phase change, recovery;
  change.name = "change";
  change.kind = plan::PhaseKind::change;
  change.begin = 3 * kSecond;
  change.end = 23 * kSecond;
  recovery.name = "recovery";
  recovery.kind = plan::PhaseKind::recovery;
  recovery.begin = change.end;
  recovery.end = change.end + 15 * kSecond;
  plan.phases.push_back(change);
  plan.phases.push_back(recovery);
  plan.groups[0].members = 2;
  plan.groups[0].commit_interval = 1000 * kSecond;  // nothing is committed but at changes
  plan.groups[0].client_settings["session.timeout.ms"] = std::to_string(kSession / kMillisecond);
  for (plan::Change& c : changes) c.phase = 2;
  plan.changes = std::move(changes);
  finish(plan);
  return plan;
}

// Planned events of partitions [from, to) with τ before `until`.
std::uint64_t planned_before(const plan::Plan& plan, int from, int to, Nanos until) {
  const plan::StreamLanes lanes(plan, 0);
  std::uint64_t n = 0;
  for (int lane = 0; lane < lanes.lanes(); ++lane) {
    if (lanes.partition_of(lane) < from || lanes.partition_of(lane) >= to) continue;
    for (plan::TimeCursor c(lanes, lane); c.tau() < until; c.advance()) ++n;
  }
  return n;
}

std::vector<nlohmann::json> events_of(const results::Settled& settled, const std::string& kind, int member) {
  std::vector<nlohmann::json> found;
  for (const nlohmann::json& event : settled.events) {
    if (event.value("kind", "") == kind && event.value("member", -1) == member) found.push_back(event);
  }
  return found;
}

const results::LedgerRow& ledger(const results::Settled& settled) {
  return settled.figures.ledgers.at(0);
}

void expect_all_visible(const results::Settled& settled) {
  const results::Outcomes& o = row(settled.figures).outcomes;
  EXPECT_EQ(o.visible, o.planned);
  EXPECT_EQ(sum(o), o.planned);
  EXPECT_GT(o.planned, 1000U);
  EXPECT_EQ(ledger(settled).lost, 0U);
  EXPECT_EQ(ledger(settled).log_duplicate, 0U);
  EXPECT_EQ(ledger(settled).out_of_order, 0U);
}

Nanos peak_lag(const results::Settled& settled) {
  Nanos peak = 0;
  for (const results::LagRow& lag : settled.figures.lags) peak = std::max(peak, lag.freshness);
  return peak;
}

// Killed between apply and commit: redelivered, never lost. Nothing was committed since the start, so the
// next owner gets all that the dead one had applied.
TEST(GroupChange, AKilledMembersEventsAreServedAgainAndNoneIsLost) {
  const Nanos at = 8 * kSecond;
  const plan::Plan plan = changing({{.kind = ChangeKind::kill, .at = at}});
  SimulatedRun run;
  const results::Settled settled = run(plan);
  expect_all_visible(settled);
  EXPECT_EQ(ledger(settled).redelivered, planned_before(plan, 0, 2, at));
  EXPECT_TRUE(run.outcome.drained);
  // Its partitions wait for its session to end; the oldest event is due within some tens of ms of its death.
  EXPECT_LE(peak_lag(settled), kSession + 10 * kMillisecond);
  EXPECT_GT(peak_lag(settled), kSession - 300 * kMillisecond);
  EXPECT_EQ(events_of(settled, "member_killed", 0).size(), 1U);
}

// Each event committed as it is applied: the kill finds nothing open.
TEST(GroupChange, CommitAfterApplyLeavesNothingToRedeliver) {
  plan::Plan plan = changing({{.kind = ChangeKind::kill, .at = 8 * kSecond}});
  plan.groups[0].commit = CommitPolicy::after_apply;
  SimulatedRun run;
  const results::Settled settled = run(plan);
  expect_all_visible(settled);
  EXPECT_EQ(ledger(settled).redelivered, 0U);
}

// Without commits, and from the beginning, a take-over reads all of the log again: the dead member's
// partitions up to its death, the other's up to the round that follows the session's end.
TEST(GroupChange, WithoutCommitsAllIsServedAgain) {
  const Nanos at = 8 * kSecond;
  plan::Plan plan = changing({{.kind = ChangeKind::kill, .at = at}});
  plan.groups[0].commit = CommitPolicy::none;
  plan.groups[0].start = plan::Start::beginning;
  SimulatedRun run;
  const results::Settled settled = run(plan);
  expect_all_visible(settled);
  EXPECT_EQ(ledger(settled).redelivered,
            planned_before(plan, 0, 2, at) + planned_before(plan, 2, 4, at + kSession));
}

TEST(GroupChange, AStopCommitsAndHandsOver) {
  const plan::Plan plan = changing({{.kind = ChangeKind::stop, .at = 8 * kSecond}});
  SimulatedRun run;
  const results::Settled settled = run(plan);
  expect_all_visible(settled);
  EXPECT_EQ(ledger(settled).redelivered, 0U);
  EXPECT_LT(peak_lag(settled), 50 * kMillisecond);
  EXPECT_EQ(events_of(settled, "revoked", 0).size(), 1U);
}

TEST(GroupChange, AStoppedMemberComesBack) {
  const plan::Plan plan =
      changing({{.kind = ChangeKind::stop, .members = 2, .at = 8 * kSecond, .lasts = 4 * kSecond}});
  SimulatedRun run;
  const results::Settled settled = run(plan);
  expect_all_visible(settled);
  EXPECT_EQ(ledger(settled).redelivered, 0U);
  EXPECT_NEAR(static_cast<double>(peak_lag(settled)) / kSecond, 4.0, 0.2) << "nobody was there";
  EXPECT_GE(events_of(settled, "assigned", 0).size(), 2U);
  EXPECT_TRUE(run.outcome.drained);
}

TEST(GroupChange, MembersThatAreAddedTakeTheirShare) {
  const plan::Plan plan = changing({{.kind = ChangeKind::add, .members = 2, .at = 8 * kSecond}});
  SimulatedRun run;
  const results::Settled settled = run(plan);
  expect_all_visible(settled);
  EXPECT_EQ(ledger(settled).redelivered, 0U);
  for (const int member : {2, 3}) {
    const auto assigned = events_of(settled, "assigned", member);
    ASSERT_FALSE(assigned.empty()) << member;
    EXPECT_EQ(assigned.back().at("partitions").size(), 1U);
  }
}

// Its own threads keep it in the group: the events only wait.
TEST(GroupChange, AShortPauseMovesNothing) {
  const plan::Plan plan = changing({{.kind = ChangeKind::pause, .at = 8 * kSecond, .lasts = 3 * kSecond}});
  SimulatedRun run;
  const results::Settled settled = run(plan);
  expect_all_visible(settled);
  EXPECT_EQ(ledger(settled).redelivered, 0U);
  EXPECT_NEAR(static_cast<double>(peak_lag(settled)) / kSecond, 3.0, 0.2);
  EXPECT_TRUE(events_of(settled, "lost", 0).empty());
}

// It does not poll for longer than it may, is thrown out, and learns that late: two shards of a partition are
// open for a while, and nothing is counted twice (P2).
TEST(GroupChange, ALongPauseLosesThePartitions) {
  const Nanos at = 8 * kSecond;
  plan::Plan plan = changing({{.kind = ChangeKind::pause, .at = at, .lasts = 9 * kSecond}});
  plan.groups[0].client_settings["max.poll.interval.ms"] = "4000";
  SimulatedRun run;
  const results::Settled settled = run(plan);
  expect_all_visible(settled);
  // What was applied before the pause, by the new owner; what the client had fetched until it was thrown out,
  // by the old one when it wakes up.
  EXPECT_EQ(ledger(settled).redelivered, planned_before(plan, 0, 2, at + 4 * kSecond));
  EXPECT_NEAR(static_cast<double>(peak_lag(settled)) / kSecond, 4.0, 0.2);
  EXPECT_EQ(events_of(settled, "lost", 0).size(), 1U);
}

// A static member that is back before its session ends finds what it left; the other is not disturbed.
class StaticAbsence : public testing::TestWithParam<ChangeKind> {};

TEST_P(StaticAbsence, ShorterThanTheSessionMovesNothing) {
  const Nanos at = 8 * kSecond;
  plan::Plan plan = changing({{.kind = GetParam(), .at = at, .lasts = 4 * kSecond}});
  plan.groups[0].static_membership = true;
  SimulatedRun run;
  const results::Settled settled = run(plan);
  expect_all_visible(settled);
  EXPECT_EQ(events_of(settled, "assigned", 1).size(), 1U);
  EXPECT_EQ(ledger(settled).redelivered,
            GetParam() == ChangeKind::kill ? planned_before(plan, 0, 2, at) : 0U);
  EXPECT_NEAR(static_cast<double>(peak_lag(settled)) / kSecond, 4.0, 0.2);
}

TEST_P(StaticAbsence, LongerThanTheSessionMovesThePartitions) {
  plan::Plan plan = changing({{.kind = GetParam(), .at = 8 * kSecond, .lasts = 9 * kSecond}});
  plan.groups[0].static_membership = true;
  SimulatedRun run;
  const results::Settled settled = run(plan);
  expect_all_visible(settled);
  EXPECT_EQ(events_of(settled, "assigned", 1).size(), 3U) << "alone at 14 s, with the other at 17 s";
  EXPECT_NEAR(static_cast<double>(peak_lag(settled)) / kSecond, 6.0, 0.2);
}
INSTANTIATE_TEST_SUITE_P(Kinds, StaticAbsence, testing::Values(ChangeKind::kill, ChangeKind::stop),
                         [](const auto& of) { return std::string(plan::word_of(of.param)); });

// P2, K2: every event lies in the log twice. Where a member goes between the two its successor sees the
// second: the event counts once, with its first v, and the other is a log duplicate.
TEST(GroupChange, AnEventThatTwoMembersSeeCountsOnce) {
  plan::Plan plan = changing({{.group = 0, .kind = ChangeKind::kill, .at = 5 * kSecond, .lasts = 3 * kSecond},
                              {.group = 0, .kind = ChangeKind::add, .at = 12 * kSecond},
                              {.group = 0, .kind = ChangeKind::stop, .at = 18 * kSecond}});
  plan.groups[0].commit = CommitPolicy::after_apply;
  plan.groups[0].service_time = 5 * kMillisecond;  // one copy after the other
  finish(plan);
  SimulatedRun run;
  run.loopback.faults = {{.kind = cluster::LoopbackFault::Kind::duplicate, .from = kStart, .every = 1}};
  const results::Settled settled = run(plan);
  EXPECT_THAT(settled.figures.damage, testing::IsEmpty());
  const results::StalenessRow& measured = row(settled.figures);
  EXPECT_EQ(measured.outcomes.visible, measured.outcomes.planned);
  for (const results::Quantile& q : measured.quantiles) EXPECT_EQ(q.n, measured.outcomes.planned);
  EXPECT_EQ(settled.figures.ledgers.at(0).log_duplicate, planned_before(plan, 0, 4, plan.end()));
}

}  // namespace
}  // namespace freshet::test
