// E8, E9, D1: which SLOs a scenario means, and whether it can decide them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/plan/decide.h"
#include "harness/plan/slo_instances.h"
#include "tests/unit/plan_fixture.h"

namespace freshet::plan {
namespace {

using base::kSecond;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Slo p99(double threshold = 1e10) {
  Slo slo = slo_of(Figure::staleness_percentile, threshold, 7);
  slo.percentile = 0.99;
  return slo;
}

Slo time_to_fresh(Nanos below) {
  return slo_of(Figure::time_to_fresh, static_cast<double>(below), 9);
}

SloInstances expand(Slo slo, Plan plan = incident_burst()) {
  plan.slos = {std::move(slo)};
  return slo_instances(plan);
}

std::string only_error(const SloInstances& got) {
  EXPECT_TRUE(got.instances.empty());
  EXPECT_EQ(got.errors.size(), 1U);
  return got.errors.empty() ? "" : got.errors[0].message;
}

TEST(SloInstances, AFullySelectedOneIsOne) {
  Slo slo = p99();
  slo.klass = "chat_turn";
  slo.group = "copilot";
  slo.tier = "enterprise";
  slo.phase = "incident";
  EXPECT_THAT(expand(slo).instances, ElementsAre(SloInstance{0, 1, 1, 0, 2}));
}

TEST(SloInstances, SelectorsLeftOutStandForAllThatTheyCouldMatch) {
  // Streams × groups that read them (3 read chat turns, 2 locks) × measured phases (all but the warmup).
  const auto got = expand(p99());
  EXPECT_TRUE(got.errors.empty());
  ASSERT_EQ(got.instances.size(), 5U * 3);
  EXPECT_EQ(got.instances.front(), (SloInstance{0, 0, 0, -1, 1}));
  EXPECT_EQ(got.instances.back(), (SloInstance{0, 1, 2, -1, 3}));
  for (const SloInstance& instance : got.instances) {
    EXPECT_NE(instance.phase, 0U) << "the warmup is not judged (T2)";
    EXPECT_EQ(instance.tier, -1) << "a tier left out is all events, not each tier";
    EXPECT_FALSE(instance.stream == 0 && instance.group == 2) << "quality_review does not read locks";
  }
}

TEST(SloInstances, CountsAreOfTheWholeRun) {
  for (const Figure figure : {Figure::lost, Figure::duplicate, Figure::out_of_order}) {
    const auto got = expand(slo_of(figure, 0));
    ASSERT_EQ(got.instances.size(), 5U);
    for (const SloInstance& instance : got.instances) EXPECT_EQ(instance.phase, kWholeRun);
    Slo slo = slo_of(figure, 0);
    slo.phase = "incident";
    EXPECT_THAT(only_error(expand(slo)), HasSubstr("over the whole run"));
  }
}

TEST(SloInstances, FreshnessLagIsByPhaseAndHasNoTier) {
  EXPECT_EQ(expand(slo_of(Figure::freshness_lag, 1e9)).instances.size(), 15U);
  Slo slo = slo_of(Figure::freshness_lag, 1e9);
  slo.tier = "enterprise";
  EXPECT_THAT(only_error(expand(slo)), HasSubstr("has no tiers"));
}

TEST(SloInstances, TimeToFreshCountsFromEachDisturbance) {
  EXPECT_EQ(expand(time_to_fresh(20 * kSecond)).instances.size(), 5U);
  Slo slo = time_to_fresh(20 * kSecond);
  slo.after = "incident";
  slo.klass = "chat_turn";
  slo.group = "copilot";
  EXPECT_THAT(expand(slo).instances, ElementsAre(SloInstance{0, 1, 1, -1, 2}));
  slo.phase = "incident";
  EXPECT_THAT(only_error(expand(slo)), HasSubstr("use `after`"));
}

TEST(SloInstances, TimeToFreshNeedsRoomForItselfAndTheHold) {
  // 40 s follow the incident: 30 s and the hold of 10 s fit, 31 s do not (D1).
  EXPECT_TRUE(expand(time_to_fresh(30 * kSecond)).errors.empty());
  const auto refused = expand(time_to_fresh(31 * kSecond));
  EXPECT_TRUE(refused.instances.empty());
  ASSERT_EQ(refused.errors.size(), 1U) << "said once, not for each group";
  EXPECT_THAT(refused.errors[0].message, HasSubstr("needs 41 s of phases after it"));
  EXPECT_THAT(refused.errors[0].message, HasSubstr("40 s follow (D1)"));
  EXPECT_EQ(refused.errors[0].line, 9);
}

TEST(SloInstances, TimeToFreshWithoutADisturbanceIsAnError) {
  Plan plan = steady(100, 60);
  plan.groups = {incident_burst().groups[0]};
  plan.groups[0].streams = {{0, kSecond}};
  EXPECT_THAT(only_error(expand(time_to_fresh(kSecond), plan)), HasSubstr("no disturbance"));
}

TEST(SloInstances, AMisspeltSelectorNamesTheNearest) {
  Slo slo = p99();
  slo.klass = "chat_trun";
  EXPECT_THAT(only_error(expand(slo)),
              HasSubstr("class \"chat_trun\" is not in the scenario (nearest: \"chat_turn\")"));
  slo = p99();
  slo.group = "copilto";
  EXPECT_THAT(only_error(expand(slo)), HasSubstr("(nearest: \"copilot\")"));
  slo = p99();
  slo.tier = "platinum";
  EXPECT_THAT(only_error(expand(slo)), HasSubstr("it has enterprise, rest"));
  slo = p99();
  slo.phase = "incidnet";
  EXPECT_THAT(only_error(expand(slo)), HasSubstr("(nearest: \"incident\")"));
  slo = time_to_fresh(kSecond);
  slo.after = "steady";
  EXPECT_THAT(only_error(expand(slo)), HasSubstr("disturbance \"steady\" is not in the scenario"));
  slo = p99();
  slo.after = "incident";
  EXPECT_THAT(only_error(expand(slo)), HasSubstr("`after` belongs to \"time to fresh\""));
}

TEST(SloInstances, AnUnmeasuredPhaseIsAnError) {
  Slo slo = p99();
  slo.phase = "warmup";
  EXPECT_THAT(only_error(expand(slo)), HasSubstr("\"warmup\" is not measured"));
}

TEST(SloInstances, OneThatMatchesNoPlannedEventIsAnError) {
  Slo slo = p99();
  slo.klass = "account_lock";
  slo.group = "quality_review";
  EXPECT_THAT(only_error(expand(slo)), HasSubstr("matches no planned event"));
  Plan plan = incident_burst();
  plan.streams[0].rate = 0;
  fill_segments(plan);
  slo = p99();
  slo.klass = "account_lock";
  EXPECT_THAT(only_error(expand(slo, plan)), HasSubstr("matches no planned event"));
  slo = slo_of(Figure::lost, 0);
  slo.klass = "account_lock";
  EXPECT_THAT(only_error(expand(slo, plan)), HasSubstr("matches no planned event"));
  plan = incident_burst();
  plan.populations = {tenants(5, 0, 50'000)};
  plan.phases[2].hot_share = 0;
  fill_segments(plan);
  slo = p99();
  slo.tier = "enterprise";
  EXPECT_THAT(only_error(expand(slo, plan)), HasSubstr("matches no planned event"));
}

TEST(SloInstances, APercentileOfAllOrNoneIsAnError) {
  Slo slo = p99();
  slo.percentile = 1;
  EXPECT_THAT(only_error(expand(slo)), HasSubstr("between p0 and p100"));
}

TEST(SloInstances, ErrorsOfOneSloDoNotHideAnother) {
  Plan plan = incident_burst();
  Slo bad = p99();
  bad.klass = "nothing_like_it";
  plan.slos = {bad, p99(), bad};
  const auto got = slo_instances(plan);
  EXPECT_EQ(got.errors.size(), 2U);
  EXPECT_EQ(got.instances.size(), 15U);
  EXPECT_EQ(got.instances[0].slo, 1U);
}

TEST(Describe, SaysTheInstanceInWords) {
  Plan plan = incident_burst();
  Slo percentile = p99();
  percentile.percentile = 0.999;
  Slo share = slo_of(Figure::staleness_share, 0.001);
  Slo lost = slo_of(Figure::lost, 0);
  lost.comparison = Comparison::exactly;
  plan.slos = {percentile, share, lost, time_to_fresh(1500 * base::kMillisecond)};
  EXPECT_EQ(describe(plan, {0, 1, 1, 0, 2}),
            "staleness p99.9 of chat_turn, tier enterprise, at copilot in incident below 10 s");
  EXPECT_EQ(describe(plan, {1, 0, 0, -1, 1}),
            "staleness share of account_lock at agent_desktop in steady below 0.1 %");
  EXPECT_EQ(describe(plan, {2, 1, 2, -1, kWholeRun}), "lost of chat_turn at quality_review exactly 0");
  EXPECT_EQ(describe(plan, {3, 1, 1, -1, 2}),
            "time to fresh of chat_turn at copilot after incident below 1.5 s");
}

TEST(BoundOf, IsTheGroupsOwnOrTheClasss) {
  const Plan plan = incident_burst();
  EXPECT_EQ(bound_of(plan, 1, 1), 10 * kSecond);
  EXPECT_EQ(bound_of(plan, 2, 1), 60 * kSecond);
}

// ---- E8 --------------------------------------------------------------------------------------------------

std::vector<PlanError> undecided(double percentile, double rate, Nanos seconds, const char* tier = "") {
  Plan plan = steady(rate, seconds);
  plan.groups = {incident_burst().groups[0]};
  plan.groups[0].streams = {{0, kSecond}};
  plan.slos = {p99()};
  plan.slos[0].percentile = percentile;
  plan.slos[0].tier = tier;
  return undecidable(plan, slo_instances(plan).instances);
}

TEST(Undecidable, TenEventsHaveToBeExpectedBeyondThePercentile) {
  // Design 6: p99.9 of 400/s needs 25 s.
  EXPECT_TRUE(undecided(0.999, 400, 25).empty());
  EXPECT_EQ(undecided(0.999, 400, 24).size(), 1U);
  EXPECT_TRUE(undecided(0.99, 200, 5).empty());
  EXPECT_EQ(undecided(0.99, 200, 4).size(), 1U);
  EXPECT_TRUE(undecided(0.5, 20, 1).empty());
}

TEST(Undecidable, ATierHasItsShareOfTheEventsOnly) {
  EXPECT_TRUE(undecided(0.99, 1000, 1).empty());
  EXPECT_EQ(undecided(0.99, 1000, 1, "enterprise").size(), 1U);
  EXPECT_TRUE(undecided(0.99, 1000, 3, "enterprise").empty());
}

TEST(Undecidable, SaysWhatWouldDecideIt) {
  const auto errors = undecided(0.999, 400, 10);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0].message,
              HasSubstr("about 4000 events are expected in phase steady (10 s) and 10000 are needed"));
  EXPECT_THAT(errors[0].message, HasSubstr("a rate of 1.00 k/s or a phase of 25 s would do"));
  EXPECT_EQ(errors[0].line, 7);
}

TEST(Undecidable, LooksAtEachPhaseByItself) {
  Plan plan = incident_burst();
  plan.slos = {p99()};
  plan.slos[0].percentile = 0.9995;  // 20 000 events: locks have 24 000, 12 000 and 16 000
  plan.slos[0].klass = "account_lock";
  plan.slos[0].group = "copilot";
  const auto errors = undecidable(plan, slo_instances(plan).instances);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_THAT(errors[0].message, HasSubstr("incident"));
  EXPECT_THAT(errors[1].message, HasSubstr("recovery"));
}

TEST(Undecidable, AShareIsAPercentileTheOtherWayRound) {
  Plan plan = incident_burst();
  plan.slos = {slo_of(Figure::staleness_share, 0.0005)};
  plan.slos[0].klass = "account_lock";
  EXPECT_EQ(undecidable(plan, slo_instances(plan).instances).size(), 4U);  // two groups × two phases
  plan.slos[0].threshold = 0;
  EXPECT_TRUE(undecidable(plan, slo_instances(plan).instances).empty());
}

TEST(Undecidable, CountsAreAlwaysDecided) {
  Plan plan = steady(1, 1);
  plan.groups = {incident_burst().groups[0]};
  plan.groups[0].streams = {{0, kSecond}};
  plan.slos = {slo_of(Figure::lost, 0)};
  EXPECT_TRUE(undecidable(plan, slo_instances(plan).instances).empty());
}

}  // namespace
}  // namespace freshet::plan
