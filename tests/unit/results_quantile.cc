// E7, E8: nearest rank over planned events; what never became visible ranks above all that did.
#include "harness/results/quantile.h"

#include <gtest/gtest.h>

namespace freshet::results {
namespace {

using base::kMicrosecond;
using measure::Histogram;

Histogram one_to(std::int64_t n) {
  Histogram histogram;
  for (std::int64_t us = 1; us <= n; ++us) histogram.record_us(us);
  return histogram;
}

TEST(Rank, IsNearestRankFromOne) {
  EXPECT_EQ(rank_of(0.5, 1), 1U);
  EXPECT_EQ(rank_of(0.5, 4), 2U);
  EXPECT_EQ(rank_of(0.5, 5), 3U);
  EXPECT_EQ(rank_of(0.99, 100), 99U);
  EXPECT_EQ(rank_of(0.99, 101), 100U);
  EXPECT_EQ(rank_of(0.0, 10), 1U);
  EXPECT_EQ(rank_of(1.0, 10), 10U);
}

TEST(Rank, IsNotMisledByBinaryFractions) {
  for (std::uint64_t thousands = 1; thousands < 5000; ++thousands) {
    EXPECT_EQ(rank_of(0.999, thousands * 1000), thousands * 999);
    EXPECT_EQ(rank_of(0.9, thousands * 10), thousands * 9);
  }
}

TEST(Quantiles, OfVisibleEventsAreExactToTheBucket) {
  const Histogram visible = one_to(1000);
  EXPECT_EQ(quantile(0.5, {&visible, nullptr}).value, 500 * kMicrosecond);
  EXPECT_EQ(quantile(0.99, {&visible, nullptr}).value, 990 * kMicrosecond);
  EXPECT_EQ(quantile(0.99, {&visible, nullptr}).kind, Quantile::Kind::exact);
  EXPECT_EQ(quantile(1, {&visible, nullptr}).value, 1000 * kMicrosecond);
}

TEST(Quantiles, NeedTenEventsBeyondThem) {
  const Histogram enough = one_to(1000), short_of = one_to(999);
  EXPECT_EQ(quantile(0.99, {&enough, nullptr}).kind, Quantile::Kind::exact);
  EXPECT_EQ(quantile(0.99, {&short_of, nullptr}).kind, Quantile::Kind::not_available);
  const Histogram one = one_to(1), none;
  EXPECT_EQ(quantile(1, {&one, nullptr}).kind, Quantile::Kind::exact);  // the maximum always
  EXPECT_EQ(quantile(1, {&none, nullptr}).kind, Quantile::Kind::not_available);
  EXPECT_EQ(quantile(1, {nullptr, nullptr}).kind, Quantile::Kind::not_available);
}

TEST(Quantiles, RankTheNeverVisibleAboveAll) {
  const Histogram visible = one_to(980);
  Histogram ages;
  ages.record_us(1'000'000, 10);
  ages.record_us(2'000'000, 10);
  const Ranked ranked{&visible, &ages};
  EXPECT_EQ(quantile(0.98, ranked).kind, Quantile::Kind::exact);
  EXPECT_EQ(quantile(0.98, ranked).value, 980 * kMicrosecond);
  const Quantile p99 = quantile(0.99, ranked);  // rank 990: the last of those of age 1 s
  EXPECT_EQ(p99.kind, Quantile::Kind::at_least);
  EXPECT_LE(p99.value, base::kSecond);
  EXPECT_GE(p99.value, base::kSecond * 999 / 1000);
  const Quantile max = quantile(1, ranked);
  EXPECT_EQ(max.kind, Quantile::Kind::at_least);
  EXPECT_LE(max.value, 2 * base::kSecond);
  EXPECT_GE(max.value, 2 * base::kSecond * 999 / 1000);
}

// The value after ">=" is never more than is known: with D = 3 s seen and one event of age 1 s never seen,
// the second smallest of the two true values may be 3 s, the smallest no more than that.
TEST(Quantiles, LowerBoundIsTheRankAmongAllThatIsKnown) {
  Histogram visible, ages;
  visible.record_us(3'000'000, 30);
  ages.record_us(1'000'000, 30);
  const Quantile p60 = quantile(0.6, {&visible, &ages});  // rank 36 of 60: the sixth of those of 3 s
  EXPECT_EQ(p60.kind, Quantile::Kind::at_least);
  EXPECT_LE(p60.value, 3 * base::kSecond);
  EXPECT_GE(p60.value, 3 * base::kSecond * 999 / 1000);
  const Quantile p50 = quantile(0.5, {&visible, &ages});  // rank 30: the last visible one
  EXPECT_EQ(p50.kind, Quantile::Kind::exact);
}

TEST(Quantiles, OfNothingVisibleAreBoundsOnly) {
  Histogram ages;
  ages.record_us(30'000'000, 100);
  const Quantile p50 = quantile(0.5, {nullptr, &ages});
  EXPECT_EQ(p50.kind, Quantile::Kind::at_least);
  EXPECT_GE(p50.value, 30 * base::kSecond * 999 / 1000);
}

TEST(Quantiles, NegativeAndAboveRangeSamplesHaveTheirRanks) {
  Histogram visible;
  visible.record_us(-1, 20);
  visible.record_us(5, 60);
  visible.record_us(Histogram::kHighest + 1, 20);
  EXPECT_LT(quantile(0.2, {&visible, nullptr}).value, 0);
  EXPECT_EQ(quantile(0.5, {&visible, nullptr}).value, 5 * kMicrosecond);
  EXPECT_EQ(quantile(1, {&visible, nullptr}).kind, Quantile::Kind::at_least);
}

}  // namespace
}  // namespace freshet::results
