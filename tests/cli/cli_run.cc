// Whole runs on the built-in loopback log through the real binary: what is printed, what is left, how they
// end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/cli/scenario_text.h"

namespace freshet::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Run : public ::testing::Test {
 protected:
  Run() {
    scratch_.write("tiny.lua", kTiny);
    scratch_.write("long.lua", kLong);
  }
  Ran run(const std::vector<std::string>& args) { return run_freshet(scratch_.path(), args); }
  ScratchFolder scratch_;
};

// The loopback log is fast, but the machine under the test may be anything: a starved run is invalid (3) and
// says so.
void expect_judged(const Ran& ran) {
  EXPECT_TRUE(ran.exit_status == 0 || ran.exit_status == 3) << ran.exit_status << "\n" << ran.out << ran.err;
}

TEST_F(Run, PrintsTheSummaryAndReportPrintsItAgain) {
  const Ran ran = run({"run", "tiny.lua", "-o", "one"});
  expect_judged(ran);
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("the built-in loopback log: these figures are the harness's own noise floor"),
                    HasSubstr("\nSLOs\n"), HasSubstr("chat, bound 5 s"), HasSubstr("run folder: one\n")));
  EXPECT_THAT(ran.out, Not(HasSubstr("\x1b"))) << "no colours where there is no terminal";
  EXPECT_THAT(ran.err, AllOf(HasSubstr("running tiny on loopback"), HasSubstr("offered ")));
  const Ran report = run({"report", "one"});
  EXPECT_EQ(report.out, ran.out);
  EXPECT_EQ(report.exit_status, ran.exit_status);
  EXPECT_EQ(report.err, "");
  EXPECT_EQ(run({"report", "--width", "120", "one/"}).exit_status, ran.exit_status);
  // Pictures are of what the environment says that it can show: the first that is set counts.
  using Environment = std::map<std::string, std::string>;
  const auto drawn = [&](const Environment& set) {
    return run_freshet(scratch_.path(), {"report", "one"}, set).out;
  };
  const std::string ascii = drawn({{"LC_ALL", "C"}, {"LANG", "C.UTF-8"}});
  EXPECT_THAT(ascii, AllOf(HasSubstr("logarithmic: . up to "), Not(HasSubstr("▁"))));
  EXPECT_THAT(drawn({{"LC_ALL", ""}, {"LC_CTYPE", ""}, {"LANG", "de_DE.utf8"}}),
              HasSubstr("logarithmic: ▁ up to "));
}

// What the folder holds for machines is what report makes of it again.
TEST_F(Run, LeavesItsReportsInTheFolder) {
  const Ran ran = run({"run", "tiny.lua", "-o", "one", "-q"});
  expect_judged(ran);
  for (const auto& [format, file] :
       {std::pair{"junit", "junit.xml"}, {"markdown", "summary.md"}, {"html", "report.html"}}) {
    const Ran report = run({"report", "--format", format, "one"});
    EXPECT_EQ(report.exit_status, ran.exit_status);
    EXPECT_EQ(report.out, read_file(scratch_.path() / "one" / file));
  }
  EXPECT_THAT(read_file(scratch_.path() / "one/junit.xml"),
              AllOf(HasSubstr("<testsuite name=\"tiny\""), HasSubstr(" tests=\"4\"")));
  const Ran bad = run({"report", "--format", "jnit", "one"});
  EXPECT_EQ(bad.exit_status, 2);
  EXPECT_THAT(bad.err,
              HasSubstr("expected one of text, json, junit, markdown, github, html; nearest: junit"));
}

TEST_F(Run, TellsAJobOfGithub) {
  scratch_.write("step.md", "before\n");
  const Ran ran = run_freshet(scratch_.path(), {"run", "tiny.lua", "-o", "one", "-q"},
                              {{"GITHUB_STEP_SUMMARY", "step.md"}, {"GITHUB_ACTIONS", "true"}});
  expect_judged(ran);
  EXPECT_EQ(read_file(scratch_.path() / "step.md"),
            "before\n" + read_file(scratch_.path() / "one/summary.md"));
  const Ran annotations = run({"report", "--format", "github", "one"});
  EXPECT_THAT(ran.out, ::testing::EndsWith("run folder: one\n" + annotations.out));
  EXPECT_EQ(annotations.out.empty(), ran.exit_status == 0);
  const Ran unwritable = run_freshet(scratch_.path(), {"run", "tiny.lua", "-o", "two", "-q"},
                                     {{"GITHUB_STEP_SUMMARY", "no/such/folder"}});
  expect_judged(unwritable);
  EXPECT_THAT(unwritable.err, HasSubstr("warning: $GITHUB_STEP_SUMMARY: cannot append to no/such/folder"));
}

