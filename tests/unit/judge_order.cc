// The rules of validity in order: the first that is broken is the reason; V6 is said and seldom a reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "harness/judge/rules.h"
#include "harness/judge/verdict.h"
#include "tests/unit/judge_fixture.h"

namespace freshet::judge {
namespace {

using base::kMillisecond;
using base::kSecond;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Broken {
  plan::Plan plan = make_plan();
  results::Figures figures;

  // Every rule broken at once.
  Broken() {
    plan.slos = {percentile_slo(0.99, 2 * kSecond)};
    plan.slos[0].steady = true;
    plan.streams[0].replication = 3;
    figures.slos = {bad_of(3000, 3000)};
    results::StalenessRow row;
    row.outcomes.planned = 3000;
    figures.staleness = {row};
    figures.slos[0].own_delay = figures.slos[0].hiccup = kSecond;
    figures.own_not_sent = {{0, 1, 1000, 11}};
    figures.receivers = {{0, 1, 30, 100}};
    figures.wall_step = kSecond;
    figures.steady = {{0, 0, 1, true, true, kMillisecond, kMillisecond, kSecond, 10 * kMillisecond}};
    figures.durability = {{0, "the replication", "3", "1"}};
    results::PayloadRow payload;
    payload.asked = 4;
    payload.ratio = 1.5;
    payload.batch_bytes = 131'072;
    figures.payloads = {payload};
    results::CommandRow command;
    command.command = "false";
    command.began = command.ended = true;
    command.status = 1;
    figures.commands = {command};
  }
};

// Each rule's own cure, in the order in which reasons are told.
const std::pair<const char*, std::function<void(Broken&)>> kCures[] = {
    {"V1 own-delay", [](Broken& b) { b.figures.slos[0].own_delay = 0; }},
    {"V2 own-not-sent", [](Broken& b) { b.figures.own_not_sent[0].not_sent_own = 10; }},
    {"V3 receiver-bound", [](Broken& b) { b.figures.receivers[0].bound_seconds = 1; }},
    {"V4 host-stall", [](Broken& b) { b.figures.slos[0].hiccup = 0; }},
    {"V5 clock", [](Broken& b) { b.figures.wall_step = 0; }},
    {"V6 cold", [](Broken& b) { b.figures.steady[0].cold = false; }},
    {"V7 durability", [](Broken& b) { b.figures.durability.clear(); }},
    {"V8 payload", [](Broken& b) { b.figures.payloads[0].ratio = 4; }},
    {"V9 disturbance", [](Broken& b) { b.figures.commands[0].status = 0; }},
};

TEST(Reasons, ComeInTheOrderOfTheRules) {
  Broken broken;
  for (const auto& [id, cure] : kCures) {
    const Verdict verdict = judge(broken.plan, broken.figures);
    EXPECT_EQ(verdict.outcome, Outcome::invalid);
    EXPECT_THAT(verdict.reason, StartsWith(std::string(id) + ": "));
    cure(broken);
  }
  const Verdict verdict = judge(broken.plan, broken.figures);
  EXPECT_EQ(verdict.outcome, Outcome::fail) << "trusted now: and the figures are bad. " << verdict.reason;
}

TEST(Reasons, EachRuleSaysItsIdSentenceFigureAndLimit) {
  const Verdict verdict = judge(Broken().plan, Broken().figures);
  std::vector<std::string> ids;
  for (const Validity& rule : verdict.validity) {
    EXPECT_FALSE(rule.holds) << rule.id;
    EXPECT_FALSE(rule.sentence.empty() || rule.figure.empty() || rule.limit.empty()) << rule.id;
    ids.push_back(rule.id);
  }
  std::vector<std::string> listed;
  for (const Rule& rule : rules()) listed.emplace_back(rule.id);
  EXPECT_EQ(ids, listed) << "the list of freshet help validity is the one that is looked at";
}

TEST(V6, IsSaidAndNoReasonUnlessAnSloAsks) {
  Broken broken;
  for (const auto& [id, cure] : kCures) {
    if (std::string(id) != "V6 cold") cure(broken);
  }
  EXPECT_EQ(judge(broken.plan, broken.figures).outcome, Outcome::invalid);
  broken.plan.slos[0].steady = false;
  broken.figures.slos[0] = bad_of(0, 3000);
  const Verdict verdict = judge(broken.plan, broken.figures);
  EXPECT_EQ(verdict.outcome, Outcome::pass);
  const auto rule = std::ranges::find(verdict.validity, "V6 cold", &Validity::id);
  ASSERT_NE(rule, verdict.validity.end());
  EXPECT_TRUE(rule->holds);
  EXPECT_TRUE(rule->said);
  EXPECT_EQ(rule->figure, "1 of 1");
  EXPECT_THAT(rule->sentence, HasSubstr("chat_turn at copilot in steady"));
  EXPECT_THAT(rule->sentence, HasSubstr("p99 1.00 s, then 10.0 ms"));
}

TEST(V6, OfAPhaseThatAnSloAsksForHasToBeKnown) {
  Broken broken;
  for (const auto& [id, cure] : kCures) cure(broken);
  broken.figures.steady[0].known = false;
  EXPECT_THAT(judge(broken.plan, broken.figures).reason, StartsWith("V6 cold"));
  broken.plan.slos[0].phase = "recovery";
  EXPECT_EQ(judge(broken.plan, broken.figures).outcome, Outcome::fail) << "it is judged elsewhere";
}

}  // namespace
}  // namespace freshet::judge
