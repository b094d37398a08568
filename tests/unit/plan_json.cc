// The plan as data (design 7) and the two hashes (E3).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "harness/base/random.h"
#include "harness/plan/plan_json.h"
#include "harness/plan/sound.h"
#include "tests/unit/plan_fixture.h"

namespace freshet::plan {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// A plan in which no field has its default.
Plan full() {
  Plan plan = incident_burst();
  plan.about = "ünïcode and \"quotes\"\n";
  plan.seed = 0xfedcba9876543210ULL;
  plan.streams[1].topic_config = {{"retention.ms", "60000"}};
  plan.streams[1].client_settings = {{"linger.ms", "5"}};
  plan.streams[1].size = {workloads::SizeKind::lognormal, 100, 9000, 512.1, 0.7};
  plan.streams[1].key = KeyKind::conversation;
  plan.streams[1].keys_per_account = 3;
  plan.streams[1].arrival = workloads::Arrival::uniform;
  plan.groups[1].commit = CommitPolicy::after_apply;
  plan.groups[1].start = Start::beginning;
  plan.phases[2].ramp = base::kSecond;
  plan.phases[2].decay = 2 * base::kSecond;
  plan.streams[0].prefill = 60 * base::kSecond;
  plan.groups[1].static_membership = true;
  plan.groups[1].racks = {"a", "b"};
  plan.replays = {{.name = "rebuild",
                   .kind = PassKind::backlog,
                   .phase = 3,
                   .members = 2,
                   .streams = {0, 1},
                   .start = PassStart::ago,
                   .offset = 7,
                   .ago = 5 * base::kSecond,
                   .bytes = 1e6,
                   .capped = true,
                   .rate = 1234.5,
                   .lasts = base::kSecond,
                   .cpus = {1},
                   .client_settings = {{"fetch.min.bytes", "1"}},
                   .line = 14}};
  plan.phases[3].isolation = "quiet";
  plan.phases[3].isolation_on = true;
  plan.changes = {{.phase = 3,
                   .group = 1,
                   .kind = ChangeKind::pause,
                   .members = 2,
                   .at = 120 * base::kSecond,
                   .lasts = base::kSecond,
                   .line = 15}};
  plan.faults = {{.phase = 3,
                  .at = 121 * base::kSecond,
                  .run = "scripts/kafka kill 2",
                  .undo = "scripts/kafka start",
                  .after = 9 * base::kSecond,
                  .timeout = 60 * base::kSecond,
                  .line = 16}};
  plan.reads = {{.name = "after_lock",
                 .group = 1,
                 .streams = {1, 0},
                 .triggered = true,
                 .rate = 12.5,
                 .after = 1,
                 .delay_min = base::kSecond,
                 .delay_max = 3 * base::kSecond,
                 .share = 0.25,
                 .decide = "function(view) return 1 end",
                 .line = 17}};
  plan.slos = {slo_of(Figure::staleness_percentile, 1e10, 12), slo_of(Figure::lost, 0, 13)};
  plan.slos[0].read = "after_lock";
  plan.slos[0].percentile = 0.999;
  plan.slos[0].tier = "enterprise";
  plan.slos[1].comparison = Comparison::exactly;
  plan.params = {{"rate", "events a second", "rate", "400/s", "200/s"}};
  plan.client_settings = {{"compression.type", "zstd"}};
  plan.scenario_file = "scenarios/incident_burst.lua";
  plan.scenario_text = "return scenario {}";
  fill_segments(plan);
  return plan;
}

json read_back(const json& written) {
  return json::parse(written.dump());
}

TEST(PlanJson, ReadsBackExactly) {
  const Plan plan = full();
  const auto again = plan_from_json(read_back(to_json(plan)));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), to_json(plan));
  EXPECT_EQ(load_hash(*again), load_hash(plan));
  EXPECT_EQ(scenario_hash(*again), scenario_hash(plan));
  EXPECT_EQ(again->seed, plan.seed);
  EXPECT_EQ(again->streams[1].size.median, 512.1);
}

TEST(PlanJson, DoublesKeepEveryBit) {
  base::Random random(3);
  for (int i = 0; i < 2000; ++i) {
    Plan plan = steady(1, 1);
    plan.streams[0].rate = base::portable_exp((random.unit() - 0.5) * 40);
    fill_segments(plan);
    const auto again = plan_from_json(read_back(to_json(plan)));
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(again->streams[0].rate, plan.streams[0].rate);
    ASSERT_EQ(again->streams[0].segments[0].rate_end, plan.streams[0].segments[0].rate_end);
  }
}