// Decisions on how many events there are of an account: the params are those of the run. What the folder's
// text no longer tells is unknown, and no ground for a pass.
TEST_F(Run, AndReportDecideAlikeAndTellWhatNobodyKnows) {
  const std::string text = R"(
local every = param { "every", default = 1000000, about = "events" }
return scenario {
  name = "deciding",
  tenants = { enterprise = 1, others = 1 },
  streams = { chat = { rate = "200/s", bound = "5s", partitions = 4 } },
  groups = { copilot = { service_time = "1ms" } },
  reads = { opens = { group = "copilot", rate = "200/s",
                      decide = function(view) return view.chat.n // every end } },
  phases = { warmup { "1s" }, steady { "2s" } },
  slos = { slo { "wrong decisions", exactly = 0 } },
})";
  scratch_.write("deciding.lua", text);
  const auto decisions = [&](const char* folder) {
    const auto json = nlohmann::json::parse(run({"report", "--json", folder}).out);
    return json["decisions"][0];
  };
  const Ran never = run({"run", "deciding.lua", "-o", "never", "-q", "--no-calibration"});
  expect_judged(never);
  EXPECT_EQ(decisions("never")["wrong"], 0);
  const Ran each = run({"run", "deciding.lua", "-P", "every=1", "-o", "each", "-q", "--no-calibration"});
  EXPECT_TRUE(each.exit_status == 1 || each.exit_status == 3) << each.out << each.err;
  EXPECT_THAT(each.out, HasSubstr("Wrong decisions"));
  EXPECT_EQ(run({"report", "each"}).out, each.out);
  const nlohmann::json wrong = decisions("each")["wrong"];
  ASSERT_TRUE(wrong.is_number());
  EXPECT_GT(wrong, 0);

  nlohmann::json plan = nlohmann::json::parse(read_file(scratch_.path() / "each/plan.json"));
  plan["scenario_text"] = "return scenario {}";
  scratch_.write("each/plan.json", plan.dump());
  EXPECT_TRUE(decisions("each")["wrong"].is_null());
  const Ran unknown = run({"report", "each"});
  EXPECT_NE(unknown.exit_status, 0);
  EXPECT_THAT(unknown.out, AllOf(HasSubstr("decide: is no function any more"), HasSubstr("unknown")));
}

TEST_F(Run, JsonStandsAloneOnStdout) {
  const Ran ran = run({"run", "tiny.lua", "-o", "one", "--json"});
  expect_judged(ran);
  const auto json = nlohmann::json::parse(ran.out, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << ran.out;
  EXPECT_EQ(json["verdict"]["exit_status"], ran.exit_status);
  EXPECT_EQ(json["verdict"]["slos"].size(), 4U) << "two SLOs at two groups";
  EXPECT_THAT(ran.err, HasSubstr("run folder: one"));
  EXPECT_EQ(nlohmann::json::parse(read_file(scratch_.path() / "one/summary.json")), json);
  EXPECT_EQ(run({"report", "--json", "one"}).out, ran.out);
}

TEST_F(Run, QuietPrintsTheSummaryOnly) {
  const Ran ran = run({"run", "tiny.lua", "--quiet", "-o", "one"});
  expect_judged(ran);
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, HasSubstr("run folder: one"));
}

TEST_F(Run, DrawsInPlaceAndInColourOnATerminal) {
  const auto on_terminal = [&](const std::string& folder,
                               const std::map<std::string, std::string>& environment,
                               std::vector<std::string> more) {
    std::vector<std::string> args = {"run", "tiny.lua", "-o", folder};
    args.insert(args.end(), more.begin(), more.end());
    Freshet freshet(scratch_.path(), args, environment, Output::terminal);
    const Ran ran = freshet.wait();
    expect_judged(ran);
    return ran.err;
  };
  const std::string erase = "A\r\x1b[J", bold = "\x1b[1m";
  const std::string coloured = on_terminal("one", {}, {});
  EXPECT_THAT(coloured, AllOf(HasSubstr(erase), HasSubstr(bold + "SLOs"), HasSubstr("p99 now ")));
  EXPECT_THAT(coloured.substr(coloured.rfind(erase)), HasSubstr("run folder: one"))
      << "the block is gone at the end";
  EXPECT_THAT(on_terminal("two", {{"NO_COLOR", "1"}}, {}), AllOf(HasSubstr(erase), Not(HasSubstr(bold))));
  EXPECT_THAT(on_terminal("three", {}, {"--no-color"}), Not(HasSubstr(bold)));
  EXPECT_THAT(on_terminal("four", {}, {"--quiet"}), AllOf(Not(HasSubstr(erase)), HasSubstr(bold)));
}

// What a full disk does to the process: its files take no more.
TEST_F(Run, EndsWhenItsFilesTakeNoMoreAndKeepsWhatTheyHold) {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 30'000;
  setrlimit(RLIMIT_FSIZE, &small);
  Freshet freshet(scratch_.path(), {"run", "long.lua", "-o", "one"});
  setrlimit(RLIMIT_FSIZE, &before);
  const Ran ran = freshet.wait();
  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("cannot write one/facts/local/"), HasSubstr("File too large"),
                             HasSubstr("the run was ended after "), HasSubstr("is kept in one\n")));
  const Ran report = run({"report", "one"});
  EXPECT_EQ(report.exit_status, 130) << report.err;
  EXPECT_THAT(report.out, AllOf(StartsWith("INTERRUPTED: partial"), HasSubstr("chat")));
}

