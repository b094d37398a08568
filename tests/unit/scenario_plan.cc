// From a scenario to its plan: units, defaults, order, params.
#include <filesystem>

#include "harness/plan/check_plan.h"
#include "harness/plan/plan_json.h"
#include "tests/unit/scenario_fixture.h"

namespace freshet::scenario {
namespace {

using base::kMicrosecond;
using base::kSecond;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

// The example of the design, section 6, to the letter.
const std::string kDesignExample = R"lua(
local support = require "support"

return scenario {
  name = "incident-burst",
  about = "A regional outage: eight times the chat traffic, half of it from five enterprise accounts.",

  tenants = support.tenants { enterprise = 20, enterprise_share = "45%", others = 50000, skew = 1.1 },

  streams = {
    account_lock = support.account_lock { rate = "400/s",  bound = "2s" },
    chat_turn    = support.chat_turn    { rate = "2000/s", bound = "10s" },
  },

  groups = {
    agent_desktop  = { members = 2 },
    copilot        = { members = 2, service_time = "50us" },
    quality_review = { members = 2, service_time = "100us", streams = { "chat_turn" }, bound = "60s" },
  },

  phases = {
    warmup   { "20s" },
    steady   { "60s" },
    incident { "30s", magnitude = 8, streams = { "chat_turn" }, hot_accounts = 5, hot_share = "50%" },
    recovery { "40s" },
  },

  slos = {
    slo { "staleness p99.9", class = "account_lock", group = "copilot", below = "2s" },
    slo { "staleness p99", class = "chat_turn", group = "copilot", tier = "enterprise", below = "10s" },
    slo { "lost", exactly = 0 },
    slo { "time to fresh", class = "chat_turn", group = "copilot", after = "incident", below = "20s" },
  },
}
)lua";

TEST(Scenario, TheExampleOfTheDesignHasItsPopulationAndStreams) {
  const plan::Plan plan = plan_of(kDesignExample);
  EXPECT_EQ(plan.name, "incident-burst");
  ASSERT_EQ(plan.populations.size(), 1U);
  const auto& tiers = plan.populations[0].tiers;
  ASSERT_EQ(tiers.size(), 2U);
  EXPECT_EQ(tiers[0].accounts, 20U);
  EXPECT_DOUBLE_EQ(tiers[0].share, 0.45);
  EXPECT_EQ(tiers[1].accounts, 50'000U);
  EXPECT_DOUBLE_EQ(tiers[1].skew, 1.1);
  ASSERT_EQ(plan.streams.size(), 2U);
  EXPECT_EQ(plan.streams[0].name, "account_lock") << "in the order of the text";
  EXPECT_EQ(plan.streams[0].rate, 400);
  EXPECT_EQ(plan.streams[0].bound, 2 * kSecond);
  EXPECT_TRUE(plan.streams[0].critical);
  EXPECT_EQ(plan.streams[1].key, plan::KeyKind::conversation);
  EXPECT_EQ(plan.streams[1].lanes, 36) << "smallest multiple of 12, at least 32 (E2)";
}

TEST(Scenario, TheExampleOfTheDesignHasItsGroupsPhasesAndSlos) {
  const plan::Plan plan = plan_of(kDesignExample);
  ASSERT_EQ(plan.groups.size(), 3U);
  EXPECT_EQ(plan.groups[1].name, "copilot");
  EXPECT_EQ(plan.groups[1].service_time, 50 * kMicrosecond);
  ASSERT_EQ(plan.groups[2].streams.size(), 1U);
  EXPECT_EQ(plan.groups[2].streams[0].stream, 1U);
  EXPECT_EQ(plan.groups[2].streams[0].bound, 60 * kSecond);
  ASSERT_EQ(plan.phases.size(), 4U);
  EXPECT_EQ(plan.phases[2].kind, plan::PhaseKind::incident);
  EXPECT_EQ(plan.phases[2].begin, 80 * kSecond);
  EXPECT_EQ(plan.phases[2].end, 110 * kSecond);
  EXPECT_EQ(plan.phases[2].magnitude, 8);
  EXPECT_THAT(plan.phases[2].streams, ElementsAre(1U));
  EXPECT_EQ(plan.phases[2].hot_accounts, 5U);
  EXPECT_EQ(plan.phases[2].hot_share, 0.5);
  EXPECT_FALSE(plan.streams[1].segments.empty());
  EXPECT_EQ(plan.drain, 65 * kSecond) << "the largest bound + 5 s (T5)";
  ASSERT_EQ(plan.slos.size(), 4U);
  EXPECT_EQ(plan.slos[0].percentile, 0.999) << "the same bits as the literal";
  EXPECT_EQ(plan.slos[0].threshold, 2e9);
  EXPECT_EQ(plan.slos[0].line, 29);
  EXPECT_EQ(plan.slos[2].figure, plan::Figure::lost);
  EXPECT_EQ(plan.slos[2].comparison, plan::Comparison::exactly);
  EXPECT_EQ(plan.slos[3].after, "incident");
}

TEST(Scenario, AStreamIsEnough) {
  const plan::Plan plan =
      load_scenario_text("return scenario { streams = { chat = {} } }", "a/b/tiny.lua", {}).plan;
  EXPECT_EQ(plan.name, "tiny");
  EXPECT_EQ(plan.seed, 1U);
  EXPECT_EQ(plan.streams[0].klass, "chat");
  EXPECT_EQ(plan.streams[0].rate, 100);
  ASSERT_EQ(plan.groups.size(), 1U);
  ASSERT_EQ(plan.groups[0].streams.size(), 1U);
  EXPECT_EQ(plan.groups[0].streams[0].bound, 5 * kSecond);
  ASSERT_EQ(plan.phases.size(), 2U);
  EXPECT_EQ(plan.phases[0].end, 5 * kSecond);
  EXPECT_EQ(plan.end(), 25 * kSecond);
  EXPECT_EQ(plan.drain, 30 * kSecond);
  EXPECT_EQ(plan.hold, 10 * kSecond);
  EXPECT_EQ(plan.scenario_file, "a/b/tiny.lua");
  EXPECT_THAT(plan.scenario_text, HasSubstr("return scenario"));
}

TEST(Scenario, AStreamSaysAllOfThis) {
  const plan::Plan plan = plan_of(R"(return scenario { streams = { chat = {
    class = "talk", partitions = 5, replication = 3, rate = "6000/min", arrival = "uniform", size = "1KiB",
    key = "case", keys_per_account = 4, bound = "1.5 min", critical = true, lanes = 50,
    topic = { ["retention.ms"] = 604800000, ["cleanup.policy"] = "compact", ["unclean.leader.election.enable"] = false,
              ["min.cleanable.dirty.ratio"] = 0.5 },
    client = { ["linger.ms"] = 5.0 } } } })");
  const plan::Stream& stream = plan.streams[0];
  EXPECT_EQ(stream.klass, "talk");
  EXPECT_EQ(stream.partitions, 5);
  EXPECT_EQ(stream.replication, 3);
  EXPECT_EQ(stream.rate, 100);
  EXPECT_EQ(stream.arrival, workloads::Arrival::uniform);
  EXPECT_EQ(stream.size.minimum, 1024U);
  EXPECT_EQ(stream.size.maximum, 1024U);
  EXPECT_EQ(stream.key, plan::KeyKind::kase);
  EXPECT_EQ(stream.keys_per_account, 4U);
  EXPECT_EQ(stream.bound, 90 * kSecond);
  EXPECT_EQ(stream.lanes, 50);
  EXPECT_TRUE(stream.critical);
  EXPECT_THAT(
      stream.topic_config,
      ElementsAre(Pair("cleanup.policy", "compact"), Pair("min.cleanable.dirty.ratio", "0.5"),
                  Pair("retention.ms", "604800000"), Pair("unclean.leader.election.enable", "false")));
  EXPECT_THAT(stream.client_settings, ElementsAre(Pair("linger.ms", "5")));
}

