// Validity (V1 … V5) and the verdict: its order, its words, its exit status.
#include "harness/judge/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/judge_fixture.h"

namespace freshet::judge {
namespace {

using base::kMillisecond;
using base::kSecond;
using plan::Comparison;
using plan::Figure;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A plan with one percentile SLO (p99 below 2 s) and figures in which it holds.
struct Case {
  plan::Plan plan = make_plan();
  results::Figures figures;
  Case() {
    plan.slos = {percentile_slo(0.99, 2 * kSecond)};
    figures.slos = {bad_of(30, 3000)};
    results::StalenessRow row;
    row.outcomes.planned = row.outcomes.visible = 3000;
    figures.staleness = {row};
  }
  Verdict verdict() const { return judge(plan, figures); }
  const Validity rule(const std::string& id) const {
    for (const Validity& validity : verdict().validity) {
      if (validity.id.starts_with(id)) return validity;
    }
    ADD_FAILURE() << "no rule " << id;
    return {};
  }
};

TEST(Verdict, PassesWhenEverySloHolds) {
  const Verdict verdict = Case().verdict();
  EXPECT_EQ(verdict.outcome, Outcome::pass);
  EXPECT_EQ(verdict.exit_status(), 0);
  EXPECT_EQ(verdict.reason, "the one SLO holds");
  ASSERT_EQ(verdict.slos.size(), 1U);
  EXPECT_EQ(verdict.validity.size(), 5U);
}

TEST(Verdict, FailsAndNamesTheFirstSloThatDoesNotHold) {
  Case c;
  c.plan.slos.push_back(percentile_slo(0.9, kSecond));
  c.figures.slos.push_back(bad_of(301, 3000));
  const Verdict verdict = c.verdict();
  EXPECT_EQ(verdict.outcome, Outcome::fail);
  EXPECT_EQ(verdict.exit_status(), 1);
  EXPECT_THAT(verdict.reason, StartsWith("1 of 2 SLOs does not hold; the first: staleness p90 of chat_turn"));
  EXPECT_THAT(verdict.reason, HasSubstr("301 bad of 3 000 events, 300 allowed"));
}

TEST(Verdict, MissingEvidenceFails) {
  Case c;
  c.figures.slos.clear();
  EXPECT_EQ(c.verdict().outcome, Outcome::fail);
}

TEST(Verdict, AnSloThatMatchesNothingFails) {
  Case c;
  c.plan.slos.push_back(percentile_slo(0.99, kSecond));
  c.plan.slos[1].group = "nobody";
  c.plan.slos[1].line = 40;
  EXPECT_EQ(c.verdict().outcome, Outcome::fail);
  EXPECT_THAT(c.verdict().reason, HasSubstr("the SLO of line 40: n/a (it matches no planned event"));
}

results::PayloadRow payload_row(double asked, double ratio, std::uint64_t bytes = 131'072) {
  results::PayloadRow row;
  row.asked = asked;
  row.ratio = ratio;
  row.codec = "lz4";
  row.batch_bytes = bytes;
  return row;
}

TEST(Verdict, APayloadAQuarterOffIsInvalid) {
  Case c;
  c.figures.payloads = {payload_row(4, 5), payload_row(4, 3)};
  EXPECT_EQ(c.verdict().outcome, Outcome::pass);
  EXPECT_EQ(c.rule("V8").figure, "3.00:1");
  c.figures.payloads = {payload_row(4, 4.1), payload_row(4, 2.99)};
  EXPECT_EQ(c.verdict().outcome, Outcome::invalid);
  EXPECT_THAT(c.rule("V8").sentence,
              HasSubstr("a batch of chat_turn compresses with lz4 by another ratio than was asked for"));
  EXPECT_EQ(c.rule("V8").figure, "2.99:1");
  EXPECT_EQ(c.rule("V8").limit, "3.00:1 to 5.00:1");
  c.figures.payloads = {payload_row(4, 5.01)};
  EXPECT_FALSE(c.rule("V8").holds);
}

TEST(Verdict, AFewEventsSayNothingOfThePayload) {
  Case c;
  c.figures.payloads = {payload_row(4, 1.5, 16'383)};
  EXPECT_TRUE(c.rule("V8").holds);
  EXPECT_EQ(c.rule("V8").figure, "none");
  c.figures.payloads = {payload_row(4, 1.5, 16'384)};
  EXPECT_FALSE(c.rule("V8").holds);
}

TEST(Verdict, AConsumerThatNeverStartedIsAFail) {
  Case c;
  c.figures.slos = {bad_of(3000, 3000)};
  EXPECT_EQ(c.verdict().outcome, Outcome::fail);
}

TEST(Verdict, WithoutSlosSaysThatNothingWasJudged) {
  Case c;
  c.plan.slos.clear();
  c.figures.slos.clear();
  EXPECT_EQ(c.verdict().outcome, Outcome::pass);
  EXPECT_THAT(c.verdict().reason, HasSubstr("no SLO was asked"));
  c.figures.staleness.clear();
  EXPECT_EQ(c.verdict().outcome, Outcome::fail) << "nothing planned, nothing measured";
}

TEST(Verdict, InterruptedComesBeforeInvalidBeforeFail) {
  Case c;
  c.figures.slos = {bad_of(3000, 3000)};
  EXPECT_EQ(c.verdict().outcome, Outcome::fail);
  c.figures.negative_staleness = 1;
  EXPECT_EQ(c.verdict().outcome, Outcome::invalid);
  EXPECT_EQ(c.verdict().exit_status(), 3);
  EXPECT_THAT(c.verdict().reason, StartsWith("V5 clock"));
  for (const char* ending : {"interrupted", "killed"}) {
    c.figures.ending = ending;
    c.figures.ended_at = 12 * kSecond;
    EXPECT_EQ(c.verdict().outcome, Outcome::interrupted);
    EXPECT_EQ(c.verdict().exit_status(), 130);
    EXPECT_THAT(c.verdict().reason, StartsWith("partial: the run was "));
    EXPECT_THAT(c.verdict().reason, HasSubstr("after 12.0 s"));
  }
}

TEST(Verdict, TheFirstRuleThatIsBrokenIsTheReason) {
  Case c;
  c.figures.own_not_sent = {{0, 1, 1000, 11}};
  c.figures.negative_staleness = 1;
  EXPECT_THAT(c.verdict().reason, StartsWith("V2 own-not-sent"));
}

TEST(Verdict, DamageToAFinishedRunMakesItInvalid) {
  Case c;
  c.figures.damage = {"facts/local/events.jsonl: cut at line 9"};
  EXPECT_EQ(c.verdict().outcome, Outcome::invalid);
  EXPECT_THAT(c.verdict().reason, HasSubstr("cut at line 9"));
  c.figures.ending = "killed";
  EXPECT_EQ(c.verdict().outcome, Outcome::interrupted) << "a cut last line is what killing does";
}

TEST(V1, LimitsTheOwnDelayToFivePercentOfTheBound) {
  Case c;
  c.figures.slos[0].own_delay = 100 * kMillisecond;  // of 2 s
  EXPECT_TRUE(c.rule("V1").holds);
  c.figures.slos[0].own_delay += 1;
  EXPECT_FALSE(c.rule("V1").holds);
  EXPECT_EQ(c.rule("V1").figure, "100 ms");
  EXPECT_EQ(c.rule("V1").limit, "100 ms");
  EXPECT_EQ(c.verdict().outcome, Outcome::invalid);
}

// Stall episodes are left out, so a run that is one from end to end has nothing to judge by: said, not "0 s".
TEST(V1, SaysThatTheOwnDelayIsNotKnownWhereTheQueueWasAlwaysFull) {
  Case c;
  results::ProducerRow row;
  row.own_delay = {{.p = 0.5, .n = 0}, {.p = 1, .n = 0}};
  c.figures.producers = {row, row};
  EXPECT_EQ(c.rule("V1").figure, "unknown");
  EXPECT_THAT(c.rule("V1").sentence, HasSubstr("outside of a stall episode"));
  EXPECT_TRUE(c.rule("V1").holds) << "what the cluster does makes no run invalid";
  c.figures.producers[1].own_delay[0].n = 1;
  EXPECT_EQ(c.rule("V1").figure, "0 s");
}

TEST(V1, NeedsAnSloThatFailsByOwnCausesAlone) {
  Case c;
  c.figures.slos = {bad_of(31, 3000)};
  EXPECT_EQ(c.verdict().outcome, Outcome::fail) << "all 31 are the cluster's";
  c.figures.slos[0].bad_without_own = 30;
  EXPECT_EQ(c.verdict().outcome, Outcome::invalid);
  EXPECT_THAT(c.verdict().reason, StartsWith("V1 own-delay: an SLO fails only by events"));
  c.figures.slos = {bad_of(3000, 3000)};
  c.figures.slos[0].bad_without_own = 31;
  EXPECT_EQ(c.verdict().outcome, Outcome::fail) << "it would fail without them as well";
}

TEST(V1, ComparesWithTheClassBoundForAShareAndWithNothingForACount) {
  Case c;
  c.plan.slos = {make_slo(Figure::staleness_share, Comparison::below, 0.01)};
  c.plan.slos[0].phase = "steady";
  c.figures.slos[0].own_delay = 500 * kMillisecond;  // 5 % of the class's 10 s
  EXPECT_TRUE(c.rule("V1").holds);
  c.figures.slos[0].own_delay += 1;
  EXPECT_FALSE(c.rule("V1").holds);
  c.plan.slos = {make_slo(Figure::lost, Comparison::exactly, 0)};
  EXPECT_TRUE(c.rule("V1").holds);
  EXPECT_THAT(c.rule("V1").sentence, HasSubstr("no SLO has a bound"));
}

TEST(V2, AllowsOnePercentOfAPhase) {
  Case c;
  c.figures.own_not_sent = {{0, 0, 10'000, 0}, {0, 1, 1000, 10}};
  EXPECT_TRUE(c.rule("V2").holds);
  c.figures.own_not_sent[1].not_sent_own = 11;
  EXPECT_FALSE(c.rule("V2").holds);
  EXPECT_EQ(c.rule("V2").figure, "1.10 %");
  EXPECT_THAT(c.rule("V2").sentence, HasSubstr("11 of 1 000 of chat_turn in steady"));
}

TEST(V3, NeedsBothOnePercentAndThreeSeconds) {
  struct Row {
    std::uint64_t bound, measured;
    bool holds;
  };
  const Row table[] = {{0, 100, true},  {2, 100, true}, {3, 100, false}, {3, 300, true},
                       {4, 300, false}, {2, 2, true},   {3, 3, false}};
  for (const Row& row : table) {
    Case c;
    c.figures.receivers = {{0, 1, row.bound, row.measured}};
    EXPECT_EQ(c.rule("V3").holds, row.holds) << row.bound << " of " << row.measured;
  }
}

TEST(V4, LimitsTimerLatenessToFivePercentOfTheBound) {
  Case c;
  c.figures.slos[0].hiccup = 100 * kMillisecond;
  EXPECT_TRUE(c.rule("V4").holds);
  c.figures.slos[0].hiccup += 1;
  EXPECT_FALSE(c.rule("V4").holds);
}

TEST(V4, LooksAtTheSloWhoseBoundIsNearest) {
  Case c;
  c.plan.slos = {percentile_slo(0.99, 10 * kSecond), percentile_slo(0.9, kSecond)};
  c.figures.slos = {bad_of(0, 3000), bad_of(0, 3000)};
  c.figures.slos[0].hiccup = 60 * kMillisecond;
  c.figures.slos[1].hiccup = 51 * kMillisecond;
  EXPECT_FALSE(c.rule("V4").holds);
  EXPECT_EQ(c.rule("V4").figure, "51.0 ms");
  EXPECT_EQ(c.rule("V4").limit, "50.0 ms");
}

TEST(V5, AllowsAStepOfTenPercentOfTheSmallestBoundEitherWay) {
  Case c;  // smallest bound: the SLO's 2 s
  for (const base::Nanos step : {200 * kMillisecond, -200 * kMillisecond}) {
    c.figures.wall_step = step;
    EXPECT_TRUE(c.rule("V5").holds);
    c.figures.wall_step = step > 0 ? step + 1 : step - 1;
    EXPECT_FALSE(c.rule("V5").holds);
  }
}

TEST(V5, ForgivesNoNegativeStaleness) {
  Case c;
  c.figures.negative_staleness = 1;
  EXPECT_FALSE(c.rule("V5").holds);
  EXPECT_EQ(c.rule("V5").figure, "1");
}

TEST(VerdictJson, HoldsWhatWasDecided) {
  const auto json = to_json(Case().verdict());
  EXPECT_EQ(json["outcome"], "pass");
  EXPECT_EQ(json["exit_status"], 0);
  EXPECT_EQ(json["slos"][0]["holds"], true);
  EXPECT_EQ(json["slos"][0]["count"], "30 bad of 3 000 events, 30 allowed");
  EXPECT_EQ(json["validity"][0]["rule"], "V1 own-delay");
}

}  // namespace
}  // namespace freshet::judge