TEST(PlanJson, EnumeratorsAreLowerCaseWords) {
  const json written = to_json(full());
  EXPECT_EQ(written["streams"][1]["key"], "conversation");
  EXPECT_EQ(written["phases"][2]["kind"], "incident");
  EXPECT_EQ(written["slos"][0]["figure"], "staleness_percentile");
  EXPECT_EQ(written["groups"][1]["commit"], "after_apply");
}

// Every leaf of the document as a JSON pointer.
std::vector<json::json_pointer> leaves(const json& document) {
  std::vector<json::json_pointer> found;
  const json flat = document.flatten();
  for (const auto& [path, value] : flat.items()) found.emplace_back(path);
  return found;
}

// Another value of the same type that is still sound where soundness does not matter for hashing.
json altered(const json& value) {
  if (value.is_boolean()) return !value.get<bool>();
  if (value.is_number_float()) return value.get<double>() + 0.0625;
  if (value.is_number()) return value.get<std::int64_t>() + 1;
  if (value.is_string()) return value.get<std::string>() + "x";
  return "something";
}

TEST(Hashes, TheLoadHashChangesWithTheLoad) {
  const Plan plan = full();
  const auto changes_with = [&](auto&& change) {
    Plan other = plan;
    change(other);
    return load_hash(other) != load_hash(plan);
  };
  EXPECT_TRUE(changes_with([](Plan& p) { ++p.seed; }));
  EXPECT_TRUE(changes_with([](Plan& p) { p.populations[0].tiers[1].skew += 1e-15; }));
  EXPECT_TRUE(changes_with([](Plan& p) { p.populations[0].tiers[0].accounts += 1; }));
  EXPECT_TRUE(changes_with([](Plan& p) { p.streams[0].name = "other"; }));
  EXPECT_TRUE(changes_with([](Plan& p) { p.streams[0].lanes = 72; }));
  EXPECT_TRUE(changes_with([](Plan& p) { p.streams[0].key = KeyKind::tenant; }));
  EXPECT_TRUE(changes_with([](Plan& p) { p.streams[0].keys_per_account = 2; }));
  EXPECT_TRUE(changes_with([](Plan& p) { p.streams[0].size.maximum += 1; }));
  EXPECT_TRUE(changes_with([](Plan& p) { p.streams[0].arrival = workloads::Arrival::uniform; }));
  EXPECT_TRUE(changes_with([](Plan& p) { p.streams[0].segments[0].rate_end += 1e-12; }));
  EXPECT_TRUE(changes_with([](Plan& p) { p.streams[0].critical = false; }));
  EXPECT_TRUE(changes_with([](Plan& p) { p.streams[0].prefill += base::kSecond; }));
}

TEST(Hashes, TheLoadHashIsThatOfTheEventsAndOfNothingElse) {
  Plan plan = full();
  const std::string before = load_hash(plan);
  plan.name = "other";
  plan.groups.clear();
  plan.slos.clear();
  plan.replays.clear();
  plan.changes.clear();
  plan.faults.clear();
  plan.reads.clear();
  plan.streams[0].partitions = 6;
  plan.streams[0].replication = 3;
  plan.streams[0].topic_config["retention.ms"] = "1";
  plan.streams[0].klass = "other";
  plan.streams[0].bound += 1;
  plan.populations[0].name = "other";
  plan.populations[0].tiers[0].name = "other";
  plan.drain += 1;
  EXPECT_EQ(load_hash(plan), before);
}

TEST(Hashes, TheScenarioHashChangesWithEveryLeafOfThePlan) {
  const Plan plan = full();
  const json written = to_json(plan);
  const std::string before = scenario_hash(plan);
  std::set<std::string> seen;
  int tried = 0;
  for (const auto& leaf : leaves(written)) {
    json changed = written;
    changed[leaf] = altered(written[leaf]);
    const auto other = plan_from_json(changed);
    if (!other) continue;  // not sound any more: no plan, no hash
    ++tried;
    const std::string path = leaf.to_string();
    const bool layout = path == "/scenario_file" || path == "/scenario_text" || path.ends_with("/line");
    EXPECT_EQ(scenario_hash(*other) == before, layout) << path;
    if (!layout) {
      EXPECT_TRUE(seen.insert(scenario_hash(*other)).second) << path;
    }
  }
  EXPECT_GT(tried, 100);
}

TEST(Hashes, AreSixteenHexDigitsAndTheSameOnEveryMachine) {
  EXPECT_EQ(load_hash(full()), "20b5c26cb3b36ddc");
  EXPECT_EQ(scenario_hash(full()), "28117a2e9edac6b2");
}

