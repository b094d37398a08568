// E7, V1, V4, D1: what each SLO's verdict rests on.
#include <gtest/gtest.h>

#include "harness/plan/slo_instances.h"
#include "harness/plan/thresholds.h"
#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

using measure::AckState;
using measure::Count;
using plan::Figure;

plan::Slo percentile_slo(double p, Nanos threshold, const std::string& phase = "steady",
                         const std::string& tier = "") {
  plan::Slo slo = plan::slo_of(Figure::staleness_percentile, static_cast<double>(threshold));
  slo.percentile = p;
  slo.phase = phase;
  slo.tier = tier;
  return slo;
}

plan::Plan with(std::vector<plan::Slo> slos) {
  plan::Plan plan = small_plan();
  plan.slos = std::move(slos);
  return plan;
}

Fate unseen(AckState state) {
  return {.ack = state, .seen = false, .staleness = 0, .own_delay = 0, .seen_by = {}};
}

bool steady(const plan::Event& event) {
  return event.tau >= 2 * kSecond && event.tau < 6 * kSecond;
}

// The one instance's evidence.
SloEvidence only(const Settled& settled) {
  EXPECT_EQ(settled.figures.slos.size(), 1U);
  EXPECT_EQ(plan::slo_instances(settled.plan).instances.size(), 1U);
  return settled.figures.slos.at(0);
}

TEST(Thresholds, BoundFirstThenDistinctThresholdsOfMatchingSlos) {
  plan::Plan plan = plan::incident_burst();
  plan::Slo any = percentile_slo(0.99, 3 * kSecond, ""), lock = percentile_slo(0.9, 5 * kSecond, ""),
            desk = percentile_slo(0.9, 7 * kSecond, ""), again = percentile_slo(0.5, 3 * kSecond, "");
  lock.klass = "account_lock";
  desk.group = "agent_desktop";
  plan::Slo lag = plan::slo_of(Figure::freshness_lag, 9e9);
  plan.slos = {any, lag, lock, desk, again};
  EXPECT_EQ(plan::thresholds(plan, 0, 0),
            (std::vector<Nanos>{2 * kSecond, 3 * kSecond, 5 * kSecond, 7 * kSecond}));
  EXPECT_EQ(plan::thresholds(plan, 0, 1), (std::vector<Nanos>{2 * kSecond, 3 * kSecond, 5 * kSecond}));
  EXPECT_EQ(plan::thresholds(plan, 1, 2), (std::vector<Nanos>{60 * kSecond, 3 * kSecond}));
  EXPECT_EQ(plan::thresholds(plan, 0, 2), std::vector<Nanos>{});  // does not read it
  EXPECT_EQ(plan::thresholds(plan, 0, 3), std::vector<Nanos>{});  // no live group
}

// D is 100 ms, or 300 ms for every fourth; each tenth is not sent. Thresholds of 200 ms and 400 ms.
TEST(Evidence, PercentileIsACountAtItsThreshold) {
  MadeRun run(with({percentile_slo(0.9, 200 * kMillisecond), percentile_slo(0.9, 400 * kMillisecond)}));
  std::uint64_t planned = 0, late = 0, missing = 0, i = 0;
  run.decide([&](std::uint16_t, const plan::Event& event) {
    const std::uint64_t k = i++;
    const bool in = steady(event);
    planned += in ? 1U : 0U;
    if (k % 10 == 9) {
      missing += in ? 1U : 0U;
      return unseen(AckState::failed);
    }
    Fate fate;
    fate.staleness = (k % 4 == 0 ? 300 : 100) * kMillisecond;
    late += in && k % 4 == 0 ? 1 : 0;
    return fate;
  });
  run.finish();
  const std::vector<SloEvidence> slos = run.settled().figures.slos;
  ASSERT_EQ(slos.size(), 2U);
  EXPECT_EQ(slos[0].planned, planned);
  EXPECT_EQ(slos[0].bad, late + missing);
  EXPECT_EQ(slos[0].bad_without_own, late + missing);
  EXPECT_EQ(slos[1].bad, missing);
}

TEST(Evidence, TiersAreApart) {
  MadeRun run(with({percentile_slo(0.9, 200 * kMillisecond, "steady", "enterprise")}));
  std::uint64_t planned = 0, late = 0;
  run.decide([&](std::uint16_t, const plan::Event& event) {
    Fate fate;
    fate.staleness = 300 * kMillisecond;
    if (!steady(event) || event.tier != 0) return fate;
    ++planned;
    if (event.n % 2 == 0) fate.staleness = kMillisecond;
    late += event.n % 2 != 0 ? 1 : 0;
    return fate;
  });
  run.finish();
  const SloEvidence evidence = only(run.settled());
  EXPECT_EQ(evidence.planned, planned);
  EXPECT_EQ(evidence.bad, late);
}

// V1: own delays and own not-sent are told apart from what the cluster did.
TEST(Evidence, OwnCausesAreToldApart) {
  MadeRun run(with({percentile_slo(0.9, 200 * kMillisecond)}));
  std::uint64_t own_late = 0, late = 0, own_missing = 0, missing = 0, i = 0;
  run.decide([&](std::uint16_t, const plan::Event& event) {
    Fate fate;
    const std::uint64_t in = steady(event) ? 1 : 0;
    switch (i++ % 5) {
      case 0:
        fate.staleness = 300 * kMillisecond;
        fate.own_delay = 150 * kMillisecond;
        own_late += in;
        return fate;
      case 1:
        fate.staleness = 300 * kMillisecond;
        fate.own_delay = 50 * kMillisecond;
        late += in;
        return fate;
      case 2:
        own_missing += in;
        return unseen(AckState::not_sent_own);
      case 3:
        missing += in;
        return unseen(AckState::not_sent_cluster);
      default:
        return fate;
    }
  });
  run.finish();
  const SloEvidence evidence = only(run.settled());
  EXPECT_EQ(evidence.bad, own_late + late + own_missing + missing);
  EXPECT_EQ(evidence.bad_without_own, late + missing);
  EXPECT_NEAR(static_cast<double>(evidence.own_delay), 150e6, 150e3);  // at p90, of what was handed over
}

