// What check prints, of a scenario whose load is worked out by hand.
#include "harness/cli/check_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "harness/engine/compressibility.h"
#include "harness/scenario/scenario.h"

namespace freshet::cli {
namespace {

using ::testing::HasSubstr;

constexpr const char* kScenario = R"(
return scenario {
  name = "burst",
  about = "Four times the chat for ten seconds.",
  tenants = { enterprise = 10, enterprise_share = "40%", others = 90 },
  streams = { chat = { rate = "100/s", bound = "5s", size = "1000B", partitions = 4, topic = { ["retention.ms"] = "60000" } } },
  groups = { copilot = { members = 2, service_time = "1ms" } },
  phases = {
    warmup { "5s" },
    steady { "10s" },
    incident { "10s", magnitude = 4, hot_accounts = 2, hot_share = "50%" },
    recovery { "20s" },
  },
  slos = { slo { "staleness p90", class = "chat", phase = "steady", below = "5s" } },
}
)";

Prepared prepared(const char* text = kScenario) {
  scenario::Loaded loaded = scenario::load_scenario_text(text, "burst.lua", {});
  for (const auto& error : loaded.errors) ADD_FAILURE() << scenario::format_error("burst.lua", error);
  Prepared prepared{std::move(loaded.plan), {}};
  std::vector<plan::StreamLanes> lanes;
  for (std::size_t s = 0; s < prepared.plan.streams.size(); ++s) lanes.emplace_back(prepared.plan, s);
  prepared.facts = plan::check_plan(prepared.plan, lanes);
  EXPECT_TRUE(prepared.facts.errors.empty());
  return prepared;
}

TEST(CheckText, SaysWhatARunWouldDo) {
  const std::string text = check_text(prepared(), {100, false});
  EXPECT_THAT(text, HasSubstr("burst\n  Four times the chat for ten seconds.\n"));
  // 100/s for 45 s and 300/s more for 10 s.
  EXPECT_THAT(text, HasSubstr("  events    about 7 500, 7.50 MB of values\n"));
  EXPECT_THAT(text, HasSubstr("  peak rate 400 /s over all streams\n"));
  EXPECT_THAT(text, HasSubstr("  keys      100\n"));
  EXPECT_THAT(text, HasSubstr("4 times every stream, 50.0 % to 2 accounts"));
  EXPECT_THAT(text, HasSubstr("retention.ms=60000"));
  EXPECT_THAT(text, HasSubstr("staleness p90 of chat at copilot in steady below 5 s"));
  // Enterprise: half of the burst is hot, and of the other half 40 % as ever.
  EXPECT_THAT(text, HasSubstr("70.0 %"));
  // 400/s at 1 ms over two members.
  EXPECT_THAT(text, HasSubstr("20.0 %"));
}

TEST(CheckText, SaysWhoReadsWhatAndWhen) {
  const std::string text = check_text(prepared(R"(
return scenario {
  name = "burst",
  streams = { lock = { rate = "10/s" }, chat = { rate = "100/s", key = "case", keys_per_account = 3 } },
  groups = { copilot = {} },
  phases = { warmup { "5s" }, steady { "45s" } },
  reads = { opens = { group = "copilot", rate = "20/s" },
            after = { group = "copilot", classes = { "lock" },
                      after = { class = "lock", delay = { min = "1s", max = "5s" }, share = "50%" } } },
})"),
                                      {100, false});
  // 20/s for 50 s, of one key and three; half of 10/s for the 47 s of which the reads fall into the run.
  EXPECT_THAT(text, ::testing::ContainsRegex("opens +copilot +1 000 +4"));
  EXPECT_THAT(text, ::testing::ContainsRegex("after +copilot +235 +1"));
  EXPECT_THAT(text, HasSubstr("lock chat, at 20.0 /s in the background"));
  EXPECT_THAT(text, HasSubstr("lock, 1.00 s to 5.00 s after 50.0 % of the events of lock"));
}

// 100/s of 1000 bytes; the first second of τ is 1000 s after the log's first.
constexpr const char* kParts = R"(
return scenario {
  prefill = "100MB",
  streams = { chat = { rate = "100/s", size = "1000B", partitions = 2 } },
  groups = { copilot = { members = 2, service_time = "1ms", static_membership = true, racks = { "a", "b" },
                         assignor = "cooperative-sticky" } },
  phases = {
    replay { "10s", { group = "slow", rate = "99/s" }, { group = "fast", rate = "600/s", lasts = "20s", cpus = { 1, 3 } } },
    backlog { "10s", group = "away", behind = "1MB" },
    replay { "10s", name = "quiet", isolation = true, pairs = 5 },
    change { "30s", add = { copilot = 1 }, pause = { copilot = 2 }, at = "2500ms", lasts = "3s" },
    fault { "20s", at = "5s", run = "scripts/kafka kill 2", undo = "scripts/kafka start", after = "10s" },
    recovery { "20s" },
  },
}
)";

