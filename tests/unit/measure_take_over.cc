// How a partition's next owner goes on (P2): the lag and the counts of what the earlier one had and had not.
#include <gtest/gtest.h>

#include "tests/unit/measure_fixture.h"

namespace freshet::measure::test {
namespace {

constexpr Nanos ms(std::int64_t n) {
  return n * kMillisecond;
}

// Five events a second apart from 0.5 s; the first two seen by the first owner.
struct TakeOver : Partition {
  TakeOver() : Partition(Taus{{ms(500), ms(1500), ms(2500), ms(3500), ms(4500)}}, kSecond) {
    first = open();
    for (std::uint64_t n = 0; n < 2; ++n) {
      acks.acked(0, n, static_cast<std::int64_t>(n));
      deliver(*first, record(0, n, static_cast<std::int64_t>(n)), taus[0][n] + ms(10));
    }
  }
  std::unique_ptr<LiveShard> first;
};

TEST(TakingOver, WhatEarlierShardsSettledHasNoLag) {
  TakeOver p;
  const Sealed sealed = p.first->seal(ms(2000), true);
  auto second = p.open(ms(2200), 2);
  EXPECT_EQ(second->freshness_lag(ms(2200)), 0);
  p.deliver(*second, p.record(0, 2, 2), ms(2530));
  const Sealed rest = second->seal(ms(2900), true);
  p.collect();
  ASSERT_EQ(p.lags.size(), 3U);
  EXPECT_EQ(p.lags[0].freshness, ms(10));
  EXPECT_EQ(p.lags[1].freshness, ms(10));
  EXPECT_EQ(p.lags[2].freshness, ms(30));
  EXPECT_EQ(sealed.lanes[0].bits[0], 0b011U);
  EXPECT_EQ(rest.lanes[0].bits[0], 0b100U);
}

// L1: an event is late wherever it is stuck, also while nobody owns its partition.
TEST(TakingOver, TheTimeWithoutAnOwnerHasItsLag) {
  TakeOver p;
  p.first->seal(ms(2000), true);
  auto second = p.open(ms(4200), 2);
  EXPECT_EQ(second->freshness_lag(ms(4200)), ms(1700));
  p.deliver(*second, p.record(0, 2, 2), ms(4300));
  p.deliver(*second, p.record(0, 3, 3), ms(4310));
  second->roll(5 * kSecond);
  p.collect();
  EXPECT_EQ(p.lags[2].freshness, ms(500));
  EXPECT_EQ(p.lags[2].first_over, -1);
  EXPECT_EQ(p.lags[3].freshness, ms(1500));
  EXPECT_EQ(p.lags[3].first_over, ms(3500));
  EXPECT_DOUBLE_EQ(p.lags[3].debt, 0.125);
  EXPECT_EQ(p.lags[4].freshness, ms(1800));
}

// Two owners share a second: each tells its part of it, none twice. The bound is 1 s, the head of 2.5 s.
TEST(TakingOver, TheDebtOfAnOwnersSecondIsToldOnce) {
  TakeOver p;
  p.first->seal(ms(4300), true);
  auto second = p.open(ms(4600), 2);
  p.deliver(*second, p.record(0, 2, 2), ms(4700));
  p.deliver(*second, p.record(0, 3, 3), ms(4700));
  p.deliver(*second, p.record(0, 4, 4), ms(4710));
  second->roll(5 * kSecond);
  p.collect();
  EXPECT_EQ(p.lags[4].freshness, ms(2200));
  EXPECT_NEAR(p.lags[3].debt + p.lags[4].debt, 1.2 * 1.2 / 2, 1e-12);
}

TEST(TakingOver, ASealTellsTheLagUpToItsInstant) {
  TakeOver p;
  p.first->seal(ms(2800), true);
  p.collect();
  EXPECT_EQ(p.lags[2].freshness, ms(300));
}

// Seen by the earlier owner before its report came: settled there.
TEST(TakingOver, WhatIsReportedAfterwardsWasTheEarlierOwners) {
  Partition p(Taus{{ms(500)}});
  auto first = p.open();
  p.deliver(*first, p.record(0, 0, 0), ms(510));
  first->seal(ms(2000), true);
  auto second = p.open(ms(2200), 1);
  p.acks.acked(0, 0, 0);
  second->roll(3 * kSecond);
  EXPECT_TRUE(second->settled());
  p.collect();
  ASSERT_EQ(p.lags.size(), 1U);
  EXPECT_EQ(p.lags[0].freshness, ms(10));
}

TEST(TakingOver, AFirstOwnerThatComesLateTellsTheLagSinceTheStart) {
  Partition p(Taus{{ms(500)}});
  auto shard = p.open(ms(2200));
  p.collect();
  ASSERT_EQ(p.lags.size(), 2U);
  EXPECT_EQ(p.lags[0].freshness, ms(500));
  EXPECT_EQ(p.lags[1].freshness, ms(1500));
}

// It starts at the committed offset, below what the pass has applied: redelivered, without lag (K2).
TEST(TakingOver, WhatIsRedeliveredIsCountedAndHasNoLag) {
  TakeOver p;
  p.first->seal(ms(2000), false);
  auto second = p.open(ms(2200), 0);
  p.deliver(*second, p.record(0, 0, 0), ms(2210));
  p.deliver(*second, p.record(0, 1, 1), ms(2210));
  p.deliver(*second, p.record(0, 2, 2), ms(2520));
  const Sealed sealed = second->seal(ms(2900), true);
  p.collect();
  EXPECT_EQ(p.count(Count::redelivered), 2U);
  EXPECT_EQ(p.count(Count::visible), 3U);
  EXPECT_EQ(p.lags[2].freshness, ms(20));
  EXPECT_EQ(sealed.lanes[0].bits[0], 0b100U) << "only what it made visible itself";
}

// The same with reports that come late or without an offset.
TEST(TakingOver, WhatIsRedeliveredBeforeItsReportHasNoLag) {
  Partition p(Taus{{ms(500), ms(600)}});
  auto first = p.open();
  p.deliver(*first, p.record(0, 0, 0), ms(610));
  p.deliver(*first, p.record(0, 1, 1), ms(620));
  first->seal(ms(2000), false);
  p.acks.handed_over(0, 0);
  p.acks.acked(0, 1, -1);
  auto second = p.open(ms(2200), 0);
  p.deliver(*second, p.record(0, 0, 0), ms(2210));
  p.deliver(*second, p.record(0, 1, 1), ms(2220));
  EXPECT_TRUE(second->settled());
  second->roll(3 * kSecond);
  p.collect();
  EXPECT_EQ(p.count(Count::redelivered), 2U);
  EXPECT_EQ(p.lags[0].freshness, ms(110));
}

// Without a believed offset it lies below when a later one of its lane does.
TEST(TakingOver, AnUnknownOffsetBelowABelievedOneWasPassed) {
  Partition p(Taus{{ms(100), ms(200), ms(300), ms(400), ms(5000)}});
  p.acks.acked(0, 0, -1);
  p.acks.failed(0, 1, true);
  p.acks.acked(0, 2, 5);
  p.acks.acked(0, 3, -1);
  auto shard = p.open(ms(1000), 6);
  EXPECT_EQ(shard->freshness_lag(ms(1000)), ms(600)) << "the fourth may lie at 6 or beyond";
}

// P2: a paused member learns late that it lost the partition. What the other made visible has no lag.
TEST(TakingOver, AnOwnerThatWasReplacedDoesNotTellTheOthersLag) {
  TakeOver p;
  for (std::uint64_t n = 2; n < 5; ++n) p.acks.acked(0, n, static_cast<std::int64_t>(n));
  p.first->roll(ms(2000));
  auto second = p.open(ms(2400), 2);
  for (std::uint64_t n = 2; n < 5; ++n) {
    p.deliver(*second, p.record(0, n, static_cast<std::int64_t>(n)), p.taus[0][n] + ms(20));
  }
  second->roll(ms(6000));
  p.first->roll(ms(6000));  // it wakes up
  EXPECT_TRUE(p.first->settled());
  p.collect();
  for (std::int64_t s = 2; s < 5; ++s) EXPECT_EQ(p.lags[s].freshness, ms(20)) << s;
  EXPECT_EQ(p.lags.count(5), 0U);
}

TEST(TakingOver, ALaneThatHasEndedTakesRedeliveriesOfWhatItNeverHad) {
  Partition p(Taus{{ms(100)}});
  auto shard = p.open();
  p.deliver(*shard, p.record(0, 0, 0), ms(200));
  Received beyond = p.record(0, 0, 0);
  beyond.n = 1;
  p.deliver(*shard, beyond, ms(300));
  EXPECT_TRUE(shard->settled());
  p.collect();
  EXPECT_EQ(p.count(Count::redelivered), 1U);
}

}  // namespace
}  // namespace freshet::measure::test