TEST(Evidence, ShareIsJudgedAtTheBoundOfTheClass) {
  plan::Slo slo = plan::slo_of(Figure::staleness_share, 0.25);
  slo.phase = "steady";
  MadeRun run(with({slo}));
  std::uint64_t planned = 0, late = 0, i = 0;
  run.decide([&](std::uint16_t, const plan::Event& event) {
    Fate fate;
    const bool is_late = i++ % 5 == 0;
    fate.staleness = is_late ? 1500 * kMillisecond : kMillisecond;  // the bound is 1 s
    planned += steady(event) ? 1U : 0U;
    late += steady(event) && is_late ? 1U : 0U;
    return fate;
  });
  run.finish();
  const SloEvidence evidence = only(run.settled());
  EXPECT_EQ(evidence.bad, late);
  EXPECT_DOUBLE_EQ(evidence.share, static_cast<double>(late) / static_cast<double>(planned));
}

TEST(Evidence, LedgerCountsAreOfTheWholeRun) {
  MadeRun run(with({plan::slo_of(Figure::lost, 0), plan::slo_of(Figure::duplicate, 0),
                    plan::slo_of(Figure::out_of_order, 0)}));
  run.decide([&](std::uint16_t, const plan::Event& event) {
    return event.n == 0 ? unseen(AckState::acked) : Fate{};
  });
  std::uint64_t lost = 0;
  for (int lane = 0; lane < run.lanes().lanes(); ++lane) lost += run.lanes().count(lane) > 0 ? 1U : 0U;
  measure::CountSecond row{.stream = 0, .pass = 0, .second = 3};
  row.counts[static_cast<std::size_t>(Count::redelivered)] = 2;
  row.counts[static_cast<std::size_t>(Count::log_duplicate)] = 3;
  row.counts[static_cast<std::size_t>(Count::out_of_order)] = 4;
  run.interval().counts.push_back(row);
  run.finish();
  const std::vector<SloEvidence> slos = run.settled().figures.slos;
  ASSERT_EQ(slos.size(), 3U);
  EXPECT_EQ(slos[0].count, lost);
  EXPECT_EQ(slos[0].planned, run.lanes().count());
  EXPECT_EQ(slos[1].count, 5U);
  EXPECT_EQ(slos[2].count, 4U);
}

TEST(Evidence, LagAndTimeToFreshComeFromTheLags) {
  plan::Slo lag = plan::slo_of(Figure::freshness_lag, 5e9), fresh = plan::slo_of(Figure::time_to_fresh, 5e9);
  lag.phase = "incident";
  fresh.after = "incident";
  MadeRun run(with({lag, fresh}));
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  run.interval().lags.push_back({0, 0, 3, 7, 3 * kSecond, 0, 7 * kSecond, 8 * kSecond, 1});
  run.interval().lags.push_back({0, 0, 3, 8, 4 * kSecond, 0, 8 * kSecond, 8 * kSecond + 7, 1});
  run.finish();
  const std::vector<SloEvidence> slos = run.settled().figures.slos;
  ASSERT_EQ(slos.size(), 2U);
  EXPECT_EQ(slos[0].figure.kind, Quantile::Kind::exact);
  EXPECT_EQ(slos[0].figure.value, 3 * kSecond);
  EXPECT_EQ(slos[1].figure.kind, Quantile::Kind::exact);
  EXPECT_EQ(slos[1].figure.value, 7);
  EXPECT_GT(slos[0].planned, 0U);
}

// E8: no samples is never a pass.
TEST(Evidence, NothingKnownOfTheLagIsNotAvailable) {
  plan::Slo lag = plan::slo_of(Figure::freshness_lag, 5e9), fresh = plan::slo_of(Figure::time_to_fresh, 5e9);
  lag.phase = "incident";
  fresh.after = "incident";
  MadeRun run(with({lag, fresh}));
  run.decide([](std::uint16_t, const plan::Event&) { return unseen(AckState::failed); });
  run.finish();
  for (const SloEvidence& evidence : run.settled().figures.slos) {
    EXPECT_EQ(evidence.figure.kind, Quantile::Kind::not_available);
  }
}

TEST(Evidence, HiccupIsThatOfThePhaseAtTheGatedQuantile) {
  MadeRun run(with({percentile_slo(0.9, 200 * kMillisecond)}));
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  for (const std::int64_t second : {0, 3, 7}) {
    measure::Cohort hiccup;
    hiccup.series = {0, measure::kNoPass, 0, measure::Measure::hiccup};
    hiccup.second = second;
    hiccup.histogram.record_us(second == 3 ? 50 : 90'000, 1000);
    hiccup.histogram.record_us(4000, second == 3 ? 120 : 0);
    run.interval().cohorts.push_back(std::move(hiccup));
  }
  run.finish();
  EXPECT_NEAR(static_cast<double>(only(run.settled()).hiccup), 4e6, 4e3);
}

}  // namespace
}  // namespace freshet::results
