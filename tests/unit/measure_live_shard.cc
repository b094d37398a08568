// Staleness, exact counters, kinds of duplicates and order of a live shard, by hand (E4-E7, T1, V1, K1, K2).
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/measure/envelope.h"
#include "tests/unit/measure_fixture.h"

namespace freshet::measure::test {
namespace {

TEST(LiveShard, RecordsStalenessInTheSecondOfTau) {
  Partition p(Taus{{900 * kMillisecond, 1100 * kMillisecond}});
  auto shard = p.open();
  p.deliver(*shard, p.record(0, 0, 0), 1150 * kMillisecond);
  p.deliver(*shard, p.record(0, 1, 1), 1150 * kMillisecond);
  p.collect();
  ASSERT_EQ(p.cohorts.size(), 2U);
  EXPECT_EQ((p.cohorts[{0, 0}].histogram.value_at_rank(1)), 250'111);  // 250 ms, three digits
  EXPECT_EQ((p.cohorts[{1, 0}].histogram.value_at_rank(1)), 50'015);
  EXPECT_EQ(p.count(Count::visible), 2U);
  EXPECT_EQ(p.count(Count::bytes_received), 200U);
  EXPECT_EQ(p.view.read(kStream, 0), 1100 * kMillisecond);
}

// E7: over a bound means more than it, to the nanosecond.
TEST(LiveShard, CountsWhatIsOverEachThresholdExactly) {
  Partition p(Taus{{0, 1, 2, 3}});
  auto shard = p.open();
  p.deliver(*shard, p.record(0, 0, 0), 2 * kSecond);       // exactly the bound
  p.deliver(*shard, p.record(0, 1, 1), 2 * kSecond + 2);   // 1 ns over
  p.deliver(*shard, p.record(0, 2, 2), 10 * kSecond + 2);  // exactly the second threshold
  p.deliver(*shard, p.record(0, 3, 3), 10 * kSecond + 4);  // over both
  p.collect();
  const Cohort& cohort = p.cohorts[{0, 0}];
  EXPECT_EQ(cohort.samples, 4U);
  EXPECT_EQ(cohort.over[0], 3U);
  EXPECT_EQ(cohort.over[1], 1U);
}

// V1: the harness's own send delay is taken off, unless it fell into a stall episode, which is the cluster's.
TEST(LiveShard, CountsWhatWouldBeOverWithoutTheOwnDelay) {
  Partition p(Taus{{0, 1, 2}});
  auto shard = p.open();
  Received late_sent = p.record(0, 0, 0);
  late_sent.sent = kSecond;  // own delay 1 s
  p.deliver(*shard, late_sent, 2 * kSecond + 2);
  Received stalled = p.record(0, 1, 1);
  stalled.sent = kSecond;
  stalled.flags = kStalled;
  p.deliver(*shard, stalled, 2 * kSecond + 2);                           // 1 ns over
  p.deliver(*shard, p.record(0, 2, 2), 2 * kSecond + kMillisecond + 3);  // own delay 1 ms: still 1 ns over
  p.collect();
  EXPECT_EQ((p.cohorts[{0, 0}].over[0]), 3U);
  EXPECT_EQ((p.cohorts[{0, 0}].over_without_own[0]), 2U);
}

TEST(LiveShard, KeepsTiersApart) {
  Partition p(Taus{{0, 1}});
  auto shard = p.open();
  Received rest = p.record(0, 1, 1);
  rest.tier = 1;
  p.deliver(*shard, p.record(0, 0, 0), kMillisecond);
  p.deliver(*shard, rest, kMillisecond);
  p.collect();
  EXPECT_EQ((p.cohorts[{0, 0}].samples), 1U);
  EXPECT_EQ((p.cohorts[{0, 1}].samples), 1U);
}

// V5 needs to see it.
TEST(LiveShard, KeepsNegativeStaleness) {
  Partition p(Taus{{kSecond}});
  auto shard = p.open();
  p.deliver(*shard, p.record(0, 0, 0), kSecond - 5);
  p.collect();
  EXPECT_EQ((p.cohorts[{1, 0}].histogram.negative()), 1U);
  EXPECT_EQ((p.cohorts[{1, 0}].samples), 1U);
  EXPECT_TRUE(shard->settled());
}

// T1: send, log and apply add up to D; the bucket is 2^(b/4) us.
TEST(LiveShard, SumsThePartsByTheSizeOfD) {
  Partition p(Taus{{0, 1000, 2000, 3000}});
  auto shard = p.open();
  const auto deliver = [&](std::uint64_t n, Nanos staleness) {
    p.deliver(*shard, p.record(0, n, static_cast<std::int64_t>(n)), static_cast<Nanos>(n) * 1000 + staleness);
  };
  deliver(0, 4096 * kMicrosecond);  // 2^12: bucket 48
  deliver(1, 4870 * kMicrosecond);  // below 2^12.25 = 4870.99: bucket 48
  deliver(2, 4872 * kMicrosecond);  // bucket 49
  deliver(3, 8191 * kMicrosecond);  // above 2^12.75: bucket 51
  p.collect();
  ASSERT_EQ(p.parts.size(), 1U);
  EXPECT_EQ(p.parts[0].buckets[48].events, 2U);
  EXPECT_EQ(p.parts[0].buckets[49].events, 1U);
  EXPECT_EQ(p.parts[0].buckets[51].events, 1U);
  const Parts::Sum& sum = p.parts[0].buckets[48];
  EXPECT_DOUBLE_EQ(sum.send, 2.0 * kMillisecond);
  EXPECT_DOUBLE_EQ(sum.log, 2.0 * kMillisecond);
  EXPECT_DOUBLE_EQ(sum.apply, (4096 + 4870 - 4000) * 1e3);
}

TEST(LiveShard, OffersItsWorstEventsWithAllStamps) {
  Taus taus(1);
  for (int i = 0; i < 500; ++i) taus[0].push_back(i);
  Partition p(taus);
  auto shard = p.open();
  for (std::uint64_t n = 0; n < 500; ++n) {
    const Nanos staleness = (n == 77 ? 900 : 5) * kMillisecond;
    p.deliver(*shard, p.record(0, n, static_cast<std::int64_t>(n)), static_cast<Nanos>(n) + staleness);
  }
  p.collect();
  EXPECT_EQ(p.worst.size(), kWorst);
  const auto worst = std::find_if(p.worst.begin(), p.worst.end(), [](const auto& e) { return e.n == 77; });
  ASSERT_NE(worst, p.worst.end());
  EXPECT_EQ(worst->visible, 77 + 900 * kMillisecond);
  EXPECT_EQ(worst->tau, 77);
  EXPECT_EQ(worst->sent, 77 + kMillisecond);
  EXPECT_EQ(worst->received, 77 + 2 * kMillisecond);
  EXPECT_EQ(worst->offset, 77);
  EXPECT_EQ(worst->stream, kStream);
  EXPECT_EQ(worst->pass, kPass);
}

// K2: below the highest position the pass ever had: redelivered. At or above it: in the log twice.
TEST(LiveShard, TellsTheKindsOfDuplicatesApart) {
  Partition p(Taus{{0, 10, 20, 30}});
  auto shard = p.open();
  p.deliver(*shard, p.record(0, 0, 0), kMillisecond);
  p.deliver(*shard, p.record(0, 1, 1), kMillisecond);
  p.deliver(*shard, p.record(0, 0, 0), 2 * kMillisecond);  // the same record again
  EXPECT_EQ(p.progress.applied.load(), 2);
  p.deliver(*shard, p.record(0, 1, 2), 2 * kMillisecond);  // another record of the same event
  Received again = p.record(0, 0, 3);
  again.attempt = 1;  // a stage made it again
  p.deliver(*shard, again, 2 * kMillisecond);
  p.collect();
  EXPECT_EQ(p.count(Count::redelivered), 1U);
  EXPECT_EQ(p.count(Count::log_duplicate), 1U);
  EXPECT_EQ(p.count(Count::reprocessed), 1U);
  EXPECT_EQ(p.count(Count::visible), 2U);
  EXPECT_EQ((p.cohorts[{0, 0}].samples), 2U) << "only the first v counts";
  EXPECT_EQ(p.count(Count::out_of_order), 0U) << "redelivered and duplicate ones are excepted";
}

// P2: two members see one copy each of an event that lies in the log twice. The first v wins.
TEST(LiveShard, OfTwoMembersThatSeeAnEventTheFirstCounts) {
  Partition p(Taus{{0, 10, 20, 30}});
  auto first = p.open();
  p.deliver(*first, p.record(0, 0, 0), kMillisecond);
  p.deliver(*first, p.record(0, 1, 1), kMillisecond);
  auto second = p.open(2 * kMillisecond, 2);
  p.deliver(*second, p.record(0, 1, 2), 5 * kMillisecond);  // the other copy of the last one
  p.deliver(*second, p.record(0, 2, 3), 5 * kMillisecond);
  p.deliver(*first, p.record(0, 3, 5), 6 * kMillisecond);  // it does not know yet that it lost the partition
  p.deliver(*second, p.record(0, 3, 6), 7 * kMillisecond);
  const Sealed one = first->seal(8 * kMillisecond, false), other = second->seal(8 * kMillisecond, true);
  p.collect();
  EXPECT_EQ((p.cohorts[{0, 0}].samples), 4U);
  EXPECT_EQ((p.cohorts[{0, 0}].histogram.total()), 4U);
  EXPECT_EQ(p.count(Count::visible), 4U);
  EXPECT_EQ(p.count(Count::log_duplicate), 2U);
  EXPECT_EQ(p.count(Count::redelivered), 0U);
  EXPECT_EQ(one.lanes[0].bits[0], 0b1011U) << "what it saw first";
  EXPECT_EQ(other.lanes[0].bits[0], 0b0100U);
  EXPECT_EQ(p.parts.size(), 1U);
  EXPECT_EQ(p.worst.size(), 4U);
}

// What another member has settled is not waited for, though this one never sees it (L1).
TEST(LiveShard, DoesNotWaitForWhatAnotherMemberHasSeen) {
  Partition p(Taus{{0, 10, 20}});
  auto first = p.open();
  auto second = p.open();
  p.deliver(*first, p.record(0, 0, 0), kMillisecond);
  p.deliver(*first, p.record(0, 1, 1), kMillisecond);
  p.deliver(*second, p.record(0, 1, 2), 2 * kMillisecond);
  EXPECT_FALSE(second->settled());
  second->look(3 * kMillisecond);
  EXPECT_EQ(second->freshness_lag(3 * kMillisecond), 3 * kMillisecond - 20) << "of the third event";
  p.deliver(*second, p.record(0, 2, 3), 3 * kMillisecond);
  EXPECT_TRUE(second->settled());
}

// E5: in a compacted log the next event of a key after a gap says its D, for those of its key that may have
// been removed. Event n of the lane is of the key at place n.
TEST(LiveShard, TellsTheStalenessOfWhatMayStandForRemovedEvents) {
  const std::vector<std::uint32_t> keys = {0, 1, 0, 1, 0, 0, 1, 1};
  for (const bool compacted : {true, false}) {
    Partition p(Taus{{0, 10, 20, 30, 40, 50, 60, 70}});
    p.compacted = compacted;
    auto shard = p.open();
    std::vector<std::uint64_t> told;
    for (const std::uint64_t n : {0U, 1U, 3U, 4U, 5U, 6U, 7U}) {  // the third one is not there any more
      Received record = p.record(0, n, static_cast<std::int64_t>(n));
      record.key = keys[n];
      p.acks.handed_over(0, n);
      p.acks.acked(0, n, static_cast<std::int64_t>(n));
      if (n == 3) p.acks.handed_over(0, 2), p.acks.acked(0, 2, 2);
      p.deliver(*shard, record, record.tau + 5 * kMillisecond);
      p.collect();
      if (told.size() < p.carriers.size()) told.push_back(n);
    }
    // The fourth comes right behind the gap; the fifth is of the key that has it; after it nothing is open.
    EXPECT_EQ(told, compacted ? (std::vector<std::uint64_t>{3, 4}) : std::vector<std::uint64_t>{});
    if (!compacted) continue;
    EXPECT_EQ(p.carriers[1].n, 4U);
    EXPECT_EQ(p.carriers[1].lane, 0);
    EXPECT_EQ(p.carriers[1].staleness, 5 * kMillisecond);
    EXPECT_EQ(p.carriers[1].without_own, 4 * kMillisecond);
    EXPECT_EQ(p.carriers[1].send, kMillisecond);
    EXPECT_EQ(p.carriers[1].log, kMillisecond);
  }
}

TEST(LiveShard, AnEventThatIsNotOfThePartitionIsCorrupt) {
  Partition p(Taus{{0, 10}});
  auto shard = p.open();
  Received beyond = p.record(0, 0, 0);
  beyond.n = 2;
  p.deliver(*shard, beyond, kMillisecond);
  Received strange = p.record(0, 0, 1);
  strange.lane = 7;
  p.deliver(*shard, strange, kMillisecond);
  p.collect();
  EXPECT_EQ(p.count(Count::corrupt), 2U);
  EXPECT_EQ(p.count(Count::visible), 0U);
}

// K1: order per key, from the view's word.
TEST(LiveShard, CountsWhatComesAfterALaterEventOfItsKey) {
  Partition p(Taus{{0, 10, 20, 30}, {15}});
  auto shard = p.open();
  p.deliver(*shard, p.record(0, 0, 0), kMillisecond);
  p.deliver(*shard, p.record(0, 3, 1), kMillisecond);
  p.deliver(*shard, p.record(0, 1, 2), kMillisecond);  // τ 10 after τ 30
  p.deliver(*shard, p.record(0, 2, 3), kMillisecond);  // τ 20 after τ 30
  p.deliver(*shard, p.record(1, 0, 4), kMillisecond);  // another key
  p.collect();
  EXPECT_EQ(p.count(Count::out_of_order), 2U);
  EXPECT_EQ(p.count(Count::visible), 5U);
  EXPECT_EQ(p.view.read(kStream, 0), 30) << "never lowered";
}

TEST(LiveShard, EventsOfOneKeyAtTheSameTimeAreInOrder) {
  Partition p(Taus{{5, 5}});
  auto shard = p.open();
  p.deliver(*shard, p.record(0, 1, 0), kMillisecond);
  p.deliver(*shard, p.record(0, 0, 1), kMillisecond);
  p.collect();
  EXPECT_EQ(p.count(Count::out_of_order), 0U);
}

TEST(LiveShard, SealsWhatItSaw) {
  Taus taus(2);
  for (int i = 0; i < 130; ++i) taus[0].push_back(i);
  taus[1] = {5, 6};
  Partition p(taus);
  auto shard = p.open(0, 3);
  EXPECT_EQ(p.progress.position.load(), 3);
  p.deliver(*shard, p.record(0, 0, 3), kMillisecond);
  p.deliver(*shard, p.record(0, 129, 4), kMillisecond);
  p.deliver(*shard, p.record(1, 1, 5), kMillisecond);
  shard->passed(9, kMillisecond);  // an End beyond control records
  const Sealed sealed = shard->seal(2 * kMillisecond, false);
  EXPECT_EQ(sealed.stream, kStream);
  EXPECT_EQ(sealed.pass, kPass);
  EXPECT_EQ(sealed.partition, kPartition);
  EXPECT_EQ(sealed.first_offset, 3);
  EXPECT_EQ(sealed.position, 9);
  EXPECT_FALSE(sealed.clean);
  EXPECT_EQ(p.progress.position.load(), 9);
  ASSERT_EQ(sealed.lanes.size(), 2U);
  EXPECT_EQ(sealed.lanes[0].planned, 130U);
  EXPECT_EQ(sealed.lanes[0].bits, (std::vector<std::uint64_t>{1, 0, 2}));
  EXPECT_EQ(sealed.lanes[1].bits, std::vector<std::uint64_t>{2});
}

TEST(ReplayShard, CountsWithoutStaleness) {
  Partition p(Taus{{0, 10, 20}});
  ReplayShard shard(p.spec(0, /*times=*/false), &p.progress, &p.recorder);
  const auto deliver = [&](const Received& r) {
    shard.apply(r, kMillisecond);
    shard.passed(r.offset + 1, kMillisecond);
  };
  deliver(p.record(0, 0, 0));
  deliver(p.record(0, 2, 1));
  deliver(p.record(0, 0, 0));  // redelivered
  deliver(p.record(0, 2, 2));  // twice in the log
  Received again = p.record(0, 2, 3);
  again.attempt = 2;
  deliver(again);
  Received beyond = p.record(0, 0, 4);
  beyond.n = 3;
  deliver(beyond);
  shard.passed(9, kMillisecond);
  const Sealed sealed = shard.seal(kSecond, true);
  p.collect();
  EXPECT_EQ(p.count(Count::visible), 2U);
  EXPECT_EQ(p.count(Count::bytes_received), 200U);
  EXPECT_EQ(p.count(Count::redelivered), 1U);
  EXPECT_EQ(p.count(Count::log_duplicate), 1U);
  EXPECT_EQ(p.count(Count::reprocessed), 1U);
  EXPECT_EQ(p.count(Count::corrupt), 1U);
  EXPECT_TRUE(p.cohorts.empty()) << "P1: a replay has no staleness";
  EXPECT_TRUE(p.lags.empty());
  EXPECT_EQ(sealed.position, 9);
  EXPECT_EQ(sealed.lanes[0].bits[0], 0b101U);
  EXPECT_EQ(p.progress.applied.load(), 9);
}

// P4: the log was cut at offset 1 and new records came in the place of the old ones. They are new, and what
// comes again of them is redelivered.
TEST(LiveShard, WhatComesAfterACutIsNewAtOldOffsets) {
  Partition p(Taus{{0, 1, 2, 3, 4}});
  auto shard = p.open();
  for (std::uint64_t n = 0; n < 3; ++n)
    p.deliver(*shard, p.record(0, n, static_cast<int>(n)), 10 + static_cast<Nanos>(n));
  shard->truncated(1);
  p.deliver(*shard, p.record(0, 3, 1), 20);
  p.deliver(*shard, p.record(0, 3, 1), 21);
  p.deliver(*shard, p.record(0, 4, 2), 22);
  p.collect();
  EXPECT_EQ(p.count(Count::visible), 5U);
  EXPECT_EQ(p.count(Count::redelivered), 1U);
  EXPECT_EQ(p.count(Count::log_duplicate), 0U);
}

}  // namespace
}  // namespace freshet::measure::test