TEST(Scenario, SizesAreFixedUniformOrLognormal) {
  const plan::Plan plan = plan_of(R"(return scenario { streams = {
    a = { size = 300 }, b = { size = { min = "100B", max = "1kB" } },
    c = { size = { median = "600B", sigma = 0.8, min = "128B", max = "16KiB" } } } })");
  EXPECT_EQ(plan.streams[0].size.kind, workloads::SizeKind::fixed);
  EXPECT_EQ(plan.streams[0].size.minimum, 300U);
  EXPECT_EQ(plan.streams[1].size.kind, workloads::SizeKind::uniform);
  EXPECT_EQ(plan.streams[1].size.maximum, 1000U);
  EXPECT_EQ(plan.streams[2].size.kind, workloads::SizeKind::lognormal);
  EXPECT_EQ(plan.streams[2].size.median, 600);
  EXPECT_EQ(plan.streams[2].size.sigma, 0.8);
  EXPECT_EQ(plan.streams[2].size.maximum, 16'384U);
}

TEST(Scenario, SizesAreThoseThatWereMeasured) {
  const plan::Plan plan = plan_of(R"(return scenario { streams = {
    a = { size = { "7KiB", "310B", 512, "512B" } } } })");
  EXPECT_EQ(plan.streams[0].size.kind, workloads::SizeKind::empirical);
  EXPECT_THAT(plan.streams[0].size.samples, ElementsAre(310, 512, 512, 7168));
  const auto read = plan::plan_from_json(plan::to_json(plan));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->streams[0].size.samples, plan.streams[0].size.samples);
}