TEST_F(Run, NamesItsFolderByTimeAndScenario) {
  expect_judged(run({"run", "tiny.lua", "--quiet"}));
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(scratch_.path() / "runs")) {
    names.push_back(entry.path().filename().string());
  }
  ASSERT_EQ(names.size(), 1U);
  EXPECT_THAT(names[0], ::testing::MatchesRegex("[0-9]{8}-[0-9]{6}-tiny"));
}

TEST_F(Run, ManifestSaysHowItWasRunAndKeepsSecrets) {
  expect_judged(run({"run", "tiny.lua", "--quiet", "-o", "one", "--seed", "42"}));
  const auto manifest = nlohmann::json::parse(read_file(scratch_.path() / "one/manifest.json"));
  EXPECT_EQ(manifest["seed"], 42);
  EXPECT_EQ(manifest["scenario_text"], kTiny);
  EXPECT_EQ(manifest["command_line"][0], "run");
  EXPECT_EQ(manifest["target"]["loopback_log"], true);
  EXPECT_TRUE(manifest["host"].contains("kernel"));
}

TEST_F(Run, TheSameSeedIsTheSameLoad) {
  for (const char* folder : {"one", "two"}) {
    expect_judged(
        run({"run", "tiny.lua", "--quiet", "-o", folder, "--senders", folder[0] == 'o' ? "1" : "3"}));
  }
  const auto proof = [&](const char* folder) {
    return nlohmann::json::parse(run({"report", "--json", folder}).out);
  };
  EXPECT_EQ(proof("one")["load_proof"], proof("two")["load_proof"]);
}

TEST_F(Run, FirstInterruptDrainsAndReportsWhatWasMeasured) {
  for (const int number : {SIGINT, SIGTERM}) {
    const std::string folder = number == SIGINT ? "int" : "term";
    Freshet freshet(scratch_.path(), {"run", "long.lua", "-o", folder});
    ASSERT_TRUE(freshet.wait_for("steady "));
    freshet.signal(number);
    const Ran ran = freshet.wait();
    EXPECT_EQ(ran.exit_status, 130) << ran.err;
    EXPECT_THAT(ran.out, StartsWith("INTERRUPTED: partial: the run was stopped after"));
    EXPECT_THAT(ran.err, HasSubstr("interrupted: sending has ended"));
    const Ran report = run({"report", folder});
    EXPECT_EQ(report.exit_status, 130);
    EXPECT_EQ(report.out, ran.out);
  }
}

TEST_F(Run, SecondInterruptStopsAtOnceAndKeepsTheFiles) {
  Freshet freshet(scratch_.path(), {"run", "long.lua", "-o", "one"});
  ASSERT_TRUE(freshet.wait_for("steady "));
  freshet.signal(SIGINT);
  freshet.signal(SIGTERM);
  const Ran ran = freshet.wait();
  EXPECT_EQ(ran.exit_status, 130) << ran.err;
  EXPECT_EQ(run({"report", "one"}).out, ran.out);
}

TEST_F(Run, InterruptBeforeTheStartLeavesNothing) {
  Freshet freshet(scratch_.path(), {"run", "long.lua", "-o", "one"});
  ASSERT_TRUE(freshet.wait_for("recorded in one"));
  freshet.signal(SIGINT);
  const Ran ran = freshet.wait();
  EXPECT_EQ(ran.exit_status, 130) << ran.err;
}

TEST_F(Run, AKilledRunIsReportedAsPartial) {
  Freshet freshet(scratch_.path(), {"run", "long.lua", "-o", "one"});
  ASSERT_TRUE(freshet.wait_for("steady ", 2)) << "a line every five seconds";
  freshet.signal(SIGKILL);
  EXPECT_EQ(freshet.wait().exit_status, 128 + SIGKILL);
  const Ran report = run({"report", "one"});
  EXPECT_EQ(report.exit_status, 130) << report.err;
  EXPECT_THAT(report.out, StartsWith("INTERRUPTED: partial: the run was killed after"));
}

}  // namespace
}  // namespace freshet::tests