TEST(CheckText, SaysWhatHappensInEachPhase) {
  const std::string text = check_text(prepared(kParts), {200, false});
  EXPECT_THAT(text, HasSubstr("  prefill   about 100 000 events before the run, 100 MB of values\n"));
  EXPECT_THAT(text, HasSubstr("prefill of 16.7 min: about 100 000 events, 100 MB\n"));
  EXPECT_THAT(
      text,
      HasSubstr("replay slow from the start, 1 member, 100 000 events and 100 MB to read, at most 99.0 /s: "
                "never catches up, 100 /s flow in\n"));
  EXPECT_THAT(text,
              HasSubstr("at most 600 /s: 200 s to catch up, longer than the run; ends after 20.0 s at the "
                        "latest; on CPU 1, 3\n"));
  EXPECT_THAT(
      text,
      HasSubstr("backlog away the last 1.00 MB, 1 member, 1 000 events and 1.00 MB to read, as fast as"));
  EXPECT_THAT(text,
              HasSubstr("isolation quiet: 5 pairs of windows, off and on in turn (D2)\n    quiet-off-1  "));
  EXPECT_THAT(text, HasSubstr("at 122.5 s 1 member of copilot join\n"));
  EXPECT_THAT(text, HasSubstr("at 122.5 s 2 members of copilot stop polling for 3.00 s\n"));
  EXPECT_THAT(text, HasSubstr("at 155 s runs: scripts/kafka kill 2 (at most 60.0 s)\n"));
  EXPECT_THAT(text, HasSubstr("at 165 s undone by: scripts/kafka start (at most 60.0 s)\n"));
  EXPECT_THAT(text, HasSubstr("These commands are run only with --allow-commands.\n"));
  EXPECT_THAT(text, HasSubstr("copilot, 2 members, 1.00 ms an event, static, racks a b, "
                              "partition.assignment.strategy=cooperative-sticky\n"));
  EXPECT_THAT(
      text, HasSubstr("warning: replay slow never catches up: it reads at most 99.0 /s, and 100 /s flow in"));
  EXPECT_THAT(
      text, HasSubstr("warning: group copilot has 3 members, and none of its topics more than 2 partitions"));
}

TEST(CheckText, WindowsThatRepeatTheFirstPairAreNotListedAgain) {
  const std::string text = check_text(prepared(kParts), {200, false});
  const auto times = [&](const std::string& name) {
    int found = 0;
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(times("quiet-on-1"), 4) << "phases, load, hottest, busy";
  EXPECT_EQ(times("quiet-on-2"), 1) << "phases";
}

TEST(CheckText, FitsItsWidth) {
  for (const char* scenario : {kScenario, kParts}) {
    const Prepared plan = prepared(scenario);
    for (const std::size_t width : {80U, 120U}) {
      std::istringstream lines(check_text(plan, {width, true}));
      for (std::string line; std::getline(lines, line);) EXPECT_LE(reports::columns_of(line), width) << line;
    }
  }
}

TEST(CheckText, WarnsOfWhatTheLoadAloneBreaks) {
  Prepared plan = prepared();
  plan.facts.broken = {{plan.facts.slos.front(), "it would wait for 12 s"}};
  plan.facts.groups.front().queue_outlasts_poll_interval = true;
  const std::string text = check_text(plan, {120, false});
  EXPECT_THAT(
      text,
      HasSubstr("warning: this load alone breaks an SLO, whatever the cluster: it would wait for 12 s"));
  EXPECT_THAT(text, HasSubstr("warning: a full queue of group copilot takes longer"));
}

// V8 is known before anything is sent: 10:1 is beyond lz4, and so few records say nothing.
TEST(CheckText, WarnsOfRecordsThatWillNotCompressAsAsked) {
  const auto warned = [](double ratio, const char* codec, double seconds) {
    Prepared of = prepared();
    plan::Stream& stream = of.plan.streams[0];
    stream.compresses = ratio;
    stream.client_settings["compression.type"] = codec;
    const auto end = static_cast<base::Nanos>(seconds * base::kSecond);
    std::erase_if(stream.segments, [&](const auto& segment) { return segment.begin >= end; });
    for (auto& segment : stream.segments) segment.end = std::min(segment.end, end);
    std::vector<plan::StreamLanes> lanes;
    lanes.emplace_back(of.plan, 0);
    of.payload = engine::compressibility(of.plan, lanes);
    std::string all;
    for (const std::string& line : warnings(of)) all += line + "\n";
    return all;
  };
  EXPECT_EQ(warned(4, "lz4", 100), "");
  EXPECT_EQ(warned(10, "zstd", 100), "");
  EXPECT_THAT(warned(10, "lz4", 100),
              testing::ContainsRegex("records of chat are to compress by 10:1, and with lz4 they reach "
                                     "[0-9.]+:1: the run will be invalid .V8.; zstd reaches"));
  EXPECT_THAT(warned(4, "lz4", 0.05), HasSubstr("all records of chat together make a batch of"));
}

}  // namespace
}  // namespace freshet::cli
