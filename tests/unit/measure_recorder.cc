// What is recorded reaches the writer, once, in deltas (H2).
#include "harness/measure/recorder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

namespace freshet::measure {
namespace {

using base::kMillisecond;
using base::kSecond;

constexpr Series kEnterprise{0, 1, 0, Measure::staleness};
constexpr Series kRest{0, 1, 1, Measure::staleness};

TEST(Recorder, PutsASampleIntoTheSecondOfItsTau) {
  Recorder recorder;
  recorder.record(kRest, 1'999'999'999, 5 * kMillisecond);
  recorder.record(kRest, 2 * kSecond, 6 * kMillisecond);
  recorder.record(kRest, -1, 7 * kMillisecond);  // prefill: a second of its own
  recorder.record(kEnterprise, 2 * kSecond + 1, 8 * kMillisecond);
  recorder.record(kRest, 2 * kSecond + 2, -1);
  recorder.cut();
  Interval* taken = recorder.take();
  ASSERT_NE(taken, nullptr);
  std::map<std::pair<std::int64_t, int>, const Cohort*> cohorts;
  for (const Cohort& c : taken->cohorts) cohorts[{c.second, c.series.tier}] = &c;
  ASSERT_EQ(cohorts.size(), 4U);
  EXPECT_EQ(taken->cohorts.size(), 4U);
  EXPECT_EQ((cohorts[{1, 1}]->histogram.value_at_rank(1)), 5003);
  EXPECT_EQ((cohorts[{2, 1}]->samples), 2U);
  EXPECT_EQ((cohorts[{2, 1}]->histogram.negative()), 1U);
  EXPECT_EQ((cohorts[{-1, 1}]->histogram.total()), 1U);
  EXPECT_EQ((cohorts[{2, 0}]->histogram.value_at_rank(1)), 8003);
}

// More series and seconds than the short way has slots: each keeps its own counts.
TEST(Recorder, KeepsManyCohortsApart) {
  Recorder recorder;
  for (int round = 1; round <= 3; ++round) {
    for (std::uint16_t stream = 0; stream < 5; ++stream) {
      for (std::int64_t second = 0; second < 40; ++second) {
        Cohort& cohort = recorder.cohort({stream, 1, 0, Measure::staleness}, second);
        cohort.samples += stream * 100U + static_cast<std::uint64_t>(second) + 1;
      }
    }
  }
  recorder.cut();
  const Interval* taken = recorder.take();
  ASSERT_EQ(taken->cohorts.size(), 200U);
  for (const Cohort& c : taken->cohorts) {
    EXPECT_EQ(c.samples, 3 * (c.series.stream * 100U + static_cast<std::uint64_t>(c.second) + 1));
  }
}

TEST(Recorder, CountsBySecondStreamAndPass) {
  Recorder recorder;
  recorder.count(0, 1, kSecond - 1, Count::visible);
  recorder.count(0, 1, kSecond, Count::visible, 4);
  recorder.count(0, 1, kSecond - 1, Count::visible, 2);
  recorder.count(0, 2, kSecond, Count::corrupt);
  recorder.count(3, kNoPass, kSecond, Count::sent);
  recorder.cut();
  const Interval* taken = recorder.take();
  ASSERT_EQ(taken->counts.size(), 4U);
  const auto value = [&](std::uint16_t stream, std::uint16_t pass, std::int64_t second, Count what) {
    for (const CountSecond& c : taken->counts) {
      if (c.stream == stream && c.pass == pass && c.second == second)
        return c.counts[static_cast<std::size_t>(what)];
    }
    return std::uint64_t{99};
  };
  EXPECT_EQ(value(0, 1, 0, Count::visible), 3U);
  EXPECT_EQ(value(0, 1, 1, Count::visible), 4U);
  EXPECT_EQ(value(0, 2, 1, Count::corrupt), 1U);
  EXPECT_EQ(value(0, 2, 1, Count::visible), 0U);
  EXPECT_EQ(value(3, kNoPass, 1, Count::sent), 1U);
}

TEST(Recorder, HandsOverDeltas) {
  Recorder recorder;
  EXPECT_EQ(recorder.take(), nullptr);
  recorder.cut();
  EXPECT_EQ(recorder.take(), nullptr) << "nothing was recorded";
  recorder.record(kRest, 0, kMillisecond);
  recorder.lag({.stream = 0, .pass = 1, .freshness = 5});
  recorder.offsets({.position = 6});
  recorder.receiver({.busy = 0.5});
  recorder.parts(0, 1, 0).buckets[3].events = 8;
  recorder.worst({.stream = 0, .pass = 1, .visible = 9});
  recorder.cut();
  recorder.record(kRest, 0, kMillisecond);
  recorder.record(kRest, 0, kMillisecond);
  Interval* first = recorder.take();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->cohorts.at(0).samples, 1U);
  EXPECT_EQ(first->lags.at(0).freshness, 5);
  EXPECT_EQ(first->offsets.at(0).position, 6);
  EXPECT_EQ(first->receivers.at(0).busy, 0.5);
  EXPECT_EQ(first->parts.at(0).buckets[3].events, 8U);
  EXPECT_EQ(first->worst.at(0).visible, 9);
  // The writer holds the other one: the owner goes on with its own, and nothing is lost.
  recorder.cut();
  EXPECT_EQ(recorder.take(), nullptr);
  recorder.record(kRest, 0, kMillisecond);
  recorder.give_back(first);
  recorder.cut();
  Interval* second = recorder.take();
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->cohorts.at(0).samples, 3U);
  EXPECT_EQ(second->cohorts.at(0).histogram.total(), 3U);
  EXPECT_TRUE(second->lags.empty() && second->worst.empty() && second->parts.empty());
  recorder.give_back(second);
  recorder.cut();
  EXPECT_EQ(recorder.take(), nullptr);
}

TEST(Recorder, KeepsTheWorstOfEachStreamAndPass) {
  Recorder recorder;
  for (int i = 0; i < 1000; ++i) {
    const Nanos staleness = (i * 7919) % 1000;  // each of 0 … 999 once
    recorder.worst({.stream = 0, .pass = 1, .tau = 10, .visible = 10 + staleness});
  }
  recorder.worst({.stream = 0, .pass = 2, .tau = 0, .visible = 1});
  recorder.cut();
  const Interval* taken = recorder.take();
  ASSERT_EQ(taken->worst.size(), kWorst + 1);
  std::vector<Nanos> kept;
  for (const WorstEvent& e : taken->worst) {
    if (e.pass == 1) kept.push_back(e.visible - e.tau);
  }
  std::sort(kept.begin(), kept.end());
  ASSERT_EQ(kept.size(), kWorst);
  for (std::size_t i = 0; i < kWorst; ++i) EXPECT_EQ(kept[i], static_cast<Nanos>(900 + i));
}

// Two threads, cuts at any time: the sum of what was taken is what was recorded.
TEST(Recorder, LosesNothingBetweenThreads) {
  Recorder recorder;
  constexpr int kSamples = 20'000;
  std::atomic<bool> done{false};
  std::uint64_t samples = 0, in_histograms = 0, counted = 0, worst = 0;
  const auto drain = [&] {
    Interval* taken = recorder.take();
    if (!taken) return;
    for (const Cohort& c : taken->cohorts) {
      samples += c.samples;
      in_histograms += c.histogram.total();
    }
    for (const CountSecond& c : taken->counts) counted += c.counts[static_cast<std::size_t>(Count::visible)];
    worst += taken->worst.size();
    recorder.give_back(taken);
  };
  std::thread writer([&] {
    while (!done.load()) drain();
  });
  for (int i = 0; i < kSamples; ++i) {
    const Nanos tau = i * kMillisecond;
    recorder.record(i % 3 == 0 ? kEnterprise : kRest, tau, i * kMillisecond);
    recorder.count(0, 1, tau, Count::visible);
    if (i % 1000 == 0) recorder.worst({.stream = 0, .pass = 1, .visible = i});
    if (i % 7 == 0) recorder.cut();
  }
  done = true;
  writer.join();
  drain();
  recorder.cut();
  drain();
  EXPECT_EQ(samples, static_cast<std::uint64_t>(kSamples));
  EXPECT_EQ(in_histograms, static_cast<std::uint64_t>(kSamples));
  EXPECT_EQ(counted, static_cast<std::uint64_t>(kSamples));
  EXPECT_EQ(worst, kSamples / 1000U);
}

}  // namespace
}  // namespace freshet::measure