TEST(Scenario, LanesAreTheSmallestMultipleOfThePartitionsFrom32) {
  for (const auto& [partitions, lanes] :
       {std::pair{1, 32}, {3, 33}, {12, 36}, {32, 32}, {33, 33}, {100, 100}}) {
    const plan::Plan plan =
        plan_of("return scenario { streams = { s = { partitions = " + std::to_string(partitions) + " } } }");
    EXPECT_EQ(plan.streams[0].lanes, lanes) << partitions;
  }
}

TEST(Scenario, AGroupSaysAllOfThis) {
  const plan::Plan plan = plan_of(R"(return scenario { streams = { a = {}, b = { class = "bee" } }, groups = {
    g = { members = 3, streams = { "b", "a" }, service_time = "1ms", bound = "7s", bounds = { bee = "9s" }, queue = 10,
          commit = "after_apply", commit_interval = "500ms", start = "beginning", isolation = "read_uncommitted",
          client = { ["fetch.wait.max.ms"] = 10 }, protocol = "consumer", never_starts = true } } })");
  const plan::Group& group = plan.groups[0];
  EXPECT_EQ(group.members, 3);
  ASSERT_EQ(group.streams.size(), 2U);
  EXPECT_EQ(group.streams[0].stream, 1U);
  EXPECT_EQ(group.streams[0].bound, 9 * kSecond);
  EXPECT_EQ(group.streams[1].bound, 7 * kSecond);
  EXPECT_EQ(group.queue, 10U);
  EXPECT_EQ(group.commit, plan::CommitPolicy::after_apply);
  EXPECT_EQ(group.commit_interval, kSecond / 2);
  EXPECT_EQ(group.start, plan::Start::beginning);
  EXPECT_FALSE(group.read_committed);
  EXPECT_TRUE(group.never_starts);
  EXPECT_THAT(group.client_settings,
              ElementsAre(Pair("fetch.wait.max.ms", "10"), Pair("group.protocol", "consumer")));
}

TEST(Scenario, AServiceTimeMayBeDrawn) {
  const plan::Plan plan = plan_of(R"(return scenario { streams = { a = {} }, groups = {
    even = { service_time = "2ms" }, drawn = { service_time = { exponential = "1ms" } } } })");
  EXPECT_EQ(plan.groups[0].service_time, 2 * base::kMillisecond);
  EXPECT_EQ(plan.groups[0].service, workloads::ServiceKind::constant);
  EXPECT_EQ(plan.groups[1].service_time, base::kMillisecond);
  EXPECT_EQ(plan.groups[1].service, workloads::ServiceKind::exponential);
}

TEST(Scenario, PhasesComeInTheOrderOfTheListWithKindsAndNames) {
  const plan::Plan plan = plan_of(R"(return scenario { streams = { a = {}, b = {} }, phases = {
    phase { "cold", "1 min", kind = "warmup" }, phase { "steady", "2s" }, warmup { "3s", name = "again" },
    ramp { "4s", from = 0.5, to = 3, streams = { "b" } }, rest "5s",
    phase { "outage", "6s", kind = "incident", magnitude = 2.5, ramp = "1500ms", decay = "1s" },
    steady { "1s", name = "after.1" } } })");
  std::vector<std::string> names;
  for (const plan::Phase& phase : plan.phases) names.push_back(phase.name);
  EXPECT_THAT(names, ElementsAre("cold", "steady", "again", "ramp", "rest", "outage", "after.1"));
  EXPECT_EQ(plan.phases[0].kind, plan::PhaseKind::warmup);
  EXPECT_EQ(plan.phases[1].begin, 60 * kSecond);
  EXPECT_EQ(plan.phases[3].from, 0.5);
  EXPECT_EQ(plan.phases[3].to, 3);
  EXPECT_THAT(plan.phases[3].streams, ElementsAre(1U));
  EXPECT_EQ(plan.phases[5].kind, plan::PhaseKind::incident);
  EXPECT_EQ(plan.phases[5].ramp, 3 * kSecond / 2);
  EXPECT_EQ(plan.phases[5].decay, kSecond);
  EXPECT_EQ(plan.end(), 81 * kSecond);
}

