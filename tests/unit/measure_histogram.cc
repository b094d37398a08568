// The histogram against HdrHistogram's own published answers (H1).
#include "harness/measure/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "harness/base/random.h"

namespace freshet::measure {
namespace {

using base::kMicrosecond;
using base::kMillisecond;

// (value, lowest equivalent, highest equivalent): HdrHistogram's tests for three digits.
struct Equivalence {
  std::int64_t value, lowest, highest;
};

TEST(Histogram, ValuesAreEquivalentAsInHdrHistogram) {
  for (const auto& [value, lowest, highest] :
       std::vector<Equivalence>{{0, 0, 0},
                                {1, 1, 1},
                                {2047, 2047, 2047},
                                {2048, 2048, 2049},
                                {2500, 2500, 2501},
                                {8180, 8180, 8183},
                                {8191, 8188, 8191},
                                {8193, 8192, 8199},
                                {9995, 9992, 9999},
                                {10'007, 10'000, 10'007},
                                {10'009, 10'008, 10'015},
                                {100'000'000, 99'942'400, 100'007'935}}) {
    Histogram histogram;
    histogram.record_us(value);
    EXPECT_EQ(histogram.value_at_rank(1), highest) << value;
    EXPECT_EQ(histogram.max_us(), highest) << value;
    histogram.visit([&](std::uint32_t, std::int64_t at, std::uint64_t count) {
      EXPECT_EQ(at, lowest) << value;
      EXPECT_EQ(count, 1U);
    });
  }
}

TEST(Histogram, IndicesAreHdrHistogramsCountsIndices) {
  const auto index_of = [](int digits, std::int64_t value) {
    Histogram histogram(digits);
    histogram.record_us(value);
    std::uint32_t found = 0;
    histogram.visit([&](std::uint32_t index, std::int64_t, std::uint64_t) { found = index; });
    return found;
  };
  // Three digits: 2048 sub-buckets in the first bucket, 1024 in each of the others.
  EXPECT_EQ(index_of(3, 0), 0U);
  EXPECT_EQ(index_of(3, 2047), 2047U);
  EXPECT_EQ(index_of(3, 2048), 2048U);
  EXPECT_EQ(index_of(3, 4095), 3071U);
  EXPECT_EQ(index_of(3, 4096), 3072U);
  EXPECT_EQ(index_of(3, 10'007), 4322U);  // bucket 3, sub-bucket 1250: (3 + 1) * 1024 + 1250 - 1024
  EXPECT_LT(index_of(3, Histogram::kHighest), 28U * 1024U);
  // Two digits: 256 and 128.
  EXPECT_EQ(index_of(2, 255), 255U);
  EXPECT_EQ(index_of(2, 256), 256U);
  EXPECT_EQ(index_of(2, 10'007), 6U * 128 + 156);  // bucket 6, sub-bucket 156: (6 + 1) * 128 + 156 - 128
}

// HdrHistogram's data access test: 10 000 times 1000, once 100 000 000.
TEST(Histogram, RanksAnswerAsInHdrHistogramsDataAccessTest) {
  Histogram histogram;
  histogram.record_us(1000, 10'000);
  histogram.record_us(100'000'000);
  EXPECT_EQ(histogram.total(), 10'001U);
  EXPECT_EQ(histogram.value_at_rank(1), 1000);
  EXPECT_EQ(histogram.value_at_rank(10'000), 1000);
  EXPECT_EQ(histogram.value_at_rank(10'001), 100'007'935);
}

// Every index there is: its lowest value is recorded at it, and buckets follow one another without a gap.
TEST(Histogram, BucketsTileTheRange) {
  for (const int digits : {2, 3}) {
    const std::uint32_t buckets = Histogram(digits).buckets();
    std::int64_t next = 0;
    for (std::uint32_t index = 0; index < buckets; ++index) {
      Histogram histogram(digits);
      histogram.record_us(next);
      std::uint32_t at = 0;
      histogram.visit([&](std::uint32_t i, std::int64_t lowest, std::uint64_t) {
        at = i;
        ASSERT_EQ(lowest, next);
      });
      ASSERT_EQ(at, index) << digits << " digits";
      next = histogram.value_at_rank(1) + 1;
    }
    EXPECT_EQ(next, Histogram::kHighest + 1);
  }
}

TEST(Histogram, TheRelativeErrorIsBelowTheDigitsAsked) {
  base::Random random(3);
  for (const auto& [digits, error] : {std::pair{3, 1e-3}, std::pair{2, 1e-2}}) {
    for (int i = 0; i < 20'000; ++i) {
      const auto value = static_cast<std::int64_t>(random.next() >> (random.below(36) + 28));
      if (value > Histogram::kHighest) continue;
      Histogram histogram(digits);
      histogram.record_us(value);
      const std::int64_t read = histogram.value_at_rank(1);
      ASSERT_GE(read, value);
      ASSERT_LE(static_cast<double>(read - value), error * static_cast<double>(value)) << value;
    }
  }
}

TEST(Histogram, NegativeAndAboveRangeAreCountedAndRanked) {
  Histogram histogram;
  histogram.record(-1);
  histogram.record(-kMillisecond);
  histogram.record(999);  // rounded down: 0 us
  histogram.record(5 * kMillisecond);
  histogram.record_us(Histogram::kHighest);
  histogram.record_us(Histogram::kHighest + 1);
  EXPECT_EQ(histogram.negative(), 2U);
  EXPECT_EQ(histogram.above_range(), 1U);
  EXPECT_EQ(histogram.in_range(), 3U);
  EXPECT_EQ(histogram.total(), 6U);
  EXPECT_EQ(histogram.value_at_rank(2), -1);
  EXPECT_EQ(histogram.value_at_rank(3), 0);
  EXPECT_EQ(histogram.value_at_rank(4), 5003);
  EXPECT_EQ(histogram.value_at_rank(5), Histogram::kHighest);
  EXPECT_EQ(histogram.value_at_rank(6), Histogram::kHighest + 1);
  EXPECT_EQ(histogram.max_us(), Histogram::kHighest);
}

// Values of all sizes, some out of range.
std::int64_t any_value(base::Random& random) {
  return static_cast<std::int64_t>(random.next() >> (random.below(40) + 24)) - 5;
}

TEST(Histogram, RanksAreNearestRanksOfTheSortedSamples) {
  base::Random random(11);
  Histogram histogram;
  std::vector<std::int64_t> samples;
  for (int i = 0; i < 5000; ++i) {
    samples.push_back(any_value(random));
    histogram.record_us(samples.back());
  }
  std::sort(samples.begin(), samples.end());
  for (std::size_t rank = 1; rank <= samples.size(); ++rank) {
    const std::int64_t value = samples[rank - 1];
    Histogram one;
    one.record_us(value);
    ASSERT_EQ(histogram.value_at_rank(rank), one.value_at_rank(1)) << rank;
  }
}

// Merging is recording all, whatever the parts and their pools.
TEST(Histogram, MergingEqualsRecordingAll) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    base::Random random(seed);
    PagePool pool(4);
    std::vector<Histogram> parts;
    for (int i = 0; i < 5; ++i) parts.emplace_back(3, i % 2 == 0 ? &pool : nullptr);
    Histogram all, merged;
    for (int i = 0; i < 2000; ++i) {
      const std::int64_t value = any_value(random);
      const std::uint64_t times = random.below(3);
      all.record_us(value, times);
      parts[random.below(parts.size())].record_us(value, times);
    }
    for (const Histogram& part : parts) merged.merge(part);
    ASSERT_EQ(merged.total(), all.total());
    EXPECT_EQ(merged.negative(), all.negative());
    EXPECT_EQ(merged.above_range(), all.above_range());
    for (std::uint64_t rank = 1; rank <= all.total(); ++rank) {
      ASSERT_EQ(merged.value_at_rank(rank), all.value_at_rank(rank)) << rank;
    }
  }
}

TEST(Histogram, ACopyByIndexIsTheSame) {
  base::Random random(5);
  Histogram from, to;
  for (int i = 0; i < 1000; ++i) from.record_us(any_value(random));
  from.visit([&](std::uint32_t index, std::int64_t, std::uint64_t count) { to.add_at_index(index, count); });
  ASSERT_EQ(to.in_range(), from.in_range());
  for (std::uint64_t rank = 1; rank <= to.in_range(); ++rank) {
    ASSERT_EQ(to.value_at_rank(rank), from.value_at_rank(rank + from.negative()));
  }
}

TEST(Histogram, ClearLeavesNothingAndPagesComeBackEmpty) {
  PagePool pool;
  Histogram histogram(3, &pool);
  histogram.record_us(5, 3);
  histogram.record_us(-1);
  histogram.record_us(Histogram::kHighest + 1);
  histogram.clear();
  EXPECT_EQ(histogram.total(), 0U);
  EXPECT_EQ(histogram.max_us(), 0);
  Histogram next(3, &pool);  // draws the page that was given back
  next.record_us(7);
  EXPECT_EQ(next.value_at_rank(1), 7);
  EXPECT_EQ(next.total(), 1U);
  std::uint64_t visited = 0;
  next.visit([&](std::uint32_t, std::int64_t, std::uint64_t count) { visited += count; });
  EXPECT_EQ(visited, 1U);
}

}  // namespace
}  // namespace freshet::measure
