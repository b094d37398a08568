// What check prints, of a scenario whose load is worked out by hand.
#include "harness/cli/check_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

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

Prepared prepared() {
  scenario::Loaded loaded = scenario::load_scenario_text(kScenario, "burst.lua", {});
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

TEST(CheckText, FitsItsWidth) {
  const Prepared plan = prepared();
  for (const std::size_t width : {80U, 120U}) {
    std::istringstream lines(check_text(plan, {width, true}));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(reports::columns_of(line), width) << line;
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

}  // namespace
}  // namespace freshet::cli
