// What is only drawn: curves of percentiles and what each partition carried, of a run whose every event's
// fate is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

const Spectrum& spectrum_of(const Settled& settled, int tier, int phase) {
  for (const Spectrum& one : settled.spectra) {
    if (one.stream == 0 && one.pass == 0 && one.tier == tier && one.phase == phase) return one;
  }
  ADD_FAILURE() << "no curve of tier " << tier << ", phase " << phase;
  return settled.spectra.at(0);
}

// Every fourth event takes 80 ms, the others 5 ms.
Settled two_valued() {
  MadeRun run(small_plan(400));
  std::uint64_t n = 0;
  run.decide([&](std::uint16_t, const plan::Event&) {
    Fate fate;
    fate.staleness = n++ % 4 == 3 ? 80 * kMillisecond : 5 * kMillisecond;
    return fate;
  });
  run.finish();
  return run.settled();
}

TEST(Pictures, ACurveGoesThroughThePercentilesOfTheSummary) {
  const Settled settled = two_valued();
  const Spectrum& curve = spectrum_of(settled, -1, -1);
  const StalenessRow& row = staleness_of(settled.figures, 0, 0, -1, -1);
  EXPECT_EQ(curve.events, row.outcomes.planned);
  ASSERT_GT(curve.points.size(), 4U);
  EXPECT_EQ(curve.points[kSpectrumSteps].value, row.quantiles[0].value);  // p = 1/2
  EXPECT_EQ(curve.maximum.value, row.quantiles[4].value);
  for (std::size_t k = 0; k < curve.points.size(); ++k) {
    const double p = 1 - std::exp2(-static_cast<double>(k) / kSpectrumSteps);
    if (std::abs(p - 0.75) < 0.03) continue;  // at the step itself it is the draw that decides
    EXPECT_NEAR(static_cast<double>(curve.points[k].value), p < 0.75 ? 5e6 : 80e6, 1e5) << p;
  }
}

// E8: it ends where fewer than ten events lie beyond.
TEST(Pictures, ACurveEndsWhereTenEventsLieBeyondIt) {
  const Settled settled = two_valued();
  const Spectrum& curve = spectrum_of(settled, -1, -1);
  const auto last = static_cast<double>(curve.points.size() - 1);
  const auto events = static_cast<double>(curve.events);
  EXPECT_GE(events * std::exp2(-last / kSpectrumSteps), 10 - 1e-6);
  EXPECT_LT(events * std::exp2(-(last + 1) / kSpectrumSteps), 10);
}

TEST(Pictures, WhatNeverBecameVisibleLiftsTheCurvesEndToALowerBound) {
  MadeRun run(small_plan(400));
  std::uint64_t n = 0;
  run.decide([&](std::uint16_t, const plan::Event&) {
    Fate fate;
    fate.seen = n++ % 4 != 3;
    return fate;
  });
  run.finish();
  const Settled settled = run.settled();
  const Spectrum& curve = spectrum_of(settled, -1, -1);
  EXPECT_EQ(curve.points.front().kind, Quantile::Kind::exact);
  EXPECT_EQ(curve.points.back().kind, Quantile::Kind::at_least);
  EXPECT_EQ(curve.maximum.kind, Quantile::Kind::at_least);
}

// E5: the age of the oldest is a lower bound of the second's highest staleness.
TEST(Pictures, SecondsWithEventsThatNeverBecameVisibleAreKnown) {
  MadeRun run(small_plan(400));
  std::uint64_t n = 0;
  run.decide([&](std::uint16_t, const plan::Event& event) {
    Fate fate;
    fate.seen = event.tau / kSecond != 3 || n++ % 2 == 0;
    return fate;
  });
  run.finish();
  const Settled settled = run.settled();
  const Outcomes& all = staleness_of(settled.figures, 0, 0, -1, 1).outcomes;  // of steady: 2 s to 6 s
  ASSERT_EQ(settled.unseen.size(), 1U);
  EXPECT_EQ(settled.unseen[0].second, 3);
  EXPECT_EQ(settled.unseen[0].events, all.planned - all.visible);
  EXPECT_NEAR(static_cast<double>(settled.unseen[0].oldest),
              static_cast<double>(settled.figures.ended_at - 3 * kSecond), 5e8);
}

TEST(Pictures, PartitionsTellWhatThePlanGaveThem) {
  MadeRun run(small_plan());
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  std::vector<std::uint64_t> planned(12), bytes(12);
  for (plan::MergeCursor cursor(run.lanes(), 0, 1); !cursor.done(); cursor.advance()) {
    const plan::Event event = cursor.event();
    const auto partition = static_cast<std::size_t>(run.lanes().partition_of(event.lane));
    ++planned[partition];
    bytes[partition] += event.size;
  }
  run.interval().lags.push_back({0, 0, 3, 5, 700 * kMillisecond, 600 * kMillisecond, -1, -1, 0});
  run.interval().lags.push_back({0, 0, 3, 6, 400 * kMillisecond, 600 * kMillisecond, -1, -1, 0});
  run.finish();
  const Settled settled = run.settled();
  ASSERT_EQ(settled.partitions.size(), 12U);
  for (std::size_t partition = 0; partition < 12; ++partition) {
    const PartitionRow& row = settled.partitions[partition];
    EXPECT_EQ(row.partition, static_cast<int>(partition));
    EXPECT_EQ(row.planned, planned[partition]);
    EXPECT_EQ(row.bytes, bytes[partition]);
  }
  EXPECT_GE(settled.partitions[3].lag[0], 700 * kMillisecond);
}

}  // namespace
}  // namespace freshet::results
