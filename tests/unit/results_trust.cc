// How far figures can be trusted: the sampling floor, the halves of a steady phase, error budgets, the host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "harness/base/random.h"
#include "harness/results/flushes.h"
#include "harness/results/host_seconds.h"
#include "harness/results/line_file.h"
#include "harness/results/quantile.h"
#include "harness/results/steady.h"
#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

using base::kMicrosecond;
using testing::IsEmpty;

// ---- sampling floor -------------------------------------------------------------------------------------

// P(low <= B <= high - 1) for B binomial: what the ranks cover, by summing the distribution.
double coverage(const RankRange& ranks, double p, std::uint64_t n) {
  double sum = 0;
  for (std::uint64_t k = ranks.low; k < ranks.high; ++k) {
    const auto of = static_cast<double>(n), at = static_cast<double>(k);
    sum += std::exp(std::lgamma(of + 1) - std::lgamma(at + 1) - std::lgamma(of - at + 1) + at * std::log(p) +
                    (of - at) * std::log1p(-p));
  }
  return sum;
}

TEST(SamplingFloor, CoversWhatItClaims) {
  for (const double p : {0.5, 0.9, 0.99, 0.999}) {
    for (const double beyond : {10.0, 14.0, 37.0, 100.0, 1000.0}) {
      const auto n = static_cast<std::uint64_t>(beyond / (1 - p) + 0.5);
      const RankRange ranks = floor_ranks(p, n);
      ASSERT_GE(ranks.low, 1U);
      ASSERT_LE(ranks.high, n) << "E8 leaves room above";
      EXPECT_GE(coverage(ranks, p, n), 0.95) << p << " of " << n;
      EXPECT_LE(coverage(ranks, p, n), 0.995) << p << " of " << n;
    }
  }
}

// The same through the histogram, by simulation: 2000 samples of 2000 exponential times of 10 ms each.
TEST(SamplingFloor, HoldsTheTruePercentileInNineteenOfTwentySamples) {
  base::Random random(11);
  int held = 0;
  constexpr int kSamples = 2000;
  const double truth = -std::log(0.01) * 10 * kMillisecond;
  for (int i = 0; i < kSamples; ++i) {
    measure::Histogram histogram;
    for (int k = 0; k < 2000; ++k)
      histogram.record(static_cast<Nanos>(-std::log(random.unit()) * 10 * kMillisecond));
    const Quantile p99 = quantile(0.99, {&histogram, nullptr});
    ASSERT_EQ(p99.floor, Quantile::Kind::exact);
    EXPECT_EQ(p99.n, 2000U);
    EXPECT_LE(p99.floor_low, p99.value);
    EXPECT_GE(p99.floor_high, p99.value);
    held += static_cast<double>(p99.floor_low) <= truth && truth <= static_cast<double>(p99.floor_high);
  }
  EXPECT_GE(held, kSamples * 94 / 100);
  EXPECT_LE(held, kSamples * 99 / 100);
}

TEST(SamplingFloor, ReachesToWhatNeverBecameVisible) {
  measure::Histogram visible, ages;
  for (int i = 1; i <= 1985; ++i) visible.record_us(i);
  for (int i = 0; i < 15; ++i) ages.record_us(5'000'000);
  const Quantile p99 = quantile(0.99, {&visible, &ages});  // rank 1980 of 2000, the floor up to 1990
  EXPECT_EQ(p99.kind, Quantile::Kind::exact);
  EXPECT_EQ(p99.n, 2000U);
  EXPECT_EQ(p99.floor, Quantile::Kind::at_least);
  EXPECT_NEAR(static_cast<double>(p99.floor_high), 5.0 * kSecond, 0.01 * kSecond);
  EXPECT_EQ(quantile(1, {&visible, &ages}).floor, Quantile::Kind::not_available) << "the maximum has none";
  EXPECT_EQ(quantile(0.999, {&visible, &ages}).floor, Quantile::Kind::not_available) << "E8";
}

// ---- V6 -------------------------------------------------------------------------------------------------

// Seconds of some percentile: 10 ms, times e^(noise of that deviation).
std::vector<Nanos> seconds_of(base::Random& random, int n, double deviation) {
  std::vector<Nanos> seconds;
  for (int i = 0; i < n; ++i) {
    const double noise = deviation * base::portable_normal_quantile(random.unit());
    seconds.push_back(static_cast<Nanos>(10 * kMillisecond * std::exp(noise)));
  }
  return seconds;
}

TEST(Halves, AgreeInNearlyAllPhasesThatAreAlike) {
  base::Random random(3);
  int alarms = 0;
  for (int i = 0; i < 4000; ++i) alarms += compare_halves(seconds_of(random, 10 + i % 60, 0.5)).disagree;
  EXPECT_LE(alarms, 4000 / 200 * 2) << "0.5 % for one percentile, and something for chance";
  EXPECT_GE(alarms, 1) << "a test that cannot fail is none";
}

