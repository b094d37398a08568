#include "workloads/service.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace freshet::workloads {
namespace {

using base::kMillisecond;
using base::Nanos;

std::vector<Nanos> draw(const ServiceTimes& times, std::uint16_t lane, std::size_t n) {
  std::vector<Nanos> drawn(n);
  for (std::size_t i = 0; i < n; ++i) drawn[i] = times.of(0, lane, i);
  return drawn;
}

TEST(ServiceTimes, AConstantOneIsTheSameForEachEvent) {
  for (const Nanos time : draw(ServiceTimes(3 * kMillisecond), 7, 100)) EXPECT_EQ(time, 3 * kMillisecond);
  EXPECT_TRUE(ServiceTimes().none());
  EXPECT_FALSE(ServiceTimes(1).none());
}

// Mean, and the share of times beyond t, e^(-t/mean), at four points. A million draws: the standard error of
// each share is below 0.05 %.
TEST(ServiceTimes, AnExponentialOneHasItsDistribution) {
  const ServiceTimes times(10 * kMillisecond, ServiceKind::exponential, 5);
  const std::vector<Nanos> drawn = draw(times, 3, 1'000'000);
  const double mean = std::accumulate(drawn.begin(), drawn.end(), 0.0) / static_cast<double>(drawn.size());
  EXPECT_NEAR(mean / (10.0 * kMillisecond), 1, 0.004);
  for (const double t : {0.1, 1.0, 2.0, 5.0}) {
    const auto beyond = std::ranges::count_if(
        drawn, [&](Nanos time) { return static_cast<double>(time) > t * 10 * kMillisecond; });
    EXPECT_NEAR(static_cast<double>(beyond) / static_cast<double>(drawn.size()), std::exp(-t), 0.0025) << t;
  }
}

TEST(ServiceTimes, DependOnSeedStreamLaneAndEventAlone) {
  const ServiceTimes times(kMillisecond, ServiceKind::exponential, 9);
  const ServiceTimes again(kMillisecond, ServiceKind::exponential, 9);
  const ServiceTimes other(kMillisecond, ServiceKind::exponential, 10);
  for (std::uint64_t n = 1000; n-- > 0;) {
    ASSERT_EQ(times.of(2, 5, n), again.of(2, 5, n));
    ASSERT_NE(times.of(2, 5, n), other.of(2, 5, n));
    ASSERT_NE(times.of(2, 5, n), times.of(3, 5, n));
    ASSERT_NE(times.of(2, 5, n), times.of(2, 6, n));
  }
}

// Neighbouring events and lanes are not alike: the correlation of 100 000 pairs is below 4 standard errors.
TEST(ServiceTimes, AreUncorrelated) {
  const ServiceTimes times(kMillisecond, ServiceKind::exponential, 1);
  const std::vector<Nanos> lane = draw(times, 0, 100'001), next = draw(times, 1, 100'000);
  double after = 0, beside = 0;
  for (std::size_t i = 0; i < 100'000; ++i) {
    const auto part = [](Nanos t) { return static_cast<double>(t) / kMillisecond - 1; };
    after += part(lane[i]) * part(lane[i + 1]);
    beside += part(lane[i]) * part(next[i]);
  }
  EXPECT_LT(std::abs(after / 100'000), 4 / std::sqrt(100'000.0));
  EXPECT_LT(std::abs(beside / 100'000), 4 / std::sqrt(100'000.0));
}

}  // namespace
}  // namespace freshet::workloads