// A plan without reads is written as it was before there were any.
TEST(PlanJson, SaysNothingOfReadsWhereThereAreNone) {
  Plan plan = full();
  plan.reads.clear();
  plan.slos[0].read.clear();
  const json written = to_json(plan);
  EXPECT_FALSE(written.contains("reads"));
  EXPECT_FALSE(written["slos"][0].contains("read"));
  EXPECT_TRUE(plan_from_json(read_back(written)));
  EXPECT_EQ(scenario_hash(plan), "331f2b265c7938a5");
}

TEST(PlanJson, NamesThePlaceOfTheDamage) {
  json damaged = to_json(full());
  damaged["streams"][1]["size"].erase("sigma");
  EXPECT_THAT(plan_from_json(damaged).error().message, HasSubstr("streams[1].size.sigma is missing"));
  EXPECT_EQ(plan_from_json(damaged).error().kind, base::ErrorKind::io);
  damaged = to_json(full());
  damaged["phases"][0]["kind"] = "banana";
  EXPECT_THAT(plan_from_json(damaged).error().message, HasSubstr("phases[0].kind is \"banana\""));
  damaged = to_json(full());
  damaged["groups"][0]["members"] = "two";
  EXPECT_THAT(plan_from_json(damaged).error().message,
              HasSubstr("groups[0].members is string, expected a whole number"));
  damaged = to_json(full());
  damaged["streams"][0]["keys_per_account"] = -1;
  EXPECT_THAT(plan_from_json(damaged).error().message, HasSubstr("out of range"));
  EXPECT_FALSE(plan_from_json(json::array()));
}

TEST(PlanJson, NoDocumentGetsThroughThatLanesCouldNotBear) {
  const auto refused = [](const char* path, const json& value) {
    json damaged = to_json(full());
    damaged[json::json_pointer(path)] = value;
    EXPECT_FALSE(plan_from_json(damaged)) << path << " = " << value;
  };
  refused("/streams/0/population", 7);
  refused("/streams/0/lanes", 0);
  refused("/streams/0/lanes", 37);
  refused("/streams/0/lanes", 120'000);
  refused("/streams/0/partitions", 0);
  refused("/streams/0/rate", -1.0);
  refused("/streams/0/segments/0/end", 1);
  refused("/streams/0/segments/0/rate_end", 1e300);
  refused("/streams/0/segments", json::array());
  refused("/streams/1/segments/2/hot_accounts", 21);
  refused("/streams/1/segments/2/hot_share", 1.5);
  refused("/streams/0/size/minimum", 1000);
  refused("/streams/1/size/sigma", -1.0);
  refused("/populations/0/tiers", json::array());
  refused("/populations/0/tiers/0/share", 0.5);
  refused("/populations/0/tiers/0/accounts", 0);
  refused("/populations/0/tiers/1/accounts", 4'000'000'000U);
  refused("/populations/0/tiers/1/skew", -1.0);
  refused("/groups/0/streams/0/stream", 2);
  refused("/groups/0/members", 0);
  refused("/phases/0/end", 20'000'000'001);
  refused("/phases/2/streams/0", 2);
  refused("/phases/2/ramp", 40'000'000'000);
  refused("/replays/0/phase", 4);
  refused("/replays/0/streams/0", 2);
  refused("/replays/0/rate", 0.0);
  refused("/reads/0/group", 3);
  refused("/reads/0/group", 2);  // that does not read stream 0
  refused("/reads/0/streams", json::array());
  refused("/reads/0/streams/0", 2);
  refused("/reads/0/streams/0", 0);  // twice
  refused("/reads/0/after", 2);
  refused("/reads/0/delay_min", -1);
  refused("/reads/0/delay_max", 1);
  refused("/reads/0/share", 0.0);
  refused("/drain", -1);
  refused("/hold", nullptr);
}

// Random damage of type and value at every place must give an error or a sound plan, never anything else.
TEST(PlanJson, SurvivesAnyDamage) {
  const json written = to_json(full());
  const json replacements[] = {nullptr, -1, 0, 1e308, "x", json::array(), json::object(), true, ~0ULL};
  for (const auto& leaf : leaves(written)) {
    for (const json& replacement : replacements) {
      json damaged = written;
      damaged[leaf] = replacement;
      const auto plan = plan_from_json(damaged);
      if (plan) {
        EXPECT_TRUE(sound(*plan)) << leaf;
      }
    }
    json damaged = written;
    damaged[leaf.parent_pointer()] = 3;
    EXPECT_FALSE(plan_from_json(damaged)) << leaf;
  }
}

TEST(Sound, TheFixturesAre) {
  const auto status = sound(full());
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_TRUE(sound(steady(1, 1)));
}

}  // namespace
}  // namespace freshet::plan
