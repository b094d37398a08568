// What `freshet check` says: known answers of the fluid model (T4) and of the shares.
#include "harness/plan/check_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/plan/fluid.h"
#include "tests/unit/plan_fixture.h"

namespace freshet::plan {
namespace {

using base::kMicrosecond;
using base::kMillisecond;
using base::kSecond;
using ::testing::HasSubstr;

std::vector<StreamLanes> lanes_of(const Plan& plan) {
  std::vector<StreamLanes> lanes;
  for (std::size_t stream = 0; stream < plan.streams.size(); ++stream) lanes.emplace_back(plan, stream);
  return lanes;
}

PlanFacts facts_of(const Plan& plan) {
  return check_plan(plan, lanes_of(plan));
}

const GroupLoad& load_of(const PlanFacts& facts, std::size_t group, std::size_t phase) {
  for (const GroupLoad& load : facts.groups) {
    if (load.group == group && load.phase == phase) return load;
  }
  throw std::out_of_range("no such load");
}

const StreamLoad& stream_of_facts(const PlanFacts& facts, std::size_t stream, std::size_t phase) {
  for (const StreamLoad& load : facts.streams) {
    if (load.stream == stream && load.phase == phase) return load;
  }
  throw std::out_of_range("no such load");
}

// ---- Fluid -----------------------------------------------------------------------------------------------

TEST(Flow, FillsAtTheNetRate) {
  const FluidStep step = flow(10, 1000, 1000, 300, 2);
  EXPECT_DOUBLE_EQ(step.waiting, 1410);
  EXPECT_DOUBLE_EQ(step.peak, 1410);
  EXPECT_EQ(step.empty_at, -1);
}

TEST(Flow, EmptiesAndStaysEmpty) {
  const FluidStep step = flow(100, 50, 50, 100, 10);
  EXPECT_EQ(step.waiting, 0);
  EXPECT_DOUBLE_EQ(step.peak, 100);
  EXPECT_DOUBLE_EQ(step.empty_at, 2);
}

TEST(Flow, OnARisingSlopeFillsOnlyOnceItIsTooMuch) {
  // Inflow 0 to 200 over 10 s at 100 out: nothing waits for 5 s, then ∫ 20·x dx over 5 s = 250.
  const FluidStep step = flow(0, 0, 200, 100, 10);
  EXPECT_DOUBLE_EQ(step.waiting, 250);
  EXPECT_DOUBLE_EQ(step.peak, 250);
}

TEST(Flow, OnAFallingSlopePeaksWhereItTurns) {
  const FluidStep step = flow(0, 200, 0, 100, 10);
  EXPECT_DOUBLE_EQ(step.peak, 250);
  EXPECT_NEAR(step.waiting, 0, 1e-9);
}

TEST(Flow, AgreesWithSmallSteps) {
  for (const auto& [waiting, from, to] :
       {std::tuple{5.0, 80.0, 130.0}, {40.0, 120.0, 20.0}, {0.0, 90.0, 99.0}, {300.0, 0.0, 0.0}}) {
    double simulated = waiting;
    constexpr int kSteps = 1'000'000;
    for (int i = 0; i < kSteps; ++i) {
      const double rate = from + (to - from) * (i + 0.5) / kSteps;
      simulated = std::max(0.0, simulated + (rate - 100) * 3 / kSteps);
    }
    EXPECT_NEAR(flow(waiting, from, to, 100, 3).waiting, simulated, 1e-3);
  }
}

// One key, one member, one partition: the closed forms of reference/metrics 14.
Plan burst(Nanos recovery) {
  Plan plan = steady(100, 60, tenants(0, 0, 1, 0));
  plan.streams[0].partitions = 1;
  plan.streams[0].lanes = 32;
  plan.phases.push_back(phase_of("incident", PhaseKind::incident, 60, 90));
  plan.phases[1].magnitude = 10;
  plan.phases.push_back(phase_of("recovery", PhaseKind::recovery, 90, 90 + recovery));
  plan.groups = {incident_burst().groups[0]};
  plan.groups[0].members = 1;
  plan.groups[0].service_time = kSecond / 300;
  plan.groups[0].streams = {{0, 5 * kSecond}};
  fill_segments(plan);
  return plan;
}

TEST(Fluid, GivesTheClosedFormOfABurst) {
  // 100/s, then 1000/s for 30 s, served at 300/s: 21 000 waiting, 70 s at worst, 105 s to drain.
  for (const Nanos recovery : {200, 20}) {
    const GroupLoad incident = load_of(facts_of(burst(recovery)), 0, 1);
    EXPECT_NEAR(incident.utilisation, 10.0 / 3, 1e-6);
    EXPECT_NEAR(incident.worst_member, 10.0 / 3, 1e-6);
    EXPECT_NEAR(incident.hottest_partition, 10.0 / 3, 1e-6);
    EXPECT_NEAR(incident.backlog, 21'000, 0.1);
    EXPECT_NEAR(static_cast<double>(incident.longest_wait), 70e9, 1e6);
    EXPECT_NEAR(static_cast<double>(incident.drain_time), 105e9, 1e6) << "even if the run ends before";
  }
}

TEST(Fluid, ASteadyGroupWithRoomWaitsForNothing) {
  const GroupLoad load = load_of(facts_of(burst(200)), 0, 0);
  EXPECT_NEAR(load.utilisation, 1.0 / 3, 1e-6);
  EXPECT_EQ(load.backlog, 0);
  EXPECT_EQ(load.longest_wait, 0);
  EXPECT_EQ(load.drain_time, 0);
}

TEST(Fluid, AnOverloadedRunNeverDrains) {
  Plan plan = burst(20);
  plan.groups[0].service_time = kSecond / 50;
  EXPECT_EQ(load_of(facts_of(plan), 0, 0).drain_time, base::kNever);
}

TEST(Fluid, TheWorstMemberCarriesTheHotPartitions) {
  // All events in one partition: one of two members does all the work.
  Plan plan = burst(200);
  plan.streams[0].partitions = 2;
  plan.groups[0].members = 2;
  const GroupLoad load = load_of(facts_of(plan), 0, 1);
  EXPECT_NEAR(load.utilisation, 5.0 / 3, 1e-6);
  EXPECT_NEAR(load.worst_member, 10.0 / 3, 1e-6);
}

// ---- SLOs that the model breaks --------------------------------------------------------------------------

std::vector<BrokenSlo> broken(Slo slo, Plan plan) {
  plan.slos = {std::move(slo)};
  return facts_of(plan).broken;
}

Slo percentile(double p, Nanos below, const char* phase) {
  Slo slo = slo_of(Figure::staleness_percentile, static_cast<double>(below));
  slo.percentile = p;
  slo.phase = phase;
  return slo;
}

TEST(BrokenSlos, APercentileIsCountedOverTheEventsOfThePhase) {
  // Waits in the incident rise evenly from 0 to 70 s: half of the events wait longer than 35 s.
  const Plan plan = burst(200);
  EXPECT_TRUE(broken(percentile(0.49, 35 * kSecond, "incident"), plan).empty());
  const auto found = broken(percentile(0.51, 35 * kSecond, "incident"), plan);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].sentence,
              HasSubstr("staleness p51 of ticket at agent_desktop in incident below 35 s"));
  EXPECT_THAT(found[0].sentence, HasSubstr("50.0 % of the events later than 35.0 s (49.0 % allowed)"));
  EXPECT_TRUE(broken(percentile(0.99, kSecond, "steady"), plan).empty());
}

TEST(BrokenSlos, AServiceTimeOverTheBoundBreaksAlone) {
  Plan plan = burst(200);
  plan.groups[0].service_time = 3 * kMillisecond;
  EXPECT_EQ(broken(percentile(0.99, 2 * kMillisecond, "steady"), plan).size(), 1U);
  EXPECT_TRUE(broken(percentile(0.99, 4 * kMillisecond, "steady"), plan).empty());
}

TEST(BrokenSlos, TheShareIsAtTheGroupsBound) {
  // Bound 5 s: of the incident's 30 s all but the first 5/70·30 s are late.
  Slo slo = slo_of(Figure::staleness_share, 0.92);
  slo.phase = "incident";
  EXPECT_EQ(broken(slo, burst(200)).size(), 1U);
  slo.threshold = 0.93;
  EXPECT_TRUE(broken(slo, burst(200)).empty());
}

TEST(BrokenSlos, TimeToFreshIsWhenTheLagComesUnderTheBound) {
  // Waits fall by 2 s in 3 s after t_e from 70 s; an event that waits 5 s is sent 97.5 s after t_e and
  // visible 5 s later.
  EXPECT_EQ(broken(slo_of(Figure::time_to_fresh, 102e9), burst(300)).size(), 1U);
  EXPECT_TRUE(broken(slo_of(Figure::time_to_fresh, 103e9), burst(300)).empty());
}

TEST(BrokenSlos, TheLagOfAPhaseIsSeenWhenTheLateEventsComeOut) {
  // The 70 s are seen 70 s after the incident's end: in the recovery.
  Slo slo = slo_of(Figure::freshness_lag, 69e9);
  slo.phase = "recovery";
  EXPECT_EQ(broken(slo, burst(200)).size(), 1U);
  slo.threshold = 71e9;
  EXPECT_TRUE(broken(slo, burst(200)).empty());
  // At the incident's end, 30 s after its begin, what comes out was sent t ago with 21000·(30−t)/30 before
  // it.
  slo.phase = "incident";
  slo.threshold = 22e9;
  EXPECT_TRUE(broken(slo, burst(200)).empty());
  slo.threshold = 20e9;
  EXPECT_EQ(broken(slo, burst(200)).size(), 1U);
}

TEST(BrokenSlos, TheExampleOfTheDesignIsCarried) {
  Plan plan = incident_burst();
  Slo first = percentile(0.999, 2 * kSecond, "");
  first.klass = "account_lock";
  first.group = "copilot";
  Slo fresh = slo_of(Figure::time_to_fresh, 20e9);
  plan.slos = {first, fresh};
  const PlanFacts facts = facts_of(plan);
  EXPECT_TRUE(facts.broken.empty());
  EXPECT_TRUE(facts.errors.empty()) << facts.errors[0].message;
  // Design 6: "copilot at magnitude 8 is 41 % busy".
  EXPECT_NEAR(load_of(facts, 1, 2).utilisation, 0.41, 0.001);
  EXPECT_GT(load_of(facts, 1, 2).worst_member, 0.41);
  EXPECT_LT(load_of(facts, 1, 2).worst_member, 1);
}

// ---- Streams ---------------------------------------------------------------------------------------------

TEST(CheckPlan, SaysWhatIsSent) {
  const Plan plan = incident_burst();
  const PlanFacts facts = facts_of(plan);
  const StreamLoad& chat = stream_of_facts(facts, 1, 2);
  EXPECT_NEAR(chat.events, 480'000, 1e-3);
  EXPECT_NEAR(chat.bytes, 480'000 * 512.0, 1);
  EXPECT_EQ(chat.peak_rate, 16'000);
  EXPECT_NEAR(chat.hot_accounts_share, 0.5 + 0.5 * 0.45 / 4, 1e-12) << "E9: the base mix comes on top";
  EXPECT_NEAR(chat.enterprise_share, 0.725, 1e-12);
  EXPECT_NEAR(chat.hottest_key_share, 0.1 + 0.5 * 0.45 / 20, 1e-12);
  EXPECT_EQ(chat.hottest_key.substr(0, 4), "ent-");
  EXPECT_NEAR(chat.hottest_partition_peak_rate, 16'000 * chat.hottest_partition_share, 1e-9);
  EXPECT_NEAR(chat.hottest_partition_peak_bytes, chat.hottest_partition_peak_rate * 512, 1e-6);
  const StreamLoad& steady_chat = stream_of_facts(facts, 1, 1);
  EXPECT_EQ(steady_chat.hot_accounts_share, 0);
  EXPECT_EQ(steady_chat.hottest_key, "acct-0000000");
  EXPECT_EQ(facts.peak_rate, 16'400);
  EXPECT_NEAR(facts.events, 400.0 * 150 + 2000.0 * 120 + 480'000, 1e-3);
  EXPECT_EQ(facts.keys, 2 * 50'020U);
}

TEST(CheckPlan, TheHottestPartitionIsTheOneWithTheMostEvents) {
  const Plan plan = incident_burst();
  const auto lanes = lanes_of(plan);
  const StreamLoad chat = stream_of_facts(check_plan(plan, lanes), 1, 2);
  std::vector<double> partitions(12);
  for (MergeCursor cursor(lanes[1], 0, 1); !cursor.done(); cursor.advance()) {
    if (cursor.tau() < 80 * kSecond || cursor.tau() >= 110 * kSecond) continue;
    ++partitions[static_cast<std::size_t>(lanes[1].partition_of(cursor.event().lane))];
  }
  const auto most = std::max_element(partitions.begin(), partitions.end());
  EXPECT_EQ(most - partitions.begin(), chat.hottest_partition);
  EXPECT_NEAR(*most / 480'000, chat.hottest_partition_share, 0.004);
}

TEST(CheckPlan, APhaseWithoutEventsHasNoShares) {
  Plan plan = steady(100, 10);
  plan.phases.push_back(phase_of("rest", PhaseKind::rest, 10, 20));
  fill_segments(plan);
  const StreamLoad load = stream_of_facts(facts_of(plan), 0, 1);
  EXPECT_EQ(load.events, 0);
  EXPECT_EQ(load.hottest_partition_share, 0);
  EXPECT_EQ(load.hottest_key, "");
}

TEST(CheckPlan, WarnsWhenAFullQueueOutlastsThePollInterval) {
  Plan plan = incident_burst();
  EXPECT_FALSE(load_of(facts_of(plan), 1, 1).queue_outlasts_poll_interval);
  plan.groups[1].queue = 4'900'000;  // × 50 us = 245 s of 300 s
  EXPECT_TRUE(load_of(facts_of(plan), 1, 1).queue_outlasts_poll_interval);
  plan.groups[1].client_settings["max.poll.interval.ms"] = "600000";
  EXPECT_FALSE(load_of(facts_of(plan), 1, 1).queue_outlasts_poll_interval);
}

TEST(CheckPlan, RefusesADrainThatIsTooShort) {
  Plan plan = incident_burst();
  EXPECT_EQ(smallest_drain(plan), 65 * kSecond) << "quality_review's bound of 60 s and 5 s (T5)";
  EXPECT_TRUE(facts_of(plan).errors.empty());
  plan.drain -= 1;
  ASSERT_EQ(facts_of(plan).errors.size(), 1U);
  EXPECT_THAT(facts_of(plan).errors[0].message, HasSubstr("T5"));
  plan.groups.pop_back();
  EXPECT_EQ(smallest_drain(plan), 30 * kSecond);
}

TEST(CheckPlan, CollectsWhatMustNotBeRun) {
  Plan plan = incident_burst();
  Slo undecided = percentile(0.99999, kSecond, "steady");
  undecided.klass = "account_lock";
  undecided.group = "copilot";
  Slo misspelt = percentile(0.99, kSecond, "stedy");
  plan.slos = {undecided, misspelt};
  const PlanFacts facts = facts_of(plan);
  ASSERT_EQ(facts.errors.size(), 2U);
  EXPECT_THAT(facts.errors[0].message, HasSubstr("nearest: \"steady\""));
  EXPECT_THAT(facts.errors[1].message, HasSubstr("cannot be decided (E8)"));
}

TEST(CheckPlan, EstimatesMemory) {
  const PlanFacts facts = facts_of(incident_burst());
  EXPECT_GT(facts.memory.lanes, 2 * 50'020 * 12.0);
  EXPECT_EQ(facts.memory.views, 5 * 50'020 * 8.0);
  EXPECT_GT(facts.memory.total(), facts.memory.lanes + facts.memory.views);
}

TEST(RangeMember, DealsAsKafkasRangeAssignor) {
  // 12 over 5: 3 3 2 2 2.
  const int expected[] = {0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4};
  for (int partition = 0; partition < 12; ++partition)
    EXPECT_EQ(range_member(partition, 12, 5), expected[partition]);
  for (int partition = 0; partition < 3; ++partition) EXPECT_EQ(range_member(partition, 3, 7), partition);
  EXPECT_EQ(range_member(5, 12, 1), 0);
}

}  // namespace
}  // namespace freshet::plan
