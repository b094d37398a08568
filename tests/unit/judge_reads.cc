// SLOs on reads and critical events, decided by counting; and what makes a run with reads invalid.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/slo.h"
#include "harness/judge/verdict.h"
#include "tests/unit/judge_fixture.h"

namespace freshet::judge {
namespace {

using base::kSecond;
using plan::Comparison;
using plan::Figure;
using results::SloEvidence;
using testing::HasSubstr;

plan::Plan plan_with(Figure figure, Comparison comparison, double threshold, double percentile = 0) {
  plan::Plan plan = make_plan();
  plan.streams[0].critical = true;
  plan.reads = {{.name = "opens", .streams = {0}, .rate = 100, .decide = "function() end"}};
  plan.slos = {{.figure = figure, .percentile = percentile, .phase = "steady", .comparison = comparison}};
  plan.slos[0].threshold = threshold;
  return plan;
}

SloVerdict decided(const plan::Plan& plan, const SloEvidence& evidence) {
  const auto instances = plan::slo_instances(plan).instances;
  EXPECT_EQ(instances.size(), 1U);
  return instances.empty() ? SloVerdict{} : decide(plan, instances[0], evidence);
}

TEST(ReadSlo, OnAPercentileAllowsItsShareOfReads) {
  const plan::Plan plan = plan_with(Figure::view_staleness, Comparison::below, 2e9, 0.99);
  const SloVerdict held = decided(plan, {.planned = 3000, .bad = 30});
  EXPECT_TRUE(held.holds);
  EXPECT_EQ(held.count, "30 bad of 3 000 reads, 30 allowed");
  EXPECT_FALSE(decided(plan, {.planned = 3000, .bad = 31}).holds);
  EXPECT_FALSE(decided(plan, {}).holds) << "no data is never a pass";
  EXPECT_EQ(decided(plan, {}).count, "no read was planned: no data is never a pass");
}

TEST(ReadSlo, OnDecisionsIsAShareOrNone) {
  const plan::Plan below = plan_with(Figure::stale_decisions, Comparison::below, 0.001);
  EXPECT_TRUE(decided(below, {.planned = 3000, .bad = 3}).holds);
  EXPECT_FALSE(decided(below, {.planned = 3000, .bad = 4}).holds);
  const plan::Plan none = plan_with(Figure::critical_stale_decisions, Comparison::exactly, 0);
  EXPECT_TRUE(decided(none, {.planned = 3000}).holds);
  const SloVerdict one = decided(none, {.planned = 3000, .bad = 1});
  EXPECT_FALSE(one.holds);
  EXPECT_EQ(one.text, "critical stale decisions of opens at copilot in steady exactly 0 %");
  EXPECT_EQ(one.figure, "0.0333 %");
  EXPECT_FALSE(decided(none, {}).holds);
}

TEST(ReadSlo, OnWrongDecisionsIsNoPassWhereNobodyKnows) {
  for (const Figure figure : {Figure::wrong_decisions, Figure::critical_wrong_decisions}) {
    const plan::Plan below = plan_with(figure, Comparison::below, 0.001);
    EXPECT_TRUE(decided(below, {.planned = 3000, .bad = 3}).holds);
    EXPECT_FALSE(decided(below, {.planned = 3000, .bad = 4}).holds);
    EXPECT_FALSE(decided(below, {}).holds);
    for (const Comparison comparison : {Comparison::below, Comparison::above, Comparison::exactly}) {
      const SloVerdict unknown =
          decided(plan_with(figure, comparison, 0), {.planned = 3000, .unknown = true});
      EXPECT_FALSE(unknown.holds);
      EXPECT_EQ(unknown.figure, "n/a");
      EXPECT_THAT(unknown.count, HasSubstr("no data is never a pass"));
    }
  }
}

// And it is a fail: not one that the harness's own delay excuses.
TEST(ReadSlo, ThatIsUnknownFails) {
  const plan::Plan plan = plan_with(Figure::wrong_decisions, Comparison::exactly, 0);
  results::Figures figures;
  figures.staleness.push_back({.outcomes = {.planned = 30'000, .visible = 30'000}});
  figures.slos = {{.planned = 3000, .unknown = true}};
  EXPECT_EQ(judge(plan, figures).outcome, Outcome::fail);
}

TEST(ReadSlo, OnCriticalEventsCountsThem) {
  for (const Figure figure : {Figure::late, Figure::missed}) {
    const plan::Plan plan = plan_with(figure, Comparison::exactly, 0);
    EXPECT_TRUE(decided(plan, {.planned = 30'000}).holds);
    EXPECT_FALSE(decided(plan, {.planned = 30'000, .count = 1}).holds);
    EXPECT_FALSE(decided(plan, {}).holds);
  }
}

TEST(ReadSlo, OnTimeOverBoundHoldsAtItsThreshold) {
  const plan::Plan plan = plan_with(Figure::time_over_bound, Comparison::below, 2e9);
  SloEvidence evidence{.planned = 30'000};
  EXPECT_FALSE(decided(plan, evidence).holds) << "nothing measured is never a pass";
  evidence.figure = {1, results::Quantile::Kind::exact, 2 * kSecond};
  EXPECT_TRUE(decided(plan, evidence).holds);
  evidence.figure.value += 1;
  EXPECT_FALSE(decided(plan, evidence).holds);
}

// V: what the harness's own delay is compared with.
TEST(ReadSlo, IsGatedByTheBoundThatItIsAbout) {
  const auto gated = [](plan::Plan plan) {
    return gated_bound(plan, plan::slo_instances(plan).instances.at(0));
  };
  EXPECT_EQ(gated(plan_with(Figure::view_staleness, Comparison::below, 2e9, 0.99)), 2 * kSecond);
  EXPECT_EQ(gated(plan_with(Figure::stale_decisions, Comparison::below, 0.01)), 10 * kSecond);
  EXPECT_EQ(gated(plan_with(Figure::wrong_decisions, Comparison::below, 0.01)), 10 * kSecond);
  EXPECT_EQ(gated(plan_with(Figure::late, Comparison::exactly, 0)), 10 * kSecond);
  EXPECT_EQ(gated(plan_with(Figure::time_over_bound, Comparison::below, 2e9)), 10 * kSecond);
  EXPECT_EQ(gated(plan_with(Figure::missed, Comparison::exactly, 0)), 0);
}

results::Figures complete() {
  results::Figures figures;
  figures.staleness.push_back({.outcomes = {.planned = 30'000, .visible = 30'000}});
  return figures;
}

TEST(ReadValidity, ReadsThatWereNotDoneMakeTheRunInvalidFromOnePerCentOn) {
  const plan::Plan plan = plan_with(Figure::stale_decisions, Comparison::exactly, 0);
  results::Figures figures = complete();
  figures.slos = {{.planned = 3000}};
  figures.decisions = {{.phase = -1, .reads = 3000, .done = 2000}, {.phase = 1, .reads = 3000, .done = 2970}};
  EXPECT_EQ(judge(plan, figures).outcome, Outcome::pass) << "one per cent is still allowed";
  figures.decisions[1].done = 2969;
  const Verdict verdict = judge(plan, figures);
  EXPECT_EQ(verdict.outcome, Outcome::invalid);
  EXPECT_THAT(verdict.reason, HasSubstr("V2 own-not-sent: planned reads of a phase that were not done (31 of "
                                        "3 000 of opens in steady)"));
}

// V1: an SLO that only fails because reads were not done says nothing of the cluster.
TEST(ReadValidity, AnSloThatFailsByReadsNotDoneIsNoFail) {
  const plan::Plan plan = plan_with(Figure::stale_decisions, Comparison::exactly, 0);
  results::Figures figures = complete();
  figures.slos = {{.planned = 3000, .bad = 3, .bad_without_own = 0}};
  EXPECT_EQ(judge(plan, figures).outcome, Outcome::invalid);
  figures.slos[0].bad_without_own = 2;
  EXPECT_EQ(judge(plan, figures).outcome, Outcome::fail);
}

}  // namespace
}  // namespace freshet::judge
