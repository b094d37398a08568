// What the words for passes, changes, faults, groups and prefill make of the plan.
#include "harness/plan/slo_instances.h"
#include "tests/unit/scenario_fixture.h"

namespace freshet::scenario {
namespace {

using base::kSecond;
using base::Nanos;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// Streams a (100/s) and b (300/s) of 512 bytes, ten minutes of them before the run; the groups g and h of two
// members.
plan::Plan with_phases(const std::string& phases) {
  return plan_of(R"(return scenario { prefill = "10m", streams = { a = {}, b = { rate = "300/s" } },
    groups = { g = { members = 2 }, h = { members = 2 } }, phases = { warmup "5s", )" +
                 phases + " } }");
}

std::vector<std::string> names(const auto& parts) {
  std::vector<std::string> all;
  for (const auto& part : parts) all.push_back(part.name);
  return all;
}

TEST(Passes, StartWhereTheySay) {
  const plan::Plan plan = with_phases(R"(
    replay { "5s", group = "r0" }, replay { "5s", name = "p1", group = "r1", from = "start" },
    replay { "5s", name = "p2", group = "r2", from = 123 }, replay { "5s", name = "p3", group = "r3", from = "10m ago" },
    backlog { "5s", group = "r4", behind = "1 min" }, backlog { "5s", name = "p5", group = "r5", behind = "2MiB" },
    bootstrap { "5s", group = "r6" })");
  using plan::PassKind;
  using plan::PassStart;
  ASSERT_EQ(plan.replays.size(), 7U);
  EXPECT_EQ(plan.replays[0].start, PassStart::beginning);
  EXPECT_EQ(plan.replays[1].start, PassStart::beginning);
  EXPECT_EQ(plan.replays[2].start, PassStart::offset);
  EXPECT_EQ(plan.replays[2].offset, 123);
  EXPECT_EQ(plan.replays[3].start, PassStart::ago);
  EXPECT_EQ(plan.replays[3].ago, 600 * kSecond);
  EXPECT_EQ(plan.replays[3].kind, PassKind::replay);
  EXPECT_EQ(plan.replays[4].start, PassStart::ago);
  EXPECT_EQ(plan.replays[4].ago, 60 * kSecond);
  EXPECT_EQ(plan.replays[4].kind, PassKind::backlog);
  EXPECT_EQ(plan.replays[5].start, PassStart::bytes);
  EXPECT_EQ(plan.replays[5].bytes, 0x1p21);
  EXPECT_EQ(plan.replays[6].start, PassStart::beginning);
  EXPECT_EQ(plan.replays[6].kind, PassKind::bootstrap);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(plan.replays[i].phase, i + 1);
    EXPECT_EQ(plan.replays[i].line, i < 2 ? 3 : i < 4 ? 4 : i < 6 ? 5 : 6);
    EXPECT_TRUE(plan.phases[i + 1].disturbance());
  }
}

TEST(Passes, SayHowLongAndWhere) {
  const plan::Plan plan = with_phases(
      R"(replay { "5s", group = "r", lasts = "20s", cpus = { 1, 3 }, members = 4, streams = { "b" } })");
  EXPECT_EQ(plan.replays[0].lasts, 20 * kSecond);
  EXPECT_THAT(plan.replays[0].cpus, ElementsAre(1, 3));
  EXPECT_EQ(plan.replays[0].members, 4);
  EXPECT_THAT(plan.replays[0].streams, ElementsAre(1U));
  const plan::Plan silent = with_phases(R"(replay { "5s" })");
  EXPECT_EQ(silent.replays[0].lasts, 0) << "until the log's end";
  EXPECT_THAT(silent.replays[0].cpus, IsEmpty());
}

TEST(Passes, SeveralRunBesideOneAnother) {
  const plan::Plan plan = with_phases(R"(
    replay { "5s", { group = "r1", rate = "5k/s" }, { group = "r2" }, backlog { group = "r3", behind = "5s" } },
    bootstrap { "5s", group = "r4", replay { group = "r5" } },
    phase { "both", "5s", kind = "backlog", replay { group = "r6" }, { group = "r7", behind = "1s" } })");
  EXPECT_THAT(names(plan.replays), ElementsAre("r1", "r2", "r3", "r4", "r5", "r6", "r7"));
  std::vector<std::size_t> phases;
  std::vector<plan::PassKind> kinds;
  for (const auto& pass : plan.replays) phases.push_back(pass.phase), kinds.push_back(pass.kind);
  EXPECT_THAT(phases, ElementsAre(1U, 1U, 1U, 2U, 2U, 3U, 3U));
  using enum plan::PassKind;
  EXPECT_THAT(kinds, ElementsAre(replay, replay, backlog, bootstrap, replay, replay, backlog));
  EXPECT_EQ(plan.replays[0].rate, 5000);
}

TEST(Isolation, IsWindowsOffAndOnInTurn) {
  const plan::Plan plan = with_phases(
      R"(replay { "10s", name = "quiet", isolation = true, group = "r", from = "5m ago" }, recovery "5s")");
  EXPECT_THAT(names(plan.phases),
              ElementsAre("warmup", "quiet-off-1", "quiet-on-1", "quiet-off-2", "quiet-on-2", "quiet-off-3",
                          "quiet-on-3", "quiet-off-4", "quiet-on-4", "recovery"));
  EXPECT_THAT(names(plan.replays), ElementsAre("r-1", "r-2", "r-3", "r-4"));
  for (std::size_t p = 1; p <= 8; ++p) {
    const bool on = p % 2 == 0;
    EXPECT_EQ(plan.phases[p].isolation, "quiet");
    EXPECT_EQ(plan.phases[p].isolation_on, on);
    EXPECT_EQ(plan.phases[p].disturbance(), on);
    EXPECT_TRUE(plan.phases[p].measured());
    EXPECT_EQ(plan.phases[p].begin, (5 + 10 * static_cast<Nanos>(p - 1)) * kSecond);
    EXPECT_EQ(plan.phases[p].end - plan.phases[p].begin, 10 * kSecond);
  }
  for (std::size_t r = 0; r < 4; ++r) {
    EXPECT_EQ(plan.replays[r].phase, 2 * (r + 1));
    EXPECT_EQ(plan.replays[r].lasts, 10 * kSecond) << "ends with its window";
    EXPECT_EQ(plan.replays[r].ago, 300 * kSecond);
  }
  EXPECT_EQ(plan.phases[9].isolation, "");
}

TEST(Isolation, TakesMorePairsAndPasses) {
  const plan::Plan plan =
      with_phases(R"(replay { "1s", isolation = true, pairs = 5, { group = "x" }, { group = "y" } })");
  EXPECT_EQ(plan.phases.size(), 11U);
  EXPECT_EQ(plan.replays.size(), 10U);
  EXPECT_EQ(plan.replays[8].name, "x-5");
  EXPECT_EQ(plan.replays[9].name, "y-5");
  EXPECT_EQ(plan.replays[9].phase, 10U);
}

TEST(Isolation, AnSloNamesTheWholeScheduleOrOneWindow) {
  const auto instances = [](const std::string& selector, const std::string& figure) {
    const Loaded loaded = load(
        R"(return scenario { streams = { a = {} }, phases = {
             replay { "20s", name = "quiet", isolation = true }, recovery "30s" }, slos = { slo { ")" +
        figure + "\", " + selector + " = \"1s\" } } }");
    EXPECT_THAT(errors_of(loaded), IsEmpty());
    std::vector<std::size_t> phases;
    for (const auto& instance : plan::slo_instances(loaded.plan).instances) phases.push_back(instance.phase);
    return phases;
  };
  EXPECT_THAT(instances("phase = 'quiet', below", "staleness p90"),
              ElementsAre(0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U));
  EXPECT_THAT(instances("phase = 'quiet-on-2', below", "staleness p90"), ElementsAre(3U));
  EXPECT_THAT(instances("after = 'quiet', below", "time to fresh"), ElementsAre(1U, 3U, 5U, 7U));
  EXPECT_THAT(instances("after = 'quiet-on-4', below", "time to fresh"), ElementsAre(7U));
}

TEST(Changes, ComeInTheOrderOfTheirTimes) {
  const plan::Plan plan = with_phases(R"(
    change { "30s", { at = "20s", kill = { h = 1 } }, { at = "2s", pause = { g = 2, h = 1 }, lasts = "3s" },
                    { add = { g = 1 }, stop = { h = 1 }, lasts = "1500ms" } },
    change { "5s", name = "last", add = { h = 2 } })");
  using enum plan::ChangeKind;
  ASSERT_EQ(plan.changes.size(), 6U);
  const auto expect = [&](std::size_t i, plan::ChangeKind kind, std::size_t group, int members, Nanos at_ms,
                          Nanos lasts_ms, int line) {
    EXPECT_EQ(plan.changes[i].kind, kind) << i;
    EXPECT_EQ(plan.changes[i].group, group) << i;
    EXPECT_EQ(plan.changes[i].members, members) << i;
    EXPECT_EQ(plan.changes[i].at, at_ms * base::kMillisecond) << i;
    EXPECT_EQ(plan.changes[i].lasts, lasts_ms * base::kMillisecond) << i;
    EXPECT_EQ(plan.changes[i].phase, i < 5 ? 1U : 2U) << i;
    EXPECT_EQ(plan.changes[i].line, line) << i;
  };
  expect(0, add, 0, 1, 5000, 0, 4);
  expect(1, stop, 1, 1, 5000, 1500, 4);
  expect(2, pause, 0, 2, 7000, 3000, 3);
  expect(3, pause, 1, 1, 7000, 3000, 3);
  expect(4, kill, 1, 1, 25'000, 0, 3);
  expect(5, add, 1, 2, 35'000, 0, 5);
}

TEST(Faults, SayWhatIsRunAndUndoneWhen) {
  const plan::Plan plan = with_phases(R"(
    fault { "40s", at = "5s", run = "scripts/kafka kill 2", undo = "scripts/kafka start", after = "15s" },
    fault { "20s", name = "rolling", { at = "10s", run = "two", timeout = "5 min" }, { run = "one" } },
    incident { "10s", magnitude = 2, fault { at = "1s", run = "three" }, change { stop = { g = 1 } } })");
  ASSERT_EQ(plan.faults.size(), 4U);
  EXPECT_EQ(plan.faults[0].at, 10 * kSecond);
  EXPECT_EQ(plan.faults[0].run, "scripts/kafka kill 2");
  EXPECT_EQ(plan.faults[0].undo, "scripts/kafka start");
  EXPECT_EQ(plan.faults[0].after, 15 * kSecond);
  EXPECT_EQ(plan.faults[0].timeout, 60 * kSecond) << "by default";
  EXPECT_EQ(plan.faults[0].line, 3);
  EXPECT_EQ(plan.faults[1].run, "one");
  EXPECT_EQ(plan.faults[1].at, 45 * kSecond);
  EXPECT_EQ(plan.faults[2].run, "two");
  EXPECT_EQ(plan.faults[2].timeout, 300 * kSecond);
  EXPECT_EQ(plan.faults[2].undo, "");
  EXPECT_EQ(plan.faults[3].phase, 3U);
  EXPECT_EQ(plan.faults[3].at, 66 * kSecond);
  EXPECT_EQ(plan.changes[0].phase, 3U);
  EXPECT_EQ(plan.phases[3].magnitude, 2);
}

TEST(Groups, SayProtocolAssignorRacksAndStaticMembership) {
  const plan::Plan plan = plan_of(R"(return scenario { streams = { a = {} }, groups = {
    c = { assignor = "cooperative-sticky", static_membership = true, racks = { "a", "b" } },
    k = { protocol = "consumer", assignor = "uniform" }, n = {} } })");
  EXPECT_TRUE(plan.groups[0].static_membership);
  EXPECT_THAT(plan.groups[0].racks, ElementsAre("a", "b"));
  EXPECT_THAT(plan.groups[0].client_settings,
              ElementsAre(Pair("partition.assignment.strategy", "cooperative-sticky")));
  EXPECT_THAT(plan.groups[1].client_settings,
              ElementsAre(Pair("group.protocol", "consumer"), Pair("group.remote.assignor", "uniform")));
  EXPECT_FALSE(plan.groups[2].static_membership);
  EXPECT_THAT(plan.groups[2].client_settings, IsEmpty());
}

TEST(Groups, TheProtocolOfAllIsThatOfEach) {
  const plan::Plan plan =
      plan_of(R"(return scenario { streams = { a = {} }, client = { ["group.protocol"] = "consumer" },
    groups = { k = { assignor = "range" }, c = { protocol = "classic", assignor = "range" } } })");
  EXPECT_THAT(plan.groups[0].client_settings, ElementsAre(Pair("group.remote.assignor", "range")));
  EXPECT_THAT(plan.groups[1].client_settings,
              ElementsAre(Pair("group.protocol", "classic"), Pair("partition.assignment.strategy", "range")));
}

TEST(Prefill, IsATimeOrBytesAtTheBaseRate) {
  const plan::Plan plan = plan_of(R"(return scenario { streams = {
    a = { prefill = "10m" }, b = { rate = "1000/s", size = "1000B", prefill = "1GB" }, c = { prefill = "1500ms" },
    d = {} } })");
  EXPECT_EQ(plan.streams[0].prefill, 600 * kSecond);
  EXPECT_EQ(plan.streams[1].prefill, 1000 * kSecond) << "a million bytes a second";
  EXPECT_EQ(plan.streams[2].prefill, 2 * kSecond) << "whole seconds";
  EXPECT_EQ(plan.streams[3].prefill, 0);
}

TEST(Prefill, OfTheScenarioIsOfTheStreamsThatSayNothing) {
  const char* kStreams = R"(streams = { a = { rate = "100/s", size = "1000B" },
    b = { rate = "400/s", size = "1000B" }, c = { prefill = "5s" } } })";
  plan::Plan plan = plan_of("return scenario { prefill = '1 h', " + std::string(kStreams));
  EXPECT_EQ(plan.streams[0].prefill, 3600 * kSecond);
  EXPECT_EQ(plan.streams[1].prefill, 3600 * kSecond);
  EXPECT_EQ(plan.streams[2].prefill, 5 * kSecond);
  plan = plan_of("return scenario { prefill = '50MB', " + std::string(kStreams));
  EXPECT_EQ(plan.streams[0].prefill, 100 * kSecond) << "together 500 kB a second";
  EXPECT_EQ(plan.streams[1].prefill, 100 * kSecond);
  EXPECT_EQ(plan.streams[2].prefill, 5 * kSecond);
}

}  // namespace
}  // namespace freshet::scenario