TEST(Scenario, AReplayIsAFurtherGroup) {
  const plan::Plan plan = plan_of(R"(return scenario { streams = { a = {}, b = {} }, phases = {
    steady { "5s" }, replay { "5s", group = "reindex", streams = { "b" }, rate = "5000/s", members = 3, from = "start" },
    replay { "5s", name = "full", rate = "unlimited" } } })");
  ASSERT_EQ(plan.replays.size(), 2U);
  EXPECT_EQ(plan.replays[0].name, "reindex");
  EXPECT_EQ(plan.replays[0].phase, 1U);
  EXPECT_EQ(plan.replays[0].members, 3);
  EXPECT_TRUE(plan.replays[0].capped);
  EXPECT_EQ(plan.replays[0].rate, 5000);
  EXPECT_THAT(plan.replays[0].streams, ElementsAre(1U));
  EXPECT_EQ(plan.replays[1].name, "full");
  EXPECT_FALSE(plan.replays[1].capped);
  EXPECT_THAT(plan.replays[1].streams, ElementsAre(0U, 1U));
}

TEST(Scenario, AnSloReadsAsItsFigureWantsIt) {
  const plan::Plan plan = plan_of(R"(return scenario { hold = "5s", streams = { a = { rate = "1000/s" } },
    phases = { incident { "60s" }, recovery { "60s" } }, slos = {
    slo { "staleness p50", below = "20ms" }, slo { "staleness share", phase = "recovery", below = "0.5%" },
    slo { "duplicate", below = 5 }, slo { "out of order", above = 0 }, slo { "freshness lag", above = "1s" },
    slo { "time to fresh", below = "30s" } } })");
  ASSERT_EQ(plan.slos.size(), 6U);
  EXPECT_EQ(plan.slos[0].percentile, 0.5);
  EXPECT_EQ(plan.slos[0].threshold, 20e6);
  EXPECT_EQ(plan.slos[1].figure, plan::Figure::staleness_share);
  EXPECT_EQ(plan.slos[1].threshold, 0.005);
  EXPECT_EQ(plan.slos[1].phase, "recovery");
  EXPECT_EQ(plan.slos[2].threshold, 5);
  EXPECT_EQ(plan.slos[3].comparison, plan::Comparison::above);
  EXPECT_EQ(plan.slos[4].figure, plan::Figure::freshness_lag);
  EXPECT_EQ(plan.slos[5].figure, plan::Figure::time_to_fresh);
}

const std::string kWithParams = R"(
local rate  = param { "rate", default = "100/s", about = "chat turns a second" }
local count = param { "members", default = 2 }
local hot   = param { "hot", default = false }
local what  = param { "what", default = "nothing in particular" }
assert(type(count) == "number" and type(hot) == "boolean")
return scenario { about = what, streams = { s = { rate = rate, critical = hot } }, groups = { g = { members = count } } }
)";

TEST(Params, HaveDefaultsTypesAndDescriptions) {
  const plan::Plan plan = plan_of(kWithParams);
  EXPECT_EQ(plan.streams[0].rate, 100);
  ASSERT_EQ(plan.params.size(), 4U);
  EXPECT_EQ(plan.params[0].name, "rate");
  EXPECT_EQ(plan.params[0].type, "rate");
  EXPECT_EQ(plan.params[0].about, "chat turns a second");
  EXPECT_EQ(plan.params[0].value, "100/s");
  EXPECT_EQ(plan.params[1].type, "number");
  EXPECT_EQ(plan.params[2].type, "boolean");
  EXPECT_EQ(plan.params[3].type, "text");
}

TEST(Params, TakeWhatTheCommandLineSays) {
  Options options;
  options.params = {{"rate", "2k/s"}, {"members", "5"}, {"hot", "true"}, {"what", "5"}};
  const plan::Plan plan = plan_of(kWithParams, options);
  EXPECT_EQ(plan.streams[0].rate, 2000);
  EXPECT_TRUE(plan.streams[0].critical);
  EXPECT_EQ(plan.groups[0].members, 5);
  EXPECT_EQ(plan.about, "5") << "a text stays a text";
  EXPECT_EQ(plan.params[0].value, "2k/s");
  EXPECT_EQ(plan.params[0].fallback, "100/s");
}

