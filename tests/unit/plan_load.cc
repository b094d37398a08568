// The generated load against what was asked: rates, tier shares, hot accounts, Zipf, dispersion, sizes. Seeds
// are fixed, so every statistic here is a fixed number; the limits are those a fair draw keeps.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "harness/plan/lanes.h"
#include "tests/unit/plan_fixture.h"

namespace freshet::plan {
namespace {

using base::kMillisecond;
using base::kSecond;

template <class F>
void each_event(const StreamLanes& lanes, F&& f) {
  for (MergeCursor cursor(lanes, 0, 1); !cursor.done(); cursor.advance()) f(cursor.event());
}

// Within four standard deviations of a Poisson count.
void expect_count(double got, double expected, const std::string& what) {
  EXPECT_NEAR(got, expected, 4 * std::sqrt(expected)) << what;
}

TEST(Load, EachPhaseHasItsRate) {
  Plan plan = incident_burst();
  plan.phases[2].ramp = 5 * kSecond;
  plan.phases[2].decay = 10 * kSecond;
  fill_segments(plan);
  const StreamLanes lanes(plan, 1);
  std::vector<double> seconds(150);
  each_event(lanes, [&](const Event& event) { ++seconds[static_cast<std::size_t>(event.tau / kSecond)]; });
  double total = 0, chi_square = 0;
  for (std::size_t s = 0; s < seconds.size(); ++s) {
    const auto begin = static_cast<Nanos>(s) * kSecond;
    const double expected = lanes.expected(begin, begin + kSecond);
    EXPECT_NEAR(expected, rate_at(plan.streams[1], begin + kSecond / 2), 1e-6)
        << "a trapezoid's mean is its middle";
    expect_count(seconds[s], expected, "second " + std::to_string(s));
    chi_square += (seconds[s] - expected) * (seconds[s] - expected) / expected;
    total += seconds[s];
  }
  EXPECT_EQ(total, static_cast<double>(lanes.count()));
  EXPECT_NEAR(chi_square, 150, 4 * std::sqrt(2 * 150.0));
}

TEST(Load, TiersHaveTheirSharesAndHotAccountsTheirs) {
  const Plan plan = incident_burst();
  const StreamLanes lanes(plan, 1);
  const auto hot = lanes.hot_accounts(5);
  double enterprise[2] = {}, all[2] = {}, to_hot = 0;
  each_event(lanes, [&](const Event& event) {
    const bool incident = event.tau >= 80 * kSecond && event.tau < 110 * kSecond;
    ++all[incident];
    enterprise[incident] += event.tier == 0 ? 1 : 0;
    to_hot += incident && std::find(hot.begin(), hot.end(), event.key) != hot.end() ? 1 : 0;
  });
  const auto expect_share = [](double part, double whole, double share) {
    EXPECT_NEAR(part / whole, share, 4 * std::sqrt(share * (1 - share) / whole));
  };
  expect_share(enterprise[0], all[0], 0.45);
  // E9: half of the incident's events go to the hot five, the rest keeps the base mix.
  expect_share(enterprise[1], all[1], 0.5 + 0.5 * 0.45);
  expect_share(to_hot, all[1], 0.5 + 0.5 * 0.45 * 5 / 20);
}

TEST(Load, ExpectationsAreExact) {
  const Plan plan = incident_burst();
  const StreamLanes lanes(plan, 1);
  const Nanos begin = 80 * kSecond, end = 110 * kSecond;
  const double events = 16'000.0 * 30;
  EXPECT_NEAR(lanes.expected(begin, end), events, 1e-6);
  EXPECT_NEAR(lanes.expected_tier(0, begin, end), events * 0.725, events * 1e-12);
  EXPECT_NEAR(lanes.expected_tier(1, begin, end), events * 0.275, events * 1e-12);
  double by_lane = 0, by_key = 0;
  for (int lane = 0; lane < lanes.lanes(); ++lane) by_lane += lanes.expected_lane(lane, begin, end);
  for (std::uint32_t key = 0; key < lanes.keys(); ++key) by_key += lanes.expected_key(key, begin, end);
  EXPECT_NEAR(by_lane / events, 1, 1e-12);
  EXPECT_NEAR(by_key / events, 1, 1e-11);
  const std::uint32_t hottest = lanes.hottest_key(begin, end);
  const auto hot = lanes.hot_accounts(5);
  EXPECT_NE(std::find(hot.begin(), hot.end(), hottest), hot.end());
  EXPECT_NEAR(lanes.expected_key(hottest, begin, end) / events, 0.5 / 5 + 0.5 * 0.45 / 20, 1e-12);
  // Before the incident the first of the Zipf tail is the heaviest: 0.55 over Σ k^-1.1.
  EXPECT_EQ(lanes.hottest_key(0, begin), 20U);
}

TEST(Load, HotAccountsAreASeededDrawFromTheEnterpriseTierForAllStreams) {
  Plan plan = incident_burst();
  plan.phases[2].streams.clear();
  fill_segments(plan);
  const auto hot = StreamLanes(plan, 0).hot_accounts(5);
  EXPECT_EQ(hot, StreamLanes(plan, 1).hot_accounts(5));
  ASSERT_EQ(hot.size(), 5U);
  for (const std::uint32_t account : hot) EXPECT_LT(account, 20U);
  EXPECT_EQ(std::set<std::uint32_t>(hot.begin(), hot.end()).size(), 5U);
  plan.seed = 99;
  EXPECT_NE(hot, StreamLanes(plan, 0).hot_accounts(5));
}

TEST(Load, KeysFollowZipf) {
  // 100 keys of the tail alone: each expected count is large enough for a chi-square test.
  const Plan plan = steady(5000, 100, tenants(0, 0, 100, 1.1));
  const StreamLanes lanes(plan, 0);
  std::vector<double> counts(lanes.keys());
  each_event(lanes, [&](const Event& event) { ++counts[event.key]; });
  double chi_square = 0;
  for (std::uint32_t key = 0; key < lanes.keys(); ++key) {
    const double expected = lanes.expected_key(key, 0, plan.end());
    ASSERT_GT(expected, 50);
    chi_square += (counts[key] - expected) * (counts[key] - expected) / expected;
    if (key > 0) {
      EXPECT_NEAR(lanes.expected_key(key, 0, plan.end()) / lanes.expected_key(0, 0, plan.end()),
                  std::pow(key + 1, -1.1), 1e-12);
    }
  }
  EXPECT_NEAR(chi_square, 100, 4 * std::sqrt(2 * 100.0));
}

TEST(Load, SubKeysOfAnAccountShareItsEvents) {
  Plan plan = steady(5000, 50, tenants(2, 0.5, 3, 0));
  plan.streams[0].key = KeyKind::conversation;
  plan.streams[0].keys_per_account = 4;
  const StreamLanes lanes(plan, 0);
  ASSERT_EQ(lanes.keys(), 20U);
  std::vector<double> counts(lanes.keys());
  each_event(lanes, [&](const Event& event) { ++counts[event.key]; });
  for (std::uint32_t key = 0; key < 20; ++key) {
    expect_count(counts[key], 250'000 * (key < 8 ? 0.5 / 8 : 0.5 / 12), "key " + std::to_string(key));
  }
}

// Var N / E N of the stream's counts in windows: 1 for Poisson, less for uniform.
double dispersion(const Plan& plan, Nanos window) {
  const StreamLanes lanes(plan, 0);
  std::vector<double> counts(static_cast<std::size_t>(plan.end() / window));
  each_event(lanes, [&](const Event& event) { ++counts[static_cast<std::size_t>(event.tau / window)]; });
  double mean = 0, square = 0;
  for (const double count : counts) mean += count / static_cast<double>(counts.size());
  for (const double count : counts) square += (count - mean) * (count - mean);
  return square / static_cast<double>(counts.size() - 1) / mean;
}

TEST(Load, IsPoissonAtEveryScaleOrEven) {
  Plan plan = steady(1000, 300);
  for (const Nanos window : {10 * kMillisecond, 100 * kMillisecond, kSecond}) {
    const double windows = static_cast<double>(plan.end() / window);
    EXPECT_NEAR(dispersion(plan, window), 1, 4 * std::sqrt(2 / windows)) << window;
  }
  plan.streams[0].arrival = workloads::Arrival::uniform;
  for (const Nanos window : {100 * kMillisecond, kSecond}) EXPECT_LT(dispersion(plan, window), 0.3) << window;
}

TEST(Load, UniformArrivalsAreEvenWithinALane) {
  Plan plan = steady(3600, 10);
  plan.streams[0].arrival = workloads::Arrival::uniform;
  const StreamLanes lanes(plan, 0);
  for (int lane = 0; lane < lanes.lanes(); ++lane) {
    const double gap = 10e9 / lanes.expected_lane(lane, 0, plan.end());
    TimeCursor times(lanes, lane);
    EXPECT_LT(static_cast<double>(times.tau()), gap);
    for (Nanos before = times.tau(); times.advance(), times.tau() != base::kNever; before = times.tau()) {
      ASSERT_NEAR(static_cast<double>(times.tau() - before), gap, 1.001);
    }
  }
}

TEST(Load, SizesFollowTheirModel) {
  Plan plan = steady(5000, 20);
  plan.streams[0].size = {workloads::SizeKind::lognormal, 64, 100'000, 500, 0.8};
  const StreamLanes lanes(plan, 0);
  double bytes = 0, events = 0, below_median = 0;
  each_event(lanes, [&](const Event& event) {
    bytes += event.size;
    ++events;
    below_median += event.size < 500 ? 1 : 0;
  });
  EXPECT_NEAR(bytes / events / lanes.mean_size(), 1, 0.015);
  EXPECT_NEAR(below_median / events, 0.5, 4 * 0.5 / std::sqrt(events));
}

}  // namespace
}  // namespace freshet::plan
