// What a run folder tells by second: whatever the order in which it comes, it is what a map would make of it.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "harness/results/facts.h"
#include "harness/results/samples.h"
#include "harness/results/seconds.h"

namespace freshet::results {

// For these tests: values that are put together tell in which order.
template <>
struct Fold<std::vector<int>> {
  static void add(std::vector<int>& sum, const std::vector<int>& more) {
    sum.insert(sum.end(), more.begin(), more.end());
  }
};

namespace {

using Told = std::vector<int>;

void expect_same(const Seconds<Told>& seconds, const std::map<std::int64_t, Told>& expected) {
  std::map<std::int64_t, Told> all;
  std::int64_t last = INT64_MIN;
  for (const auto& [second, told] : seconds) {
    EXPECT_LT(last, second);
    last = second;
    all[second] = told;
  }
  EXPECT_EQ(all, expected);
  for (std::int64_t second = -60; second < 60; ++second) {
    const auto found = expected.find(second);
    const Told* const told = seconds.find(second);
    ASSERT_EQ(told != nullptr, found != expected.end()) << second;
    if (told) {
      EXPECT_EQ(*told, found->second);
    }
    const auto from = expected.lower_bound(second);
    ASSERT_EQ(seconds.lower_bound(second) == seconds.end(), from == expected.end());
    if (from != expected.end()) {
      EXPECT_EQ(seconds.lower_bound(second)->second, from->first);
    }
  }
  EXPECT_EQ(seconds.find(INT64_MIN), nullptr);
  EXPECT_EQ(seconds.find(INT64_MAX), nullptr);
}

TEST(Seconds, AreThoseOfAMapWhateverTheOrder) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    Seconds<Told> seconds;
    std::map<std::int64_t, Told> expected;
    const int rows = static_cast<int>(random() % 60);
    const bool in_order = round % 3 == 0;
    for (int i = 0; i < rows; ++i) {
      const std::int64_t second = in_order ? i / 2 * (1 + round % 2) : static_cast<int>(random() % 50) - 25;
      seconds.add(second, {i});
      expected[second].push_back(i);
    }
    seconds.arrange();
    expect_same(seconds, expected);
    for (int i = 0; i < 20; ++i) {
      const std::int64_t second = static_cast<int>(random() % 80) - 40;
      seconds.get(second, {-1}).push_back(1000 + i);
      expected.try_emplace(second, Told{-1}).first->second.push_back(1000 + i);
    }
    expect_same(seconds, expected);
  }
}

TEST(Seconds, OfALagAreTheGreatestLagsAndAllDebts) {
  Seconds<measure::LagSecond> lags;
  lags.add(7, {0, 0, 0, 7, 10, 5, -1, -1, 0.25});
  lags.add(8, {0, 0, 0, 8, 1, 1, -1, -1, 0});
  lags.add(7, {0, 0, 0, 7, 3, 9, 70, 75, 0.5});
  lags.add(7, {0, 0, 0, 7, 3, 0, 60, 72, 1});
  lags.arrange();
  const measure::LagSecond& lag = *lags.find(7);
  EXPECT_EQ(lag.freshness, 10);
  EXPECT_EQ(lag.consumer, 9);
  EXPECT_EQ(lag.first_over, 60);
  EXPECT_EQ(lag.last_over, 75);
  EXPECT_EQ(lag.debt, 1.75);
  EXPECT_EQ(lags.find(8)->freshness, 1);
}

TEST(BySeries, KeepsSeriesApart) {
  BySeries<Told> all(2, {3, 1});
  int n = 0;
  for (const std::size_t pass : {std::size_t{0}, std::size_t{1}, std::size_t{measure::kNoPass}}) {
    for (std::size_t part = 0; part < 3; ++part) all.of(0, pass, part).add(5, {n++});
    all.of(1, pass).add(5, {n++});
  }
  n = 0;
  for (const std::size_t pass : {std::size_t{0}, std::size_t{1}, std::size_t{measure::kNoPass}}) {
    for (std::size_t part = 0; part < 3; ++part) EXPECT_EQ(*all.of(0, pass, part).find(5), Told{n++});
    EXPECT_EQ(*all.of(1, pass).find(5), Told{n++});
  }
}

TEST(Samples, HaveTheRanksOfTheHistogramOfThem) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 200; ++round) {
    measure::Histogram histogram;
    Samples samples;
    for (std::uint64_t line = random() % 4; line-- > 0;) {
      measure::Histogram one;
      for (std::uint64_t i = random() % 20; i-- > 0;) {
        const std::uint64_t us = random() % (std::uint64_t{1} << (random() % 37 + 1));
        one.record_us(random() % 10 == 0 ? -1 : static_cast<std::int64_t>(us), random() % 3 + 1);
      }
      Samples more{{}, one.negative(), one.above_range()};
      one.visit([&](std::uint32_t index, std::int64_t, std::uint64_t count) {
        more.buckets.push_back({index, count});
      });
      samples.add(more);
      more.add_to(histogram);
    }
    ASSERT_EQ(samples.total(), histogram.total());
    const RankedSamples ranked(samples);
    for (std::uint64_t rank = 1; rank <= histogram.total(); ++rank)
      ASSERT_EQ(ranked.value_at_rank(rank), histogram.value_at_rank(rank)) << rank;
  }
}

TEST(Samples, KnowTheHighestValueOfEveryBucket) {
  const measure::Histogram all;
  for (std::uint32_t index = 0; index < all.buckets(); index += index < 5000 ? 1 : 97) {
    measure::Histogram one;
    one.add_at_index(index, 1);
    ASSERT_EQ(highest_us(index), one.max_us()) << index;
  }
  EXPECT_EQ(highest_us(all.buckets() - 1), measure::Histogram::kHighest);
}

}  // namespace
}  // namespace freshet::results