TEST(Params, RefuseWhatIsNotOfTheirType) {
  Options options;
  options.params = {{"rate", "fast"}, {"members", "many"}, {"hot", "1"}, {"mebers", "3"}};
  EXPECT_THAT(
      errors_in(kWithParams, options),
      testing::UnorderedElementsAre(HasSubstr("0: -P rate=fast: rate \"fast\": does not start with a number"),
                                    HasSubstr("0: -P members=many: found \"many\", expected a number"),
                                    HasSubstr("0: -P hot=1: found \"1\", expected true or false"),
                                    HasSubstr("has no param \"mebers\"; nearest: \"members\"")));
}

TEST(Params, AreKnownEvenWhenTheScenarioIsWrong) {
  const Loaded loaded = load("local r = param { 'rate', default = '5/s' }\nreturn scenario { streams = 5 }");
  EXPECT_FALSE(loaded.ok());
  ASSERT_EQ(loaded.plan.params.size(), 1U);
}

TEST(Options, TheSeedOfTheCommandLineIsStronger) {
  Options options;
  options.seed = 77;
  EXPECT_EQ(plan_of("return scenario { seed = 5, streams = { s = {} } }").seed, 5U);
  EXPECT_EQ(plan_of("return scenario { seed = 5, streams = { s = {} } }", options).seed, 77U);
}

TEST(Support, EveryClassMakesALegalStream) {
  const plan::Plan plan = plan_of(
      "local support = require 'support'\nlocal streams = {}\n"
      "for word, make in pairs(support) do if word ~= 'tenants' then streams[word] = make() end end\n"
      "return scenario { tenants = support.tenants(), streams = streams }");
  EXPECT_GE(plan.streams.size(), 15U);
  for (const plan::Stream& stream : plan.streams) EXPECT_GT(stream.rate, 0) << stream.name;
}

TEST(Support, WhatTheScenarioStatesIsStronger) {
  const plan::Plan plan = plan_of(R"(local support = require "support"
    return scenario { streams = {
      flags = support.feature_flag { topic = { ["retention.ms"] = 5 } },
      chat  = support.chat_turn { key = "account" } } })");
  EXPECT_THAT(plan.streams[0].topic_config, Contains(Pair("cleanup.policy", "compact")));
  EXPECT_THAT(plan.streams[0].topic_config, Contains(Pair("retention.ms", "5")));
  EXPECT_EQ(plan.streams[1].keys_per_account, 1U);
}

class Shipped : public testing::TestWithParam<const char*> {};

TEST_P(Shipped, IsLegalDecidableAndShort) {
  const Loaded loaded = load_scenario(std::string(FRESHET_SCENARIOS) + "/" + GetParam(), {});
  ASSERT_THAT(errors_of(loaded), IsEmpty());
  EXPECT_LE(std::ranges::count(loaded.plan.scenario_text, '\n'), 42);
  std::vector<plan::StreamLanes> lanes;
  for (std::size_t i = 0; i < loaded.plan.streams.size(); ++i) lanes.emplace_back(loaded.plan, i);
  const plan::PlanFacts facts = plan::check_plan(loaded.plan, lanes);
  for (const auto& error : facts.errors) ADD_FAILURE() << error.message;
  for (const auto& broken : facts.broken) ADD_FAILURE() << broken.sentence;
  for (const auto& load : facts.groups)
    EXPECT_LT(load.worst_member, 0.7) << load.group << " in " << load.phase;
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Shipped,
                         testing::Values("agent_reads.lua", "broker_loss.lua", "broker_pause.lua",
                                         "cold_start.lua", "controller_loss.lua", "freshness_gate.lua",
                                         "hot_enterprise.lua", "incident_burst.lua", "new_broker.lua",
                                         "rebalance.lua", "replay_isolation.lua", "replay_storm.lua",
                                         "rolling_restart.lua", "smoke.lua", "traffic_doubles.lua"),
                         [](const auto& test) {
                           const std::string file = test.param;
                           return file.substr(0, file.find('.'));
                         });

TEST(Shipped, NoneIsForgottenHere) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(FRESHET_SCENARIOS)) {
    files += entry.path().extension() == ".lua" ? 1U : 0U;
  }
  EXPECT_EQ(files, 15U);
}

}  // namespace
}  // namespace freshet::scenario
