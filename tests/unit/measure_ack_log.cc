// The producing side's shard (P3) and when an ack's offset is believed (E6).
#include "harness/measure/ack_log.h"

#include <gtest/gtest.h>

namespace freshet::measure {
namespace {

TEST(AckLog, KeepsTheStateOfEveryEvent) {
  AckLog log({3, 0, 8}, 1);
  EXPECT_EQ(log.lanes(), 3);
  EXPECT_EQ(log.planned(0), 3U);
  EXPECT_EQ(log.planned(1), 0U);
  EXPECT_EQ(log.planned(2), 8U);
  for (std::uint64_t n = 0; n < 8; ++n) EXPECT_EQ(log.get(2, n).state, AckState::planned);
  log.handed_over(2, 0);
  log.handed_over(2, 1);
  log.withdrawn(2, 1);
  log.not_sent(2, 2, /*own=*/true);
  log.not_sent(2, 3, /*own=*/false);
  log.failed(2, 4, /*possibly=*/false);
  log.failed(2, 5, /*possibly=*/true);
  log.acked(2, 6, 41);
  EXPECT_EQ(log.get(2, 0).state, AckState::in_flight);
  EXPECT_EQ(log.get(2, 1).state, AckState::planned);
  EXPECT_EQ(log.get(2, 2).state, AckState::not_sent_own);
  EXPECT_EQ(log.get(2, 3).state, AckState::not_sent_cluster);
  EXPECT_EQ(log.get(2, 4).state, AckState::failed);
  EXPECT_EQ(log.get(2, 5).state, AckState::indeterminate);
  EXPECT_EQ(log.get(2, 6).state, AckState::acked);
  EXPECT_EQ(log.get(2, 6).offset, 41);
  EXPECT_EQ(log.get(2, 7).state, AckState::planned);
  EXPECT_EQ(log.get(2, 5).offset, -1);
  EXPECT_EQ(log.get(0, 0).state, AckState::planned) << "lanes do not touch each other";
}

void expect_unknown(const AckLog& log, int lane, std::uint64_t n) {
  EXPECT_EQ(log.get(lane, n).state, AckState::acked_unknown) << "lane " << lane << " n " << n;
  EXPECT_EQ(log.get(lane, n).offset, -1);
}
void expect_acked(const AckLog& log, int lane, std::uint64_t n, std::int64_t offset) {
  EXPECT_EQ(log.get(lane, n).state, AckState::acked) << "lane " << lane << " n " << n;
  EXPECT_EQ(log.get(lane, n).offset, offset);
}

TEST(AckLog, BelievesRisingOffsetsWithGaps) {
  AckLog log({4}, 1);
  const std::int64_t offsets[] = {0, 1, 5, 100};
  for (std::uint64_t n = 0; n < 4; ++n) log.acked(0, n, offsets[n]);
  for (std::uint64_t n = 0; n < 4; ++n) expect_acked(log, 0, n, offsets[n]);
}

// A duplicate-sequence ack says -1, 0 or an older offset.
TEST(AckLog, DoesNotBelieveWhatADuplicateSequenceSays) {
  AckLog log({6}, 1);
  log.acked(0, 0, 10);
  log.acked(0, 1, -1);
  log.acked(0, 2, 0);
  log.acked(0, 3, 10);
  expect_acked(log, 0, 0, 10);
  for (const std::uint64_t n : {1U, 2U, 3U}) expect_unknown(log, 0, n);
  // Three acks without an offset lie between: 11, 12, 13 are theirs, 13 cannot be the next one's.
  log.acked(0, 4, 13);
  expect_unknown(log, 0, 4);
  log.acked(0, 5, 15);  // 10 + 1 + 4
  expect_acked(log, 0, 5, 15);
}

TEST(AckLog, ABelievedOffsetForgetsTheUnknownBefore) {
  AckLog log({4}, 1);
  log.acked(0, 0, -1);
  log.acked(0, 1, 0);
  expect_unknown(log, 0, 1);  // one before it has no offset: at least 1
  log.acked(0, 2, 2);
  log.acked(0, 3, 3);
  expect_acked(log, 0, 2, 2);
  expect_acked(log, 0, 3, 3);
}

// Partition = lane mod partitions: offsets of one say nothing about another's.
TEST(AckLog, BelievesEachPartitionOnItsOwn) {
  AckLog log({2, 2, 2, 2}, 2);
  log.acked(0, 0, 50);
  log.acked(1, 0, 3);   // partition 1
  log.acked(2, 0, 50);  // partition 0 again: 51 is the least
  log.acked(3, 0, 4);
  expect_acked(log, 0, 0, 50);
  expect_acked(log, 1, 0, 3);
  expect_unknown(log, 2, 0);
  expect_acked(log, 3, 0, 4);
}

TEST(AckLog, KeepsOffsetsUpToTheLargestThatFits) {
  AckLog log({3}, 1);
  constexpr std::int64_t kLargest = 0xffffffffLL - 16;
  log.acked(0, 0, kLargest - 1);
  log.acked(0, 1, kLargest);
  log.acked(0, 2, kLargest + 1);
  expect_acked(log, 0, 0, kLargest - 1);
  expect_acked(log, 0, 1, kLargest);
  expect_unknown(log, 0, 2);
}

// A timed-out send may be reported, and acknowledged, in whatever order.
TEST(AckLog, FailuresDoNotMoveTheBelief) {
  AckLog log({3}, 1);
  log.acked(0, 0, 7);
  log.failed(0, 1, true);
  log.acked(0, 2, 8);
  expect_acked(log, 0, 2, 8);
}

}  // namespace
}  // namespace freshet::measure
