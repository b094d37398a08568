// A traced run of the real program on the loopback log, recomputed by the oracle; and what --trace refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/cli/scenario_text.h"
#include "tests/oracle/oracle_run.h"

namespace freshet::tests {
namespace {

using ::testing::HasSubstr;

class Trace : public ::testing::Test {
 protected:
  Trace() { scratch_.write("tiny.lua", kTiny); }
  Ran run(const std::vector<std::string>& args) { return run_freshet(scratch_.path(), args); }
  // A check that cannot fail is none: one figure of the summary at a time, by so many times too great.
  void expect_it_notices(const std::string& folder, const std::vector<std::pair<std::string, int>>& changes) {
    const std::string file = folder + "/summary.json";
    const auto summary = nlohmann::json::parse(read_file(scratch_.path() / file));
    for (const auto& [key, by] : changes) {
      auto changed = summary;
      auto& figure = changed[nlohmann::json::json_pointer(key)];
      figure = figure.get<std::int64_t>() * by;
      scratch_.write(file, changed.dump());
      EXPECT_EQ(test::ask_oracle(scratch_.path() / folder).exit_status, 1) << folder << key;
    }
  }
  ScratchFolder scratch_;
};

TEST_F(Trace, OfAProgramsRunOnTheLoopbackLogIsEnoughForEveryFigure) {
  const Ran ran = run({"run", "tiny.lua", "-o", "one", "--trace", "--senders", "2", "-q"});
  EXPECT_TRUE(ran.exit_status == 0 || ran.exit_status == 3) << ran.out << ran.err;
  const test::OracleSaid said =
      test::ask_oracle(scratch_.path() / "one", "oracle.py --quiet --notice-ms 500");
  EXPECT_EQ(said.exit_status, 0) << said.text;
  const test::OracleSaid all = test::ask_oracle(scratch_.path() / "one", "oracle.py --notice-ms 500");
  EXPECT_THAT(all.text, HasSubstr("(recomputed)"));
  EXPECT_THAT(all.text, HasSubstr("(host fact, from its raw rows)"));
}

TEST_F(Trace, OfAShareIsEnoughForWhatASampleTells) {
  const Ran ran = run({"run", "tiny.lua", "-o", "part", "--trace=25%", "-q"});
  EXPECT_TRUE(ran.exit_status == 0 || ran.exit_status == 3) << ran.out << ran.err;
  const auto manifest = nlohmann::json::parse(read_file(scratch_.path() / "part/manifest.json"));
  EXPECT_NEAR(manifest["trace"]["share"].get<double>(), 0.25, 1e-9);
  EXPECT_GT(manifest["trace"]["records"].get<int>(), 0);
  const test::OracleSaid said = test::ask_oracle(scratch_.path() / "part");
  EXPECT_EQ(said.exit_status, 0) << said.text;
  EXPECT_THAT(said.text, HasSubstr("the trace holds a sample: 25.000% of the events"));
  expect_it_notices("part", {{"/staleness/0/quantiles/0/ns", 10},
                             {"/staleness/0/outcomes/planned", 2},
                             {"/staleness/0/outcomes/visible", 2}});
}

// kill -9 in the middle: what had become visible by the last flush, with its percentiles, and no more. With a
// share of the events in the trace, as much of that as chance allows.
TEST_F(Trace, OfAKilledRunIsEnoughForWhatItsFolderTells) {
  scratch_.write("long.lua", kLong);
  Freshet whole(scratch_.path(), {"run", "long.lua", "-o", "cut", "--trace"});
  Freshet share(scratch_.path(), {"run", "long.lua", "-o", "cut-part", "--trace=25%"});
  for (Freshet* freshet : {&whole, &share})
    ASSERT_TRUE(freshet->wait_for("steady ", 2)) << "a line every five seconds";
  for (Freshet* freshet : {&whole, &share}) {
    freshet->signal(SIGKILL);
    EXPECT_EQ(freshet->wait().exit_status, 128 + SIGKILL);
  }
  for (const std::string folder : {"cut", "cut-part"}) {
    const Ran report = run({"report", "--json", folder});
    ASSERT_EQ(report.exit_status, 130) << report.err;
    scratch_.write(folder + "/summary.json", report.out);
    const auto summary = nlohmann::json::parse(report.out);
    EXPECT_EQ(summary["run"]["ending"], "killed");
    EXPECT_GT(summary["staleness"][0]["outcomes"]["visible"], 100);
    const test::OracleSaid said = test::ask_oracle(scratch_.path() / folder);
    EXPECT_EQ(said.exit_status, 0) << said.text;
    EXPECT_THAT(said.text, HasSubstr("the run was killed"));
    EXPECT_THAT(said.text, HasSubstr("left alone, for too little is known: budgets, clients, "));
  }
  EXPECT_THAT(test::ask_oracle(scratch_.path() / "cut-part").text,
              HasSubstr("the trace holds a sample: 25.000% of the events"));
  expect_it_notices("cut", {{"/staleness/0/outcomes/visible", 2}, {"/staleness/0/quantiles/0/ns", 2}});
  expect_it_notices("cut-part", {{"/staleness/0/quantiles/0/ns", 10},
                                 {"/staleness/0/outcomes/planned", 2},
                                 {"/staleness/0/outcomes/visible", 2}});
}

TEST_F(Trace, WithoutItThereIsNothingToRecompute) {
  (void)run({"run", "tiny.lua", "-o", "none", "-q"});
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "none/facts/local/trace.bin"));
  EXPECT_EQ(test::ask_oracle(scratch_.path() / "none").exit_status, 2);
}

TEST_F(Trace, RefusesWhatIsNoShare) {
  for (const char* wrong :
       {"--trace=2", "--trace=150%", "--trace=0%", "--trace=half", "--trace=-5%", "--trace="}) {
    const Ran ran = run({"run", "tiny.lua", wrong});
    EXPECT_EQ(ran.exit_status, 2) << wrong;
    EXPECT_THAT(ran.err, HasSubstr("--trace")) << wrong;
  }
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "runs"));
}

}  // namespace
}  // namespace freshet::tests
