// Freshness and consumer lag by hand (L1, L2, D1): when a head settles, and what each second's maximum is.
#include <gtest/gtest.h>

#include "tests/unit/measure_fixture.h"

namespace freshet::measure::test {
namespace {

constexpr Nanos ms(std::int64_t n) {
  return n * kMillisecond;
}

TEST(Lag, PeaksWhereTheHeadSettles) {
  Partition p(Taus{{ms(100)}});
  auto shard = p.open();
  EXPECT_EQ(shard->freshness_lag(ms(100)), 0);
  EXPECT_EQ(shard->freshness_lag(ms(300)), ms(200));
  EXPECT_FALSE(shard->settled());
  p.deliver(*shard, p.record(0, 0, 0), ms(350));
  EXPECT_EQ(shard->freshness_lag(ms(900)), 0);
  EXPECT_TRUE(shard->settled());
  shard->roll(3 * kSecond);
  p.collect();
  ASSERT_EQ(p.lags.size(), 1U) << "no row for a second without lag";
  EXPECT_EQ(p.lags[0].freshness, ms(250));
  EXPECT_EQ(p.lags[0].consumer, 0) << "not acknowledged when it was seen";
  EXPECT_EQ(p.lags[0].first_over, -1);
  EXPECT_EQ(p.lags[0].debt, 0);
  EXPECT_EQ(p.lags[0].stream, kStream);
  EXPECT_EQ(p.lags[0].pass, kPass);
  EXPECT_EQ(p.lags[0].partition, kPartition);
}

// Bound 1 s, lag from 0.5 s to 2.25 s.
TEST(Lag, GrowsThroughTheEndsOfSeconds) {
  Partition p(Taus{{ms(500)}}, kSecond);
  auto shard = p.open();
  p.acks.acked(0, 0, 0);
  p.deliver(*shard, p.record(0, 0, 0), ms(2250));
  shard->roll(4 * kSecond);
  p.collect();
  ASSERT_EQ(p.lags.size(), 3U);
  EXPECT_EQ(p.lags[0].freshness, ms(500));
  EXPECT_EQ(p.lags[0].first_over, -1);
  EXPECT_EQ(p.lags[1].freshness, ms(1500));
  EXPECT_EQ(p.lags[1].first_over, ms(1500));
  EXPECT_EQ(p.lags[1].last_over, ms(2000));
  EXPECT_DOUBLE_EQ(p.lags[1].debt, 0.125);
  EXPECT_EQ(p.lags[2].freshness, ms(1750));
  EXPECT_EQ(p.lags[2].first_over, ms(2000));
  EXPECT_EQ(p.lags[2].last_over, ms(2250));
  EXPECT_DOUBLE_EQ(p.lags[2].debt, 0.15625);  // (0.75² - 0.5²) / 2
  for (const auto& [second, row] : p.lags) EXPECT_EQ(row.consumer, row.freshness);
}

// L1: a failed report settles. The member looks for it, so the lag does not go on to the end of the second.
TEST(Lag, EndsWhenAFailureIsLookedFor) {
  Partition p(Taus{{ms(100)}, {ms(2000)}});
  auto shard = p.open();
  p.acks.handed_over(0, 0);
  shard->look(ms(150));
  EXPECT_EQ(shard->freshness_lag(ms(150)), ms(50)) << "nothing is known of it yet";
  p.acks.failed(0, 0, false);
  shard->look(ms(300));
  EXPECT_EQ(shard->freshness_lag(ms(900)), 0);
  shard->roll(kSecond);
  p.collect();
  EXPECT_EQ(p.lags[0].freshness, ms(200));
}

// Passed unseen, and acknowledged only afterwards: lost at the later of the two (E6).
TEST(Lag, EndsWhenALossIsLookedFor) {
  Partition p(Taus{{ms(100)}, {ms(120)}});
  auto shard = p.open();
  p.acks.handed_over(0, 0);
  p.deliver(*shard, p.record(1, 0, 1), ms(150));  // offset 0 was passed, and nobody knows yet whose it was
  shard->look(ms(160));
  EXPECT_EQ(shard->freshness_lag(ms(160)), ms(60));
  p.acks.acked(0, 0, 0);
  shard->look(ms(200));
  EXPECT_EQ(shard->freshness_lag(ms(900)), 0);
  shard->roll(kSecond);
  p.collect();
  EXPECT_EQ(p.lags[0].freshness, ms(100));
}

// An end of partition that is one step on has passed a lost record, not one that was applied.
TEST(Lag, EndsWhereAnEndOfPartitionPassesTheLastRecord) {
  Partition p(Taus{{ms(100)}, {ms(120)}});
  auto shard = p.open();
  p.acks.acked(1, 0, 0);
  p.deliver(*shard, p.record(1, 0, 0), ms(150));
  p.acks.acked(0, 0, 1);
  shard->passed(2, ms(170));
  EXPECT_EQ(shard->freshness_lag(ms(900)), 0);
  shard->roll(kSecond);
  p.collect();
  EXPECT_EQ(p.lags[0].freshness, ms(70));
}

// Nothing waits for events that are not sent any more (an interrupted run).
TEST(Lag, KnowsNoEventsBeyondTheLastOneThatIsSent) {
  Partition p(Taus{{ms(100), ms(1500)}});
  std::atomic<Nanos> until{base::kNever};
  ShardSpec spec = p.spec();
  spec.sending_until = &until;
  LiveShard shard(std::move(spec), &p.acks, &p.view, &p.progress, &p.recorder, 0);
  p.deliver(shard, p.record(0, 0, 0), ms(110));
  shard.roll(kSecond);
  until = ms(1200);
  EXPECT_EQ(shard.freshness_lag(ms(3000)), 0);
  shard.roll(ms(3000));
  p.collect();
  EXPECT_EQ(p.lags.size(), 1U);
  until = base::kNever;
  EXPECT_EQ(shard.freshness_lag(ms(3000)), ms(1500));
}

// R3: the times over the bound, apart where the lag came back under it, cut at the end of a second.
TEST(Lag, TellsTheTimesOverItsBound) {
  Partition p(Taus{{ms(100), ms(150), ms(1400)}}, ms(200));
  auto shard = p.open();
  p.deliver(*shard, p.record(0, 0, 0), ms(400));   // over from 300 to 400
  p.deliver(*shard, p.record(0, 1, 1), ms(450));   // the next head was over when it became one
  p.deliver(*shard, p.record(0, 2, 2), ms(2100));  // from 1600 to 2100
  shard->roll(3 * kSecond);
  p.collect();
  ASSERT_EQ(p.over.size(), 3U);
  const auto expect = [&](std::size_t i, Nanos from, Nanos until) {
    EXPECT_EQ(p.over[i].from, from);
    EXPECT_EQ(p.over[i].until, until);
    EXPECT_EQ(p.over[i].stream, kStream);
    EXPECT_EQ(p.over[i].pass, kPass);
    EXPECT_EQ(p.over[i].partition, kPartition);
  };
  expect(0, ms(300), ms(450));
  expect(1, ms(1600), ms(2000));
  expect(2, ms(2000), ms(2100));
}

// The partition's lag is that of the oldest head of its lanes.
TEST(Lag, IsThatOfTheOldestHead) {
  Partition p(Taus{{ms(100), ms(600)}, {ms(200)}, {ms(300)}});
  auto shard = p.open();
  p.deliver(*shard, p.record(1, 0, 0), ms(400));  // lane 0 is still stuck at 100 ms
  EXPECT_EQ(shard->freshness_lag(ms(400)), ms(300));
  p.deliver(*shard, p.record(0, 0, 1), ms(450));
  EXPECT_EQ(shard->freshness_lag(ms(450)), ms(150)) << "lane 2's";
  p.deliver(*shard, p.record(2, 0, 2), ms(500));
  p.deliver(*shard, p.record(0, 1, 3), ms(610));
  shard->roll(kSecond);
  p.collect();
  EXPECT_EQ(p.lags[0].freshness, ms(350));
}

// Seen ahead of its turn, it settles with the one before.
TEST(Lag, TheHeadSkipsWhatWasSeenAlready) {
  Partition p(Taus{{ms(100), ms(200), ms(300)}});
  auto shard = p.open();
  p.deliver(*shard, p.record(0, 1, 0), ms(400));
  EXPECT_EQ(shard->freshness_lag(ms(400)), ms(300));
  p.deliver(*shard, p.record(0, 0, 1), ms(500));
  EXPECT_EQ(shard->freshness_lag(ms(500)), ms(200));
  p.deliver(*shard, p.record(0, 2, 2), ms(510));
  EXPECT_TRUE(shard->settled());
}

// L2: the same over acknowledged events only.
TEST(Lag, ConsumerLagBeginsWithTheAck) {
  Partition p(Taus{{ms(100)}, {ms(200)}});
  auto shard = p.open();
  shard->roll(kSecond);      // nothing acknowledged: producing is behind, not consuming
  p.acks.acked(1, 0, 0);     // lane 1's is
  shard->roll(2 * kSecond);  // so consuming is behind by 1.8 s
  p.deliver(*shard, p.record(1, 0, 0), ms(2100));
  p.acks.acked(0, 0, -1);  // acknowledged, offset unknown
  p.deliver(*shard, p.record(0, 0, 1), ms(2300));
  shard->roll(3 * kSecond);
  p.collect();
  EXPECT_EQ(p.lags[0].freshness, ms(900));
  EXPECT_EQ(p.lags[0].consumer, 0);
  EXPECT_EQ(p.lags[1].freshness, ms(1900));
  EXPECT_EQ(p.lags[1].consumer, ms(1800));
  EXPECT_EQ(p.lags[2].freshness, ms(2200));
  EXPECT_EQ(p.lags[2].consumer, ms(2200));
}

// In the log, but the position went beyond it: lost (E5).
TEST(Lag, ALostHeadSettlesWhenItIsPassed) {
  Partition p(Taus{{ms(100), ms(200)}});
  auto shard = p.open();
  p.acks.acked(0, 0, 0);
  p.acks.acked(0, 1, 1);
  p.deliver(*shard, p.record(0, 1, 1), ms(400));
  EXPECT_TRUE(shard->settled());
  shard->roll(kSecond);
  p.collect();
  EXPECT_EQ(p.lags[0].freshness, ms(300));
  EXPECT_EQ(p.lags[0].consumer, ms(300));
}

TEST(Lag, ALostLastEventSettlesAtTheEndOfThePartition) {
  Partition p(Taus{{ms(100)}});
  auto shard = p.open();
  p.acks.acked(0, 0, 6);
  shard->passed(6, ms(200));
  EXPECT_FALSE(shard->settled()) << "the position is at it, not beyond";
  shard->passed(9, ms(300));
  EXPECT_TRUE(shard->settled());
}

// Lost is known at the later of ack and passing (E6).
TEST(Lag, ALostHeadWhoseAckComesLateIsNoticedByTheNextRoll) {
  Partition p(Taus{{ms(100)}});
  auto shard = p.open();
  shard->passed(5, ms(200));
  EXPECT_FALSE(shard->settled());
  p.acks.acked(0, 0, 3);
  EXPECT_FALSE(shard->settled());
  shard->roll(kSecond);
  EXPECT_TRUE(shard->settled());
  p.collect();
  EXPECT_EQ(p.lags[0].freshness, ms(900));
}

TEST(Lag, AnUnknownOffsetIsPassedOnceALaterEventOfTheLaneIsSeen) {
  Partition p(Taus{{ms(100), ms(200)}, {ms(150)}});
  auto shard = p.open();
  p.acks.acked(0, 0, -1);
  p.deliver(*shard, p.record(1, 0, 7), ms(300));  // another lane's says nothing
  shard->roll(kSecond);
  EXPECT_EQ(shard->freshness_lag(kSecond), ms(900));
  p.deliver(*shard, p.record(0, 1, 9), ms(1100));
  EXPECT_TRUE(shard->settled());
}

class NeverVisible : public testing::TestWithParam<AckState> {
 protected:
  static void end(AckLog& acks, int lane, std::uint64_t n) {
    switch (GetParam()) {
      case AckState::failed:
        return acks.failed(lane, n, false);
      case AckState::indeterminate:
        return acks.failed(lane, n, true);
      case AckState::not_sent_own:
        return acks.not_sent(lane, n, true);
      default:
        return acks.not_sent(lane, n, false);
    }
  }
};

TEST_P(NeverVisible, AHeadSettlesAtTheNextRoll) {
  Partition p(Taus{{ms(100), ms(1500)}});
  auto shard = p.open();
  shard->roll(kSecond);
  end(p.acks, 0, 0);
  EXPECT_EQ(shard->freshness_lag(ms(1200)), ms(1100));
  shard->roll(2 * kSecond);
  EXPECT_EQ(shard->freshness_lag(2 * kSecond), ms(500)) << "the next one's";
  end(p.acks, 0, 1);
  shard->roll(3 * kSecond);
  EXPECT_TRUE(shard->settled());
  p.collect();
  EXPECT_EQ(p.lags[1].freshness, ms(1900));
  EXPECT_EQ(p.lags[2].freshness, ms(1500));
}

TEST_P(NeverVisible, AHeadSettlesWhenALaterEventOfItsLaneIsSeen) {
  Partition p(Taus{{ms(100), ms(200), ms(300)}});
  auto shard = p.open();
  end(p.acks, 0, 0);
  end(p.acks, 0, 1);
  p.deliver(*shard, p.record(0, 2, 0), ms(350));
  EXPECT_TRUE(shard->settled());
  shard->roll(kSecond);
  p.collect();
  EXPECT_EQ(p.lags[0].freshness, ms(250));
}

// Settled while an older one of its lane stood before it: it is never waited for itself, not even until the
// next look.
TEST_P(NeverVisible, AnEventBehindTheHeadIsNotWaitedFor) {
  Partition p(Taus{{ms(100), ms(200), ms(800)}});
  auto shard = p.open();
  end(p.acks, 0, 1);
  p.deliver(*shard, p.record(0, 0, 0), ms(900));
  EXPECT_EQ(shard->freshness_lag(ms(900)), ms(100));
}

INSTANTIATE_TEST_SUITE_P(States, NeverVisible,
                         testing::Values(AckState::failed, AckState::indeterminate, AckState::not_sent_own,
                                         AckState::not_sent_cluster));

// L1: a timed-out event that is seen later is visible with its D; the lag recorded stays.
TEST(Lag, ATimedOutEventSeenLaterIsVisible) {
  Partition p(Taus{{ms(100)}});
  auto shard = p.open();
  p.acks.failed(0, 0, /*possibly=*/true);
  shard->roll(kSecond);
  EXPECT_TRUE(shard->settled());
  p.deliver(*shard, p.record(0, 0, 0), ms(5100));
  shard->roll(6 * kSecond);
  p.collect();
  EXPECT_EQ(p.count(Count::visible), 1U);
  EXPECT_EQ((p.cohorts[{0, 0}].over[0]), 1U);
  EXPECT_EQ(p.lags[0].freshness, ms(900));
  EXPECT_EQ(p.lags.size(), 1U);
}

TEST(Lag, AnEventInFlightIsNotSettledByWhatItsLaneShowsLater) {
  Partition p(Taus{{ms(100), ms(200)}});
  auto shard = p.open();
  p.acks.handed_over(0, 0);
  p.deliver(*shard, p.record(0, 1, 0), ms(300));
  shard->roll(kSecond);
  EXPECT_EQ(shard->freshness_lag(kSecond), ms(900));
  EXPECT_FALSE(shard->settled());
}

// A thread that was starved closes many seconds at once, each with its own end.
TEST(Lag, OneRollClosesManySeconds) {
  Partition p(Taus{{ms(500)}}, kSecond);
  auto shard = p.open();
  shard->roll(ms(60'300));
  p.collect();
  ASSERT_EQ(p.lags.size(), 60U);
  for (std::int64_t second = 0; second < 60; ++second) {
    EXPECT_EQ(p.lags[second].freshness, (second + 1) * kSecond - ms(500)) << second;
  }
  EXPECT_DOUBLE_EQ(p.lags[9].debt, (8.5 * 8.5 - 7.5 * 7.5) / 2);
}

// Another host's producer: what was passed unseen is known by what its lane shows later.
TEST(Lag, WithoutAcksALaterEventOfTheLaneSettlesTheHead) {
  Partition p(Taus{{ms(100), ms(200)}});
  LiveShard shard(p.spec(), nullptr, &p.view, &p.progress, &p.recorder, 0);
  shard.apply(p.record(0, 1, 1), ms(300));
  shard.passed(2, ms(300));
  EXPECT_TRUE(shard.settled());
}

}  // namespace
}  // namespace freshet::measure::test
