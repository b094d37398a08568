// E1, R3: every read before it happens.
#include "harness/plan/reads.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/unit/plan_fixture.h"

namespace freshet::plan {
namespace {

using base::kSecond;

std::vector<StreamLanes> lanes_of(const Plan& plan) {
  std::vector<StreamLanes> lanes;
  for (std::size_t stream = 0; stream < plan.streams.size(); ++stream) lanes.emplace_back(plan, stream);
  return lanes;
}

std::vector<PlannedRead> all_reads(const Plan& plan, const std::vector<StreamLanes>& lanes,
                                   std::size_t read = 0) {
  std::vector<PlannedRead> all;
  for (ReadCursor cursor(plan, lanes, read); !cursor.done(); cursor.advance()) all.push_back(cursor.read());
  return all;
}

Plan with_background(double rate) {
  Plan plan = incident_burst();
  plan.reads = {{.name = "agent_opens_case", .group = 1, .streams = {1, 0}, .rate = rate}};
  return plan;
}

Plan with_trigger(Nanos least, Nanos most, double share = 1) {
  Plan plan = incident_burst();
  plan.reads = {{.name = "after_lock",
                 .group = 1,
                 .streams = {0},
                 .triggered = true,
                 .after = 0,
                 .delay_min = least,
                 .delay_max = most,
                 .share = share}};
  return plan;
}

TEST(Reads, ArePoissonInTheBackground) {
  const Plan plan = with_background(200);
  const std::vector<PlannedRead> reads = all_reads(plan, lanes_of(plan));
  const double expected = expected_reads(plan, plan.reads[0], 0, plan.end());
  EXPECT_EQ(expected, 200.0 * 150);
  EXPECT_NEAR(static_cast<double>(reads.size()), expected, 4 * std::sqrt(expected));
  // Gaps: exponential with mean 5 ms, so their variance is the mean squared.
  double sum = 0, squares = 0;
  for (std::size_t i = 1; i < reads.size(); ++i) {
    ASSERT_EQ(reads[i].n, i);
    ASSERT_GE(reads[i].due, reads[i - 1].due);
    const double gap = static_cast<double>(reads[i].due - reads[i - 1].due) / 5e6;
    sum += gap;
    squares += gap * gap;
  }
  const auto gaps = static_cast<double>(reads.size() - 1);
  EXPECT_NEAR(sum / gaps, 1, 0.03);
  EXPECT_NEAR(squares / gaps - (sum / gaps) * (sum / gaps), 1, 0.08);
  EXPECT_LT(reads.back().due, plan.end());
}

TEST(Reads, GoToAccountsAsEventsDo) {
  const Plan plan = with_background(2000);
  const std::vector<StreamLanes> lanes = lanes_of(plan);
  const std::vector<std::uint32_t> hot = lanes[1].hot_accounts(5);
  double quiet = 0, quiet_enterprise = 0, burst = 0, burst_hot = 0;
  std::map<std::uint32_t, double> rest;
  for (const PlannedRead& read : all_reads(plan, lanes)) {
    const bool incident = read.due >= 80 * kSecond && read.due < 110 * kSecond;
    (incident ? burst : quiet) += 1;
    if (incident) burst_hot += std::count(hot.begin(), hot.end(), read.account) > 0 ? 1 : 0;
    if (!incident && read.account < 20) quiet_enterprise += 1;
    if (!incident && read.account == 20) rest[20] += 1;
  }
  EXPECT_NEAR(quiet_enterprise / quiet, 0.45, 0.005);
  // Half of the burst, and 5 of 20 enterprise accounts' 45 % of the other half.
  EXPECT_NEAR(burst_hot / burst, 0.5 + 0.5 * 0.45 / 4, 0.01);
  const workloads::AccountWeights weights(plan.populations[0]);
  EXPECT_NEAR(rest[20] / quiet, weights.of(20), 0.1 * weights.of(20));
}

// An account that has many conversations is as popular as one that has few.
TEST(Reads, DrawAccountsAndNotKeys) {
  Plan plan = with_background(2000);
  plan.streams[1].key = KeyKind::conversation;
  plan.streams[1].keys_per_account = 3;
  double enterprise = 0, all = 0;
  for (const PlannedRead& read : all_reads(plan, lanes_of(plan))) {
    ASSERT_LT(read.account, 50'020U);
    if (read.due >= 80 * kSecond) break;
    all += 1;
    enterprise += read.account < 20 ? 1 : 0;
  }
  EXPECT_NEAR(enterprise / all, 0.45, 0.005);
}

TEST(Reads, FollowTheirEventsAfterTheDelay) {
  const Plan plan = with_trigger(2 * kSecond, 2 * kSecond);
  const std::vector<StreamLanes> lanes = lanes_of(plan);
  const std::vector<PlannedRead> reads = all_reads(plan, lanes);
  std::size_t i = 0;
  for (MergeCursor events(lanes[0], 0, 1); !events.done(); events.advance()) {
    if (events.tau() + 2 * kSecond >= plan.end()) break;
    ASSERT_LT(i, reads.size());
    ASSERT_EQ(reads[i].due, events.tau() + 2 * kSecond);
    ASSERT_EQ(reads[i].account, events.event().key);
    ASSERT_EQ(reads[i].n, i);
    ++i;
  }
  EXPECT_EQ(i, reads.size()) << "none that is due after the plan's end";
  EXPECT_GT(i, 50'000U);
  EXPECT_NEAR(static_cast<double>(reads.size()), expected_reads(plan, plan.reads[0], 0, plan.end()), 1000);
}

TEST(Reads, FollowByARandomDelayInOrderOfTheirOwnTimes) {
  const Plan plan = with_trigger(kSecond, 5 * kSecond, 0.25);
  const std::vector<StreamLanes> lanes = lanes_of(plan);
  const std::vector<PlannedRead> reads = all_reads(plan, lanes);
  std::multimap<std::uint32_t, Nanos> taus;
  for (MergeCursor events(lanes[0], 0, 1); !events.done(); events.advance())
    taus.emplace(events.event().key, events.tau());
  double delays = 0;
  std::size_t within = 0;
  for (std::size_t i = 0; i < reads.size(); ++i) {
    if (i > 0) {
      ASSERT_GE(reads[i].due, reads[i - 1].due);
    }
    const auto [begin, end] = taus.equal_range(reads[i].account);
    const auto cause = std::find_if(begin, end, [&](const auto& event) {
      const Nanos delay = reads[i].due - event.second;
      return delay >= kSecond && delay <= 5 * kSecond;
    });
    ASSERT_NE(cause, end) << "nothing happened to the account 1 to 5 s before";
    if (std::next(begin) == end) {  // the only event of its account is its cause
      delays += static_cast<double>(reads[i].due - begin->second) / 1e9;
      ++within;
    }
  }
  ASSERT_GT(within, 500U);
  EXPECT_NEAR(delays / static_cast<double>(within), 3, 0.15);
  EXPECT_NEAR(static_cast<double>(reads.size()), expected_reads(plan, plan.reads[0], 0, plan.end()), 500);
}

TEST(Reads, HangOnSeedAndNameAlone) {
  Plan plan = with_background(100);
  const std::vector<PlannedRead> before = all_reads(plan, lanes_of(plan));
  Plan other = plan;
  other.reads.insert(other.reads.begin(), {.name = "another", .group = 1, .streams = {0}, .rate = 5});
  other.groups[1].members = 7;
  const std::vector<PlannedRead> beside = all_reads(other, lanes_of(other), 1);
  ASSERT_EQ(beside.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    ASSERT_EQ(beside[i].due, before[i].due);
    ASSERT_EQ(beside[i].account, before[i].account);
  }
  other.reads[1].name = "renamed";
  EXPECT_NE(all_reads(other, lanes_of(other), 1)[0].due, before[0].due);
  other.reads[1].name = plan.reads[0].name;
  other.seed += 1;
  EXPECT_NE(all_reads(other, lanes_of(other), 1)[0].due, before[0].due);
}

}  // namespace
}  // namespace freshet::plan
