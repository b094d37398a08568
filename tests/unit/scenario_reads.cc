// Context reads in a scenario, right and wrong; and the SLOs on them.
#include "harness/plan/slo_instances.h"
#include "tests/unit/scenario_refused.h"

namespace freshet::scenario {
namespace {

using base::kMillisecond;
using base::kSecond;
using plan::Figure;
using testing::ElementsAre;

const char* const kScenario = R"(
return scenario {
  streams = {
    lock = { class = "account_lock", critical = true, bound = "2s", rate = "100/s" },
    chat = { key = "conversation", keys_per_account = 3, bound = "10s", rate = "100/s" },
    note = { rate = "100/s" },
  },
  groups = { copilot = { streams = { "lock", "chat" }, bounds = { chat = "1s" } }, archive = {} },
  phases = { warmup "5s", steady "100s", rest "5s" },
  reads = {
    opens = { group = "copilot", rate = "50/s", classes = { "chat", "account_lock" },
              decide = function(view) return view.account_lock.n % 2 == 1 end },
    after_lock = { group = "copilot", after = { class = "account_lock", delay = "20ms", share = "10%" } },
    spread = { group = "archive", classes = { "note" },
               after = { class = "chat", delay = { min = "1s", max = "5s" } } },
  },
  slos = { )";

plan::Plan with_slos(const std::string& slos) {
  return plan_of(kScenario + slos + " } }");
}

TEST(ScenarioReads, BecomeReadsOfThePlan) {
  const plan::Plan plan = with_slos("");
  ASSERT_EQ(plan.reads.size(), 3U);
  const auto named = [&](const std::string& name) {
    return *std::ranges::find(plan.reads, name, &plan::Read::name);
  };
  const auto stream = [&](const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(plan.streams, name, &plan::Stream::name) -
                                    plan.streams.begin());
  };
  const plan::Read opens = named("opens");
  EXPECT_EQ(plan.groups[opens.group].name, "copilot");
  EXPECT_THAT(opens.streams, ElementsAre(stream("chat"), stream("lock"))) << "in the order of the classes";
  EXPECT_FALSE(opens.triggered);
  EXPECT_EQ(opens.rate, 50);
  EXPECT_EQ(opens.decide, "function(view) return view.account_lock.n % 2 == 1 end");
  const plan::Read after = named("after_lock");
  EXPECT_EQ(after.streams.size(), 2U) << "all that the group reads";
  EXPECT_TRUE(after.triggered);
  EXPECT_EQ(after.after, stream("lock"));
  EXPECT_EQ(after.delay_min, 20 * kMillisecond);
  EXPECT_EQ(after.delay_max, 20 * kMillisecond);
  EXPECT_EQ(after.share, 0.1);
  EXPECT_EQ(after.decide, "");
  const plan::Read spread = named("spread");
  EXPECT_THAT(spread.streams, ElementsAre(stream("note")));
  EXPECT_EQ(spread.after, stream("chat")) << "need not be among the classes, nor read by the group";
  EXPECT_EQ(spread.delay_min, kSecond);
  EXPECT_EQ(spread.delay_max, 5 * kSecond);
}

std::vector<std::string> described(const std::string& slo) {
  const plan::Plan plan = with_slos(slo);
  std::vector<std::string> texts;
  for (const plan::SloInstance& instance : plan::slo_instances(plan).instances)
    texts.push_back(plan::describe(plan, instance));
  return texts;
}

TEST(ScenarioReads, HaveSlosForEachClassThatTheyLookAt) {
  EXPECT_THAT(described("slo { 'view staleness p99', read = 'opens', below = '2s' }"),
              ElementsAre("view staleness p99 of chat at copilot, read by opens, in steady below 2 s",
                          "view staleness p99 of account_lock (stream lock) at copilot, read by opens, in "
                          "steady below 2 s"));
  EXPECT_THAT(described("slo { 'view staleness p99', class = 'note', below = '2s' }"),
              ElementsAre("view staleness p99 of note at archive, read by spread, in steady below 2 s"));
  EXPECT_THAT(described("slo { 'stale decisions', group = 'copilot', below = '1%' }"),
              ElementsAre("stale decisions of opens at copilot in steady below 1 %",
                          "stale decisions of after_lock at copilot in steady below 1 %"));
  EXPECT_THAT(described("slo { 'critical stale decisions', exactly = 0 }"),
              ElementsAre("critical stale decisions of opens at copilot in steady exactly 0 %",
                          "critical stale decisions of after_lock at copilot in steady exactly 0 %"))
      << "no class that spread looks at is critical";
  EXPECT_THAT(described("slo { 'wrong decisions', below = '1%' }"),
              ElementsAre("wrong decisions of opens at copilot in steady below 1 %"))
      << "the others do not decide";
  EXPECT_THAT(described("slo { 'critical wrong decisions', exactly = 0 }"),
              ElementsAre("critical wrong decisions of opens at copilot in steady exactly 0 %"));
  EXPECT_THAT(described("slo { 'late', exactly = 0 }"),
              ElementsAre("late of account_lock (stream lock) at copilot in steady exactly 0"));
  EXPECT_THAT(described("slo { 'missed', exactly = 0 }"),
              ElementsAre("missed of account_lock (stream lock) at copilot in steady exactly 0",
                          "missed of account_lock (stream lock) at archive in steady exactly 0"));
  EXPECT_THAT(described("slo { 'time over bound', class = 'chat', group = 'copilot', below = '2s' }"),
              ElementsAre("time over bound of chat at copilot in steady below 2 s"));
}

class ReadRefused : public testing::TestWithParam<Wrong> {};

TEST_P(ReadRefused, WithLineAndReason) {
  expect_refused(GetParam());
}

#define GROUP "groups = { copilot = {}, desk = { streams = { 'chat' } } }, "

INSTANTIATE_TEST_SUITE_P(
    Reads, ReadRefused,
    testing::Values(
        Wrong{"reads = 5", "2: reads: found the number 5, expected a table such as agent_opens_case"},
        Wrong{"reads = { { group = 'copilot' } }", "2: reads: found a table without a name"},
        Wrong{"reads = { ['a b'] = { group = 'copilot' } }", "2: read \"a b\": expected a name"},
        Wrong{GROUP "reads = { opens = {\nrate = '5/s' } }",
              "2: read \"opens\": has no group; expected the group whose view is read"},
        Wrong{GROUP "reads = { opens = {\ngroup = 'copilto', rate = '5/s' } }",
              "3: read \"opens\": group: \"copilto\" is not in the scenario; nearest: \"copilot\""},
        Wrong{GROUP "reads = { opens = { group = 'copilot' } }",
              "2: read \"opens\": has neither rate nor after; expected rate"},
        Wrong{GROUP "reads = { opens = { group = 'copilot', rate = '5/s', after = { class = 'talk' } } }",
              "2: read \"opens\": has both rate and after"},
        Wrong{GROUP "reads = { opens = { group = 'copilot', rate = 5 } }",
              "2: read \"opens\": rate: rate \"5\""},
        Wrong{GROUP "reads = { opens = { group = 'copilot', rate = '0/s' } }",
              "2: read \"opens\": rate: found \"0/s\", expected a rate above 0"},
        Wrong{GROUP "reads = { opens = { group = 'copilot', rate = '5/s', classes = 'talk' } }",
              "2: read \"opens\": classes: found \"talk\", expected a list of classes"},
        Wrong{GROUP "reads = { opens = { group = 'copilot', rate = '5/s', classes = {} } }",
              "2: read \"opens\": classes: found no list"},
        Wrong{GROUP "reads = { opens = { group = 'copilot', rate = '5/s', classes = { 'talk',\n'tlak' } } }",
              "3: read \"opens\": classes: found \"tlak\", expected a class that copilot reads; nearest: "
              "\"talk\""},
        Wrong{GROUP "reads = { opens = { group = 'copilot', rate = '5/s', classes = { 'talk', 'talk' } } }",
              "2: read \"opens\": classes: \"talk\" is there twice"},
        Wrong{GROUP "reads = { opens = { group = 'copilot', rate = '5/s', class = 'talk' } }",
              "2: read \"opens\": unknown key \"class\"; nearest: \"classes\""},
        Wrong{GROUP "reads = { opens = { group = 'copilot', after = 'talk' } }",
              "2: read \"opens\": after: found \"talk\", expected a table"},
        Wrong{GROUP "reads = { opens = { group = 'copilot', after = { delay = '2s' } } }",
              "2: read \"opens\": after: has no class; expected the class whose events"},
        Wrong{GROUP "reads = { opens = { group = 'copilot', after = { class = 'tlak' } } }",
              "2: read \"opens\": after: class: \"tlak\" is not in the scenario; nearest: \"talk\""},
        Wrong{GROUP "reads = { opens = { group = 'copilot', after = { class = 'talk', delay = 2 } } }",
              "2: read \"opens\": after: delay: "},
        Wrong{GROUP "reads = { opens = { group = 'copilot', after = { class = 'talk', delay = { min = '2s', "
                    "max = '1s' } } } }",
              "2: read \"opens\": after: delay: max: is less than min"},
        Wrong{GROUP
              "reads = { opens = { group = 'copilot', after = { class = 'talk', delay = { max = '1s' } } "
              "} }",
              "2: read \"opens\": after: delay: has no min"},
        Wrong{GROUP "reads = { opens = { group = 'copilot', after = { class = 'talk', share = '0%' } } }",
              "2: read \"opens\": after: share: expected more than 0 %"},
        Wrong{GROUP "reads = { opens = { group = 'copilot', after = { class = 'talk', rate = '1/s' } } }",
              "2: read \"opens\": after: unknown key \"rate\""},
        Wrong{"streams = { chat = { key = 'case', keys_per_account = 65 } }, reads = { opens = { group = "
              "'copilot', rate = '5/s' } }",
              "2: read \"opens\": classes: an account has 65 keys in these classes, expected at most 64"},
        Wrong{"streams = { a = { class = 'talk' }, b = { class = 'talk' } }, reads = { opens = { group = "
              "'copilot', after = { class = 'talk' } } }",
              "2: read \"opens\": after: class: \"talk\" has 2 streams, expected a class of one"}));

#define DECIDES                                                                                         \
  GROUP                                                                                                 \
  "reads = { opens = { group = 'copilot', rate = '5/s', decide = function(v) return v.talk.n end } }, " \
  "phases = { steady '10s' }, "
#define READ GROUP "reads = { opens = { group = 'copilot', rate = '5/s' } }, phases = { steady '10s' }, "

INSTANTIATE_TEST_SUITE_P(
    Slos, ReadRefused,
    testing::Values(
        Wrong{GROUP "slos = { slo { 'view staleness p90', below = '2s' } }",
              "2: SLO \"view staleness p90\": the scenario has no reads"},
        Wrong{
            READ "slos = { slo { 'view staleness p99', below = '2s' } }",
            "2: view staleness p99 of talk (stream chat) at copilot, read by opens, in steady below 2 s "
            "cannot "
            "be decided (E8): about 50 reads are expected in phase steady (10 s) and 1000 are needed; a rate "
            "of 100 /s"},
        Wrong{READ "slos = { slo { 'stale decisions', below = '1%' } }",
              "2: stale decisions of opens at copilot in steady below 1 % cannot be decided (E8)"},
        Wrong{READ "slos = { slo { 'view staleness p101', below = '2s' } }",
              "2: slo: found \"view staleness p101\", expected a percentile"},
        Wrong{READ "slos = { slo { 'view staleness', below = '2s' } }",
              "2: slo: unknown figure \"view staleness\"; nearest: \"view staleness p99\""},
        Wrong{READ "slos = { slo { 'stale decision', exactly = 0 } }",
              "2: slo: unknown figure \"stale decision\"; nearest: \"stale decisions\""},
        Wrong{READ "slos = { slo { 'stale decisions', below = 3 } }",
              "2: SLO \"stale decisions\": below: share \"3\""},
        Wrong{READ "slos = { slo { 'stale decisions', class = 'talk', exactly = 0 } }",
              "2: SLO \"stale decisions\": is of all the classes that a read looks at: leave out `class`"},
        Wrong{READ "slos = { slo { 'stale decisions', read = 'open', exactly = 0 } }",
              "2: SLO \"stale decisions\": read \"open\" is not in the scenario (nearest: \"opens\")"},
        Wrong{READ "slos = { slo { 'stale decisions', tier = 'rest', exactly = 0 } }",
              "2: SLO \"stale decisions\": has no tiers: leave out `tier`"},
        Wrong{READ "slos = { slo { 'critical stale decisions', exactly = 0 } }",
              "2: SLO \"critical stale decisions\": matches no planned read: none of the selection looks at "
              "such "
              "a class"},
        Wrong{READ "slos = { slo { 'wrong decisions', exactly = 0 } }",
              "2: SLO \"wrong decisions\": no read of the scenario has a decide function"},
        Wrong{READ "slos = { slo { 'wrong decision', exactly = 0 } }",
              "2: slo: unknown figure \"wrong decision\"; nearest: \"wrong decisions\""},
        Wrong{DECIDES "slos = { slo { 'wrong decisions', below = '1%' } }",
              "2: wrong decisions of opens at copilot in steady below 1 % cannot be decided (E8): about 50 "
              "reads are expected in phase steady (10 s) and 1000 are needed"},
        Wrong{DECIDES "slos = { slo { 'wrong decisions', class = 'talk', exactly = 0 } }",
              "2: SLO \"wrong decisions\": is of all the classes that a read looks at: leave out `class`"},
        Wrong{DECIDES "slos = { slo { 'wrong decisions', below = '2s' } }",
              "2: SLO \"wrong decisions\": below: share \"2s\""},
        Wrong{DECIDES "slos = { slo { 'critical wrong decisions', exactly = 0 } }",
              "2: SLO \"critical wrong decisions\": matches no planned read"},
        Wrong{READ "slos = { slo { 'late', exactly = 0 } }",
              "2: SLO \"late\": matches no critical event that a read of the group looks at"},
        Wrong{READ "slos = { slo { 'missed', exactly = 0 } }",
              "2: SLO \"missed\": matches no critical event: no stream of the selection has critical = true"},
        Wrong{READ "slos = { slo { 'time over bound', exactly = '2s' } }",
              "2: SLO \"time over bound\": exactly: a time is never met exactly"},
        Wrong{READ "slos = { slo { 'lost', read = 'opens', exactly = 0 } }",
              "2: SLO \"lost\": is not of reads: leave out `read`"},
        Wrong{READ "slos = { slo { 'time over bound', below = '2s', after = 'x' } }",
              "2: SLO \"time over bound\": `after` belongs to \"time to fresh\""}));

// A decide that is none is told once, too.
TEST(ScenarioReads, WhoseDecideIsWrongAreOneErrorEvenWithAnSloOnIt) {
  EXPECT_THAT(errors_in(whole(
                  GROUP "reads = { opens = { group = 'copilot', rate = '5/s', decide = 5 } }, slos = { slo "
                        "{ 'wrong decisions', exactly = 0 } }")),
              testing::ElementsAre(testing::StartsWith("2: read \"opens\": decide: found the number 5")));
}

// One mistake is told once: the SLO that names the read is not to blame.
TEST(ScenarioReads, AreOneErrorEvenWhenAnSloNamesThem) {
  EXPECT_THAT(
      errors_in(whole("reads = { opens = { group = 'copilto', rate = '5/s' } }, slos = { slo { 'stale "
                      "decisions', read = 'opens', exactly = 0 } }")),
      testing::SizeIs(1));
}

}  // namespace
}  // namespace freshet::scenario
