// L1-L3, D1: lags by phase, time to fresh, debt; exact from each second's maxima and first and last instants.
#include "harness/results/lags.h"

#include <gtest/gtest.h>

#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

using measure::LagSecond;

// One partition is enough: rows say what happened.
class Lags : public testing::Test {
 protected:
  Lags() : plan_(small_plan()), facts_(plan_) {
    facts_.ending = "complete";
    facts_.ended_at = plan_.end();
  }
  void row(int partition, std::int64_t second, Nanos freshness, Nanos first_over = -1, Nanos last_over = -1,
           double debt = 0) {
    facts_.lags.of(0, 0, static_cast<std::size_t>(partition)).get(second, {}) = {
        0, 0, partition, second, freshness, freshness / 2, first_over, last_over, debt};
  }
  void offsets(std::int32_t partition, std::int64_t second, const measure::OffsetSecond& told) {
    facts_.offsets.of(0, 0, static_cast<std::size_t>(partition)).get(second, {}) = told;
  }
  const LagSecond* lag(std::size_t partition, std::int64_t second) const {
    return facts_.lags.of(0, 0, partition).find(second);
  }
  DisturbanceRow incident() const { return disturbance(plan_, facts_, 0, 0, 2); }  // [6 s, 8 s)
  // Outcomes of which one partition's oldest event has been waiting since `head`.
  static std::vector<StreamOutcomes> waiting_since(std::size_t partition, Nanos head) {
    std::vector<StreamOutcomes> outcomes(1);
    outcomes[0].passes.resize(1);
    outcomes[0].passes[0].reads = true;
    outcomes[0].passes[0].oldest_open.assign(12, base::kNever);
    outcomes[0].passes[0].oldest_open_acked.assign(12, base::kNever);
    outcomes[0].passes[0].oldest_open[partition] = head;
    return outcomes;
  }

  plan::Plan plan_;
  Facts facts_;
};

TEST_F(Lags, MaximumOfAPhaseSaysWhereAndWhen) {
  row(0, 1, 9 * kSecond);  // warm-up
  row(3, 4, 700 * kMillisecond);
  row(5, 5, 800 * kMillisecond);
  row(5, 6, 2 * kSecond);
  const LagRow steady = lag_row(plan_, facts_, 0, 0, 1);
  EXPECT_EQ(steady.freshness, 800 * kMillisecond);
  EXPECT_EQ(steady.consumer, 400 * kMillisecond);
  EXPECT_EQ(steady.partition, 5);
  EXPECT_EQ(steady.second, 5);
  EXPECT_EQ(lag_row(plan_, facts_, 0, 0, -1).freshness, 2 * kSecond);  // measured ones: not the warm-up
  EXPECT_EQ(lag_row(plan_, facts_, 0, 0, 0).freshness, 9 * kSecond);
}

TEST_F(Lags, OffsetLagIsUnknownWhenAnyPartitionIs) {
  for (std::int64_t second = 2; second < 6; ++second) {
    for (std::int32_t p = 0; p < 12; ++p) {
      if (p == 4 && second == 4) continue;
      offsets(p, second, {0, 0, p, second, 100, 120, p == 4 && second == 3 ? -1 : 110});
    }
  }
  EXPECT_EQ(offset_lag(plan_, facts_, 0, 0, 2), 120);  // to the last stable offset: 12 times 10
  EXPECT_EQ(offset_lag(plan_, facts_, 0, 0, 3), -1);
  EXPECT_EQ(offset_lag(plan_, facts_, 0, 0, 4), -1);
  const LagRow steady = lag_row(plan_, facts_, 0, 0, 1);
  EXPECT_EQ(steady.offset, 120);
  EXPECT_EQ(steady.unknown_seconds, 2U);
  EXPECT_EQ(lag_row(plan_, facts_, 0, 0, 3).offset, -1);
  EXPECT_EQ(lag_row(plan_, facts_, 0, 0, 3).unknown_seconds, 12U);
  plan_.groups[0].read_committed = false;
  EXPECT_EQ(offset_lag(plan_, facts_, 0, 0, 2), 240);  // to the high watermark
}

TEST_F(Lags, OffsetLagIsNeverClamped) {
  for (std::int32_t p = 0; p < 12; ++p) offsets(p, 2, {0, 0, p, 2, 100, 100, p == 0 ? 97 : 101});
  EXPECT_EQ(offset_lag(plan_, facts_, 0, 0, 2), 8);
}

TEST_F(Lags, FreshAtOnceWhenNoLagIsOverTheBound) {
  row(0, 9, 500 * kMillisecond);
  const DisturbanceRow row = incident();
  EXPECT_TRUE(row.reached);
  EXPECT_EQ(row.time_to_fresh, 0);
}

TEST_F(Lags, TimeToFreshIsTheLastInstantOverTheBound) {
  row(0, 7, 3 * kSecond, 7 * kSecond, 8 * kSecond, 0.5);
  row(0, 8, 3 * kSecond, 8 * kSecond, 9 * kSecond, 1.5);
  row(0, 9, 2 * kSecond, 9 * kSecond, 9 * kSecond + 250 * kMillisecond, 0.25);
  row(1, 8, 4 * kSecond, 8 * kSecond, 8 * kSecond + 5, 2);
  const DisturbanceRow row = incident();
  EXPECT_TRUE(row.reached);
  EXPECT_EQ(row.time_to_fresh, kSecond + 250 * kMillisecond);
  EXPECT_EQ(row.peak, 4 * kSecond);
  EXPECT_DOUBLE_EQ(row.debt, 2.25);  // of the worst partition, from the incident's begin on
}

