// Several runs together: freshet compare, and the table that --append-history keeps.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/cli/program.h"
#include "tests/cli/scenario_text.h"

namespace freshet::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Several : public ::testing::Test {
 protected:
  Several() {
    scratch_.write("tiny.lua", kTiny);
    for (const char* folder : {"one", "two"}) record(folder, "1");
    record("other", "2");
  }
  void record(const std::string& folder, const std::string& seed) {
    const Ran ran = run({"run", "tiny.lua", "-q", "-o", folder, "--seed", seed});
    EXPECT_TRUE(ran.exit_status == 0 || ran.exit_status == 3) << ran.err;  // 3: the machine was starved
    judged_ = judged_ && ran.exit_status == 0;
  }
  Ran run(const std::vector<std::string>& args) { return run_freshet(scratch_.path(), args); }
  std::string text(const std::string& file) const { return read_file(scratch_.path() / file); }
  ScratchFolder scratch_;
  bool judged_ = true;
};

TEST_F(Several, AreComparedWhenTheirLoadIsTheSame) {
  const Ran same = run({"compare", "one", "two"});
  EXPECT_EQ(same.exit_status, 0) << same.err;
  EXPECT_THAT(same.out, AllOf(HasSubstr("a = one: tiny on loopback"), HasSubstr("b - a"),
                              HasSubstr("single runs are an anecdote"), Not(HasSubstr("DIFFERENT LOADS"))));
  EXPECT_THAT(run({"compare", "--format", "markdown", "one", "two"}).out, StartsWith("### Runs compared\n"));
  EXPECT_EQ(run({"compare", "-o", "page.html", "one", "two"}).out, "");
  EXPECT_EQ(text("page.html"), run({"compare", "--format", "html", "one", "two"}).out);
  EXPECT_THAT(text("page.html"), StartsWith("<!doctype html>"));
  EXPECT_EQ(run({"compare", "-o", "page.md", "one", "two"}).exit_status, 0);
  EXPECT_THAT(text("page.md"), StartsWith("### Runs compared\n"));
  EXPECT_THAT(run({"compare", "-o", "nowhere/page.html", "one", "two"}).err, HasSubstr("nowhere/page.html"));
  const Ran refused = run({"compare", "one", "other"});
  EXPECT_EQ(refused.exit_status, 2);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, AllOf(HasSubstr("did not send the same events"), HasSubstr("  other\n")));
  const Ran forced = run({"compare", "--force", "one", "other"});
  EXPECT_EQ(forced.exit_status, 0);
  EXPECT_THAT(forced.out, StartsWith("DIFFERENT LOADS"));
  EXPECT_EQ(run({"compare", "one", "nowhere"}).exit_status, 2);
  EXPECT_THAT(run({"compare", "one", "two", "--format", "markdwon"}).err, HasSubstr("nearest: markdown"));
}

TEST_F(Several, GrowATableOfThem) {
  const Ran first = run({"report", "--append-history", "trend.csv", "one"});
  if (!judged_) {
    EXPECT_THAT(text("trend.csv"), Not(HasSubstr(",invalid,")));
    GTEST_SKIP() << "a starved machine: a run was invalid, so it has no row";
  }
  EXPECT_EQ(first.exit_status, 0) << first.err;
  EXPECT_EQ(run({"report", "--append-history", "trend.csv", "two"}).exit_status, 0);
  const std::string table = text("trend.csv");
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 3);
  const Ran again = run({"report", "--append-history", "trend.csv", "two"});
  EXPECT_EQ(again.exit_status, 2);
  EXPECT_THAT(again.err, HasSubstr("--append-history trend.csv: run "));
  EXPECT_THAT(run({"report", "--append-history", "trend.csv", "other"}).err, HasSubstr("another load"));
  EXPECT_EQ(text("trend.csv"), table);
}

}  // namespace
}  // namespace freshet::tests