// A fifth of the phase ten times slower: a cold start. And the other way: it begins to labour at its end.
TEST(Halves, DisagreeWhereSomethingWarmsUpOrBeginsToLabour) {
  base::Random random(5);
  for (int i = 0; i < 50; ++i) {
    std::vector<Nanos> seconds = seconds_of(random, 60, 0.1);
    for (int s = 0; s < 12; ++s) seconds[static_cast<std::size_t>(s)] *= 10;
    const Halves halves = compare_halves(seconds);
    EXPECT_TRUE(halves.disagree);
    EXPECT_GT(halves.first, 2 * halves.second);
    std::ranges::reverse(seconds);
    EXPECT_TRUE(compare_halves(seconds).disagree);
  }
}

TEST(Halves, AgreeWhereTheDifferenceIsSmallerThanATenth) {
  std::vector<Nanos> seconds(30, 10 * kMillisecond);
  std::fill(seconds.begin() + 15, seconds.end(), 10'900 * kMicrosecond);
  EXPECT_FALSE(compare_halves(seconds).disagree);
  std::fill(seconds.begin() + 15, seconds.end(), 11'100 * kMicrosecond);
  EXPECT_TRUE(compare_halves(seconds).disagree);
}

TEST(Halves, AreNotKnownOfTooFewSeconds) {
  EXPECT_FALSE(compare_halves({}).known);
  EXPECT_FALSE(compare_halves(std::vector<Nanos>(9, kMillisecond)).known);
  EXPECT_TRUE(compare_halves(std::vector<Nanos>(10, kMillisecond)).known);
  std::vector<Nanos> holes(10, kMillisecond);
  holes[7] = -1;
  EXPECT_FALSE(compare_halves(holes).known);
}

// ---- budgets --------------------------------------------------------------------------------------------

// Warm-up to 10 s, steady to 400 s, 20/s. An SLO: p99 below 2 s.
plan::Plan budget_plan(Nanos end = 400 * kSecond) {
  plan::Plan plan = small_plan(20);
  plan.phases.resize(2);
  plan.phases[0].end = plan.phases[1].begin = 10 * kSecond;
  plan.phases[1].kind = plan::PhaseKind::steady;
  plan.phases[1].end = end;
  plan::Slo slo;
  slo.percentile = 0.99;
  slo.threshold = 2.0 * kSecond;
  plan.slos = {slo};
  plan::fill_segments(plan);
  return plan;
}

struct Count {
  std::uint64_t planned = 0, bad = 0;
};

// Events of the plan by second, those bad that `bad` names; from the plan alone.
template <class Bad>
std::vector<Count> count(const MadeRun& run, Bad&& bad) {
  std::vector<Count> seconds(static_cast<std::size_t>(run.plan().end() / kSecond));
  for (int lane = 0; lane < run.lanes().lanes(); ++lane) {
    for (plan::TimeCursor c(run.lanes(), lane); c.tau() != base::kNever; c.advance()) {
      const std::int64_t second = base::second_of(c.tau());
      if (second < 10) continue;
      Count& of = seconds[static_cast<std::size_t>(second)];
      ++of.planned;
      if (bad(second)) ++of.bad;
    }
  }
  return seconds;
}

double worst_of(const std::vector<Count>& seconds, std::size_t window) {
  double worst = 0;
  for (std::size_t from = 10; from + window <= seconds.size(); ++from) {
    double planned = 0, bad = 0;
    for (std::size_t i = from; i < from + window; ++i) {
      planned += static_cast<double>(seconds[i].planned);
      bad += static_cast<double>(seconds[i].bad);
    }
    worst = std::max(worst, bad / planned / 0.01);
  }
  return worst;
}

TEST(Budgets, AreTheHandCountedOnes) {
  MadeRun run(budget_plan());
  // Half a minute of stale events from 100 s on, and three seconds of lost ones at 300 s.
  const auto bad = [](std::int64_t s) { return (s >= 100 && s < 130) || (s >= 300 && s < 303); };
  run.decide([&](std::uint16_t, const plan::Event& event) {
    const std::int64_t second = base::second_of(event.tau);
    Fate fate;
    if (second >= 100 && second < 130) fate.staleness = 3 * kSecond;
    if (second >= 300 && second < 303) fate.seen = false;
    return fate;
  });
  run.finish();
  const Settled settled = run.settled();
  ASSERT_EQ(settled.figures.budgets.size(), 1U);
  const BudgetRow& row = settled.figures.budgets[0];
  const std::vector<Count> seconds = count(run, bad);
  EXPECT_EQ(row.minutes, 7U);      // 10 … 59, then whole minutes, 360 … 399
  EXPECT_EQ(row.bad_minutes, 3U);  // 60 … 119, 120 … 179, 300 … 359
  EXPECT_EQ(row.seconds, 390U);
  EXPECT_EQ(row.bad_seconds, 33U);
  EXPECT_EQ(row.touched_seconds, 33U);
  ASSERT_TRUE(row.minute.known);
  EXPECT_DOUBLE_EQ(row.minute.rate, worst_of(seconds, 60));
  EXPECT_NEAR(row.minute.rate, 50, 3) << "30 of 60 s were bad, 1 % may be";
  ASSERT_TRUE(row.five_minutes.known);
  EXPECT_DOUBLE_EQ(row.five_minutes.rate, worst_of(seconds, 300));
  EXPECT_NEAR(row.five_minutes.rate, 11, 0.7) << "33 of 300 s";
  EXPECT_LE(row.minute.from, 100);
  EXPECT_GE(row.minute.from + 60, 130);
}

// One bad event of a hundred is within the budget: the second is touched and the minute is not bad.
TEST(Budgets, AMinuteWithinItsPartIsNotBad) {
  plan::Plan plan = budget_plan(130 * kSecond);
  plan.streams[0].rate = 200;
  plan::fill_segments(plan);
  MadeRun run(plan);
  int left = 100;  // of about 11 000 in each minute
  run.decide([&](std::uint16_t, const plan::Event& event) {
    Fate fate;
    if (event.tau >= 60 * kSecond && left > 0) --left, fate.staleness = 3 * kSecond;
    return fate;
  });
  run.finish();
  const BudgetRow row = run.settled().figures.budgets.at(0);
  EXPECT_EQ(row.bad, 100U);
  EXPECT_EQ(row.bad_minutes, 0U);
  EXPECT_GE(row.touched_seconds, 1U);
  EXPECT_TRUE(row.minute.known);
  EXPECT_LT(row.minute.rate, 1);
  EXPECT_FALSE(row.five_minutes.known) << "two minutes are judged";
}

TEST(Budgets, AreOfStalenessSlosBelowABoundOnly) {
  plan::Plan plan = budget_plan(20 * kSecond);
  plan.slos[0].comparison = plan::Comparison::above;
  plan.slos.push_back({.figure = plan::Figure::lost, .comparison = plan::Comparison::exactly});
  MadeRun run(plan);
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  run.finish();
  EXPECT_THAT(run.settled().figures.budgets, IsEmpty());
}

// ---- host -----------------------------------------------------------------------------------------------

TEST(Host, FiguresAreMeansAndMaximaOverTheSeconds) {
  MadeRun run(budget_plan(20 * kSecond));
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  // Two CPUs. A second at half a CPU of ours, then two at one and a half.
  run.facts().add(HostSecond{1, kSecond, kSecond / 2, 2 * kSecond, kSecond, 0, 10});
  run.facts().add(HostSecond{3, 2 * kSecond, 3 * kSecond, 4 * kSecond, 4 * kSecond, kSecond / 10, 90});
  run.finish();
  const HostFigures host = run.settled().figures.host;
  EXPECT_EQ(host.seconds, 2U);
  EXPECT_DOUBLE_EQ(host.process_cpus_mean, 3.5 / 3);
  EXPECT_DOUBLE_EQ(host.process_cpus_most, 1.5);
  EXPECT_DOUBLE_EQ(host.busy_mean, 5.0 / 6);
  EXPECT_DOUBLE_EQ(host.busy_most, 1);
  EXPECT_DOUBLE_EQ(host.steal_mean, 0.1 / 6);
  EXPECT_DOUBLE_EQ(host.steal_most, 0.1 / 4);
  EXPECT_EQ(host.involuntary, 100U);
  EXPECT_EQ(host.involuntary_most, 90U);
}

TEST(Host, RowsReadBackAndBadOnesDoNot) {
  const HostSecond row{7, 1'000'100'000, 300, 4000, 3000, 20, 5};
  std::string line;
  append(line, row);
  HostSecond again;
  ASSERT_TRUE(parse(std::string_view(line).substr(0, line.size() - 1), again));
  EXPECT_EQ(again, row);
  for (const char* bad : {"", "7", "7,0,1,1,1,1,1", "7,1,-1,1,1,1,1", "7,1,1,1,1,1,-1", "7,1,1,1,1,1,1,1"})
    EXPECT_FALSE(parse(bad, again)) << bad;
}

// A folder of before host.csv was: nothing is damaged, nothing is known of the host.
TEST(Host, AnOlderRunFolderIsReadWithoutIt) {
  MadeRun run(budget_plan(20 * kSecond));
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  run.finish();
  const std::filesystem::path facts = run.folder() / kFactsFolder / "local";
  std::filesystem::remove(facts / "host.csv");
  std::string older = "# freshet flushes 1\nnow_ns";
  const Flush last = *read_flushes(facts / kFlushesFile).last;
  std::string line = std::to_string(last.now);
  for (std::size_t i = 0; i < kFlushedFiles.size(); ++i) {
    if (kFlushedFiles[i] == "host.csv") continue;
    older += fmt::format(",{0} bytes,{0} crc32", kFlushedFiles[i]);
    line += fmt::format(",{},{}", last.files[i].size, last.files[i].crc);
  }
  older += fmt::format(",line crc32\n{},{}\n", line, crc_of(line));
  ASSERT_TRUE(replace_file(facts / kFlushesFile, older));
  const Settled settled = run.settled();
  EXPECT_THAT(settled.figures.damage, IsEmpty());
  EXPECT_EQ(settled.figures.host.seconds, 0U);
  EXPECT_EQ(settled.figures.staleness.at(0).outcomes.visible,
            settled.figures.staleness.at(0).outcomes.planned);
}

}  // namespace
}  // namespace freshet::results
