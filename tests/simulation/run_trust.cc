// Whether a run may be trusted, through the whole product: clocks that misbehave are found out, a cold start
// is said, starvation makes a run invalid, and nothing that the cluster does ever does.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/simulation/run_fixture.h"
#include "tests/simulation/scripted_commands.h"

namespace freshet::test {
namespace {

using cluster::LoopbackFault;
using Kind = LoopbackFault::Kind;
using judge::Outcome;
using testing::HasSubstr;
using testing::StartsWith;

// The parameter's name as gtest wants names.
template <class T>
std::string name_of(const testing::TestParamInfo<T>& named) {
  std::string name = named.param.name;
  std::ranges::replace(name, ' ', '_');
  return name;
}

plan::Plan judged_plan(int seconds = 10) {
  plan::Plan plan = small_plan(100, seconds);
  plan.slos.push_back({.percentile = 0.9, .threshold = 2.0 * kSecond});
  return plan;
}

// ---- V5: 10 % of the smallest bound is 200 ms -----------------------------------------------------------

struct Clock {
  const char* name;
  Nanos (*offset)(Nanos since_start);
  bool trusted;
};
const Clock kClocks[] = {
    {"steps", [](Nanos t) { return t < 5 * kSecond ? Nanos{0} : 300 * kMillisecond; }, false},
    {"steps back", [](Nanos t) { return t < 5 * kSecond ? Nanos{0} : -300 * kMillisecond; }, false},
    {"steps a little", [](Nanos t) { return t < 5 * kSecond ? Nanos{0} : 150 * kMillisecond; }, true},
    {"jumps and comes back",
     [](Nanos t) { return t / (100 * kMillisecond) == 50 ? 300 * kMillisecond : Nanos{0}; }, false},
    {"drifts", [](Nanos t) { return t / 33; }, false},
    {"drifts a little", [](Nanos t) { return t / 1000; }, true}};
class WallClock : public testing::TestWithParam<Clock> {};

TEST_P(WallClock, IsFoundOut) {
  SimulatedRun run;
  run.wall_offset = [](Nanos now) { return now < kStart ? 0 : GetParam().offset(now - kStart); };
  (void)run(judged_plan());
  EXPECT_EQ(run.verdict.outcome, GetParam().trusted ? Outcome::pass : Outcome::invalid);
  if (!GetParam().trusted) {
    EXPECT_THAT(run.verdict.reason, StartsWith("V5 clock"));
  }
}
INSTANTIATE_TEST_SUITE_P(Clocks, WallClock, testing::ValuesIn(kClocks), name_of<Clock>);

// ---- V6 -------------------------------------------------------------------------------------------------

TEST(Cold, AStartThatIsSlowerIsSaidAndJudgedWhereAnSloAsks) {
  for (const bool asked : {false, true}) {
    plan::Plan plan = judged_plan(40);
    plan.slos[0].steady = asked;
    SimulatedRun run;
    run.loopback.faults.push_back(
        {.kind = Kind::delay, .from = kStart, .until = kStart + 8 * kSecond, .amount = 300 * kMillisecond});
    const results::Settled settled = run(plan);
    ASSERT_EQ(settled.figures.steady.size(), 1U);
    EXPECT_TRUE(settled.figures.steady[0].cold);
    EXPECT_EQ(run.verdict.outcome, asked ? Outcome::invalid : Outcome::pass) << run.verdict.reason;
    if (asked) {
      EXPECT_THAT(run.verdict.reason, StartsWith("V6 cold"));
    }
  }
}

TEST(Cold, ASteadyRunIsNot) {
  plan::Plan plan = judged_plan(40);
  plan.groups[0].service_time = 5 * kMillisecond;  // half busy, exponential: it has something to vary with
  plan.groups[0].service = workloads::ServiceKind::exponential;
  plan.slos[0].steady = true;
  SimulatedRun run;
  const results::Settled settled = run(plan);
  ASSERT_EQ(settled.figures.steady.size(), 1U);
  EXPECT_TRUE(settled.figures.steady[0].known);
  EXPECT_FALSE(settled.figures.steady[0].cold);
  EXPECT_EQ(run.verdict.outcome, Outcome::pass) << run.verdict.reason;
}

// ---- never invalid: whatever the cluster did ------------------------------------------------------------

struct Illness {
  const char* name;
  LoopbackFault fault;
  Outcome outcome;  // of "p90 below 2 s" and "lost exactly 0"
};
class ClusterIs : public testing::TestWithParam<Illness> {};

TEST_P(ClusterIs, NeverAReasonForInvalid) {
  plan::Plan plan = judged_plan(20);
  plan.slos.push_back({.figure = plan::Figure::lost, .comparison = plan::Comparison::exactly});
  plan.streams[0].client_settings["queue.buffering.max.messages"] = "50";
  SimulatedRun run;
  LoopbackFault fault = GetParam().fault;
  fault.from += kStart;
  if (fault.until != base::kNever) fault.until += kStart;
  run.loopback.faults.push_back(fault);
  (void)run(plan);
  EXPECT_EQ(run.verdict.outcome, GetParam().outcome) << run.verdict.reason;
}
INSTANTIATE_TEST_SUITE_P(
    Faults, ClusterIs,
    testing::Values(
        Illness{"dead", {.kind = Kind::stall, .from = 0}, Outcome::fail},
        Illness{"paused", {.kind = Kind::stall, .from = 5 * kSecond, .until = 12 * kSecond}, Outcome::fail},
        Illness{"paused_in_one_partition",
                {.kind = Kind::stall, .from = 5 * kSecond, .until = 12 * kSecond, .partition = 1},
                Outcome::fail},
        Illness{
            "refusing", {.kind = Kind::refuse, .from = 5 * kSecond, .until = 12 * kSecond}, Outcome::fail},
        Illness{"refusing_always", {.kind = Kind::refuse, .from = 0}, Outcome::fail},
        Illness{"slow_to_acknowledge_so_that_queues_are_full",
                {.kind = Kind::ack_delay, .from = 0, .amount = 5 * kSecond},
                Outcome::fail},
        Illness{"never_in_time_to_acknowledge",
                {.kind = Kind::ack_delay, .from = 0, .amount = 3600 * kSecond},
                Outcome::fail},
        Illness{"late", {.kind = Kind::delay, .from = 0, .amount = 3 * kSecond}, Outcome::fail},
        Illness{"losing", {.kind = Kind::lose, .from = kSecond, .every = 50}, Outcome::fail},
        Illness{"failing", {.kind = Kind::fail, .from = 5 * kSecond, .until = 12 * kSecond}, Outcome::fail},
        Illness{
            "timing_out", {.kind = Kind::timeout, .from = 5 * kSecond, .until = 12 * kSecond}, Outcome::fail},
        Illness{"doubling", {.kind = Kind::duplicate, .from = 0, .every = 3}, Outcome::pass},
        Illness{"swapping", {.kind = Kind::reorder, .from = 0, .every = 7}, Outcome::pass}),
    name_of<Illness>);

// Members that die or stand still are the scenario's, and the group's: no reason either.
TEST(Members, ThatAreKilledOrPausedAreNoReasonForInvalid) {
  for (const plan::ChangeKind kind :
       {plan::ChangeKind::kill, plan::ChangeKind::pause, plan::ChangeKind::stop}) {
    plan::Plan plan = judged_plan(20);
    plan.groups[0].members = 2;
    plan.groups[0].client_settings["session.timeout.ms"] = "6000";
    plan.phases[1].end = 6 * kSecond;
    plan::Phase change = plan.phases[1];
    change.name = "change";
    change.kind = plan::PhaseKind::change;
    change.begin = 6 * kSecond;
    change.end = 26 * kSecond;
    plan.phases.push_back(change);
    plan.changes.push_back({.phase = 2, .kind = kind, .at = 7 * kSecond});
    if (kind == plan::ChangeKind::pause) plan.changes[0].lasts = 5 * kSecond;
    finish(plan);
    SimulatedRun run;
    (void)run(plan);
    EXPECT_NE(run.verdict.outcome, Outcome::invalid) << run.verdict.reason;
  }
}

// ---- the harness itself ---------------------------------------------------------------------------------

struct Starved {
  const char* name;  // of the rule that finds it
  const char* role;  // whose steps take long
  Nanos step;
};
class Harness : public testing::TestWithParam<Starved> {};

TEST_P(Harness, StarvedMakesARunInvalid) {
  plan::Plan plan = judged_plan(20);
  SimulatedRun run;
  run.cost = [](const std::string& role, Nanos now, bool worked) -> Nanos {
    const bool starved = role == GetParam().role && worked && now > kStart + kSecond;
    return starved ? GetParam().step : kMicrosecond;
  };
  (void)run(plan);
  EXPECT_EQ(run.verdict.outcome, Outcome::invalid);
  const auto rule = std::ranges::find_if(
      run.verdict.validity, [](const judge::Validity& v) { return v.id.starts_with(GetParam().name); });
  ASSERT_NE(rule, run.verdict.validity.end());
  EXPECT_FALSE(rule->holds) << rule->figure;
}
INSTANTIATE_TEST_SUITE_P(Roles, Harness,
                         testing::Values(Starved{"V1", "sender-0", 300 * kMillisecond},
                                         Starved{"V3", "copilot-0", 900 * kMillisecond},
                                         Starved{"V4", "hiccup", 300 * kMillisecond}),
                         name_of<Starved>);

}  // namespace
}  // namespace freshet::test
