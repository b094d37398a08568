// Gaps between acknowledgements while events are due, from times that are known.
#include "harness/measure/ack_gaps.h"

#include <gtest/gtest.h>

namespace freshet::measure {
namespace {

using base::kSecond;

Nanos length(const AckGap& gap) {
  return gap.to - gap.from;
}

TEST(AckGaps, AnIdlePartitionIsNotOutOfService) {
  AckGaps gaps(2);
  EXPECT_EQ(length(gaps.acked(0, 5 * kSecond, 5 * kSecond)), 0) << "nothing was due before";
  EXPECT_EQ(length(gaps.acked(0, 65 * kSecond, 65 * kSecond + 7)), 7);
  EXPECT_EQ(length(gaps.acked(1, 30 * kSecond, 31 * kSecond)), kSecond) << "partitions are apart";
}

// Ten events in flight when service ends at 10.0: their acknowledgement at 13.0 ends a gap of 3 s, and the
// rest of them come in one go.
TEST(AckGaps, LastsFromTheLastAckToTheNext) {
  AckGaps gaps(1);
  gaps.acked(0, 9 * kSecond, 10 * kSecond);
  const AckGap gap = gaps.acked(0, 9 * kSecond + 1, 13 * kSecond);
  EXPECT_EQ(gap.from, 10 * kSecond);
  EXPECT_EQ(length(gap), 3 * kSecond);
  EXPECT_EQ(length(gaps.acked(0, 9 * kSecond + 2, 13 * kSecond)), 0);
}

TEST(AckGaps, BeginsWithTheFirstEventThatWaited) {
  AckGaps gaps(1);
  gaps.acked(0, 0, 1);
  EXPECT_EQ(gaps.acked(0, 4 * kSecond, 7 * kSecond).from, 4 * kSecond);
}

// What failed had waited too: the gap begins with it, and not with the event that came through.
TEST(AckGaps, CountsWhatFailedMeanwhile) {
  AckGaps gaps(1);
  gaps.acked(0, 0, 1);
  gaps.failed(0, 3 * kSecond);
  gaps.failed(0, 2 * kSecond);
  EXPECT_EQ(gaps.acked(0, 4 * kSecond, 7 * kSecond).from, 2 * kSecond);
  EXPECT_EQ(gaps.acked(0, 8 * kSecond, 9 * kSecond).from, 8 * kSecond) << "that is over";
}

TEST(AckGaps, StaysOpenWhenNothingEndsIt) {
  AckGaps gaps(1);
  gaps.acked(0, 0, kSecond);
  EXPECT_FALSE(gaps.open(0, base::kNever));
  EXPECT_EQ(gaps.open(0, 5)->from, kSecond);
  EXPECT_EQ(gaps.open(0, 4 * kSecond)->from, 4 * kSecond);
  gaps.failed(0, 2 * kSecond);
  EXPECT_EQ(gaps.open(0, base::kNever)->from, 2 * kSecond);
  EXPECT_EQ(gaps.open(0, 4 * kSecond)->to, base::kNever);
}

}  // namespace
}  // namespace freshet::measure