// The hold is part of the condition, not of the figure: a relapse within it starts anew, one beyond does not.
TEST_F(Lags, ARelapseWithinTheHoldCounts) {
  row(0, 8, 2 * kSecond, 8 * kSecond, 8 * kSecond + 100 * kMillisecond);
  row(0, 10, 2 * kSecond, 10 * kSecond + 100 * kMillisecond,
      10 * kSecond + 200 * kMillisecond);  // 2 s later: within
  EXPECT_EQ(incident().time_to_fresh, 2 * kSecond + 200 * kMillisecond);
  row(0, 12, 2 * kSecond, 12 * kSecond + 200 * kMillisecond + 1,
      12 * kSecond + 300 * kMillisecond);  // 1 ns too late
  EXPECT_EQ(incident().time_to_fresh, 2 * kSecond + 200 * kMillisecond);
}

TEST_F(Lags, LagFromBeforeTheEndDoesNotDelay) {
  row(0, 7, 3 * kSecond, 6 * kSecond, 7 * kSecond + 999 * kMillisecond);
  EXPECT_EQ(incident().time_to_fresh, 0);
}

// The hold has to end inside of the plan: here 20 s, hold 2 s.
TEST_F(Lags, NotReachedIsALowerBound) {
  for (std::int64_t second = 8; second < 18; ++second)
    row(1, second, 2 * kSecond, second * kSecond, (second + 1) * kSecond);
  row(0, 18, 2 * kSecond, 18 * kSecond, 18 * kSecond);
  EXPECT_TRUE(incident().reached);
  row(0, 18, 2 * kSecond, 18 * kSecond, 18 * kSecond + 1);
  EXPECT_FALSE(incident().reached);
  EXPECT_EQ(incident().time_to_fresh, 10 * kSecond + 1);
  row(0, 19, 2 * kSecond, 19 * kSecond, 25 * kSecond);
  EXPECT_FALSE(incident().reached);
  EXPECT_EQ(incident().time_to_fresh, 12 * kSecond);  // never more than was planned
}

TEST_F(Lags, AnInterruptedRunCannotTellWhatWouldHaveBeen) {
  facts_.ending = "interrupted";
  facts_.sending_stopped = 9 * kSecond;
  EXPECT_FALSE(incident().reached);
  facts_.sending_stopped = 10 * kSecond;
  EXPECT_TRUE(incident().reached);
  facts_.ending = "killed";
  facts_.known_until = 9 * kSecond;
  EXPECT_FALSE(incident().reached);
}

TEST_F(Lags, PeakAndDebtEndWithTheNextDisturbance) {
  plan_.phases.push_back(plan::phase_of("again", plan::PhaseKind::incident, 20, 22));
  row(0, 7, 2 * kSecond, 7 * kSecond, 8 * kSecond, 1);
  row(0, 20, 9 * kSecond, 20 * kSecond, 21 * kSecond, 5);
  EXPECT_EQ(incident().peak, 2 * kSecond);
  EXPECT_DOUBLE_EQ(incident().debt, 1);
  EXPECT_EQ(disturbance(plan_, facts_, 0, 0, 4).peak, 9 * kSecond);
}

// Nobody took the partition again: the lag grows with the oldest event that waits, and its debt is a
// parabola's.
TEST_F(Lags, SecondsThatNoMemberSawAreFilled) {
  row(2, 3, 10 * kMillisecond);
  facts_.ended_at = 6 * kSecond + kSecond / 4;
  fill_lags(plan_, waiting_since(2, 3 * kSecond + kSecond / 2), facts_);
  ASSERT_TRUE(lag(2, 3) && lag(2, 4) && lag(2, 5) && lag(2, 6));
  EXPECT_EQ(lag(2, 3)->freshness, kSecond / 2) << "at its end, when the member had gone";
  const LagSecond four = *lag(2, 4);
  EXPECT_EQ(four.freshness, kSecond + kSecond / 2);
  EXPECT_EQ(four.consumer, 0);
  EXPECT_EQ(four.first_over, 4 * kSecond + kSecond / 2);  // the bound is 1 s
  EXPECT_EQ(four.last_over, 5 * kSecond);
  EXPECT_DOUBLE_EQ(four.debt, 0.125);
  const LagSecond five = *lag(2, 5);
  EXPECT_EQ(five.first_over, 5 * kSecond);
  EXPECT_DOUBLE_EQ(five.debt, (1.5 * 1.5 - 0.5 * 0.5) / 2);
  const LagSecond six = *lag(2, 6);
  EXPECT_EQ(six.last_over, facts_.ended_at);
  EXPECT_EQ(six.freshness, facts_.ended_at - 3 * kSecond - kSecond / 2);
  EXPECT_FALSE(lag(2, 7));
  EXPECT_FALSE(lag(1, 5));
}

// A member that told the lag over its bound until 4.7 s, and then was gone: the rest of the second is added
// once.
TEST_F(Lags, TheSecondInWhichAMemberWentIsFilledToItsEnd) {
  row(2, 4, 1700 * kMillisecond, 4 * kSecond, 4700 * kMillisecond, 0.7 * 0.7 / 2);
  facts_.ended_at = 5 * kSecond;
  fill_lags(plan_, waiting_since(2, 3 * kSecond), facts_);
  const LagSecond four = *lag(2, 4);
  EXPECT_EQ(four.freshness, 2 * kSecond);
  EXPECT_EQ(four.first_over, 4 * kSecond);
  EXPECT_EQ(four.last_over, 5 * kSecond);
  EXPECT_DOUBLE_EQ(four.debt, 0.5);
  const auto& over = facts_.over[{0, 0}];
  ASSERT_EQ(over.size(), 1U);
  EXPECT_EQ(over[0].from, 4700 * kMillisecond);
  EXPECT_EQ(over[0].until, 5 * kSecond);
}

}  // namespace
}  // namespace freshet::results
