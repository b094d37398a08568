// Commands on the timeline, run by the real binary: only when allowed, recorded, undone, and never with a
// secret written down.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/cli/scenario_text.h"

namespace freshet::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class FaultCommands : public ::testing::Test {
 protected:
  Ran run(const std::vector<std::string>& args) { return run_freshet(scratch_.path(), args); }
  bool exists(const std::string& name) const { return fs::exists(scratch_.path() / name); }
  nlohmann::json summary() const {
    return nlohmann::json::parse(read_file(scratch_.path() / "one/summary.json"));
  }
  ScratchFolder scratch_;
};

TEST_F(FaultCommands, AreRefusedAndShownUnlessAllowed) {
  scratch_.write("f.lua", with_fault(R"(at = "1s", run = "touch broken", undo = "touch mended",
                                        after = "1s")"));
  const Ran ran = run({"run", "f.lua", "-o", "one"});
  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, AllOf(HasSubstr("touch broken"), HasSubstr("touch mended"), HasSubstr("at 2.00 s"),
                             HasSubstr("Nothing was run"), HasSubstr("--allow-commands")));
  EXPECT_FALSE(exists("broken"));
  EXPECT_FALSE(exists("one"));
}

TEST_F(FaultCommands, RunInTheFolderOfTheUserAndAreRecorded) {
  scratch_.write("f.lua", with_fault(R"(at = "1s", run = "echo breaking; touch broken",
                                        undo = "ls broken >&2; touch mended", after = "1s")"));
  const Ran ran = run({"run", "f.lua", "-o", "one", "--allow-commands"});
  EXPECT_TRUE(ran.exit_status == 0 || ran.exit_status == 3) << ran.exit_status << ran.out << ran.err;
  EXPECT_TRUE(exists("broken"));
  EXPECT_TRUE(exists("mended"));
  EXPECT_THAT(ran.out, AllOf(HasSubstr("Commands"), HasSubstr("echo breaking; touch broken"),
                             HasSubstr("undo"), HasSubstr("V9 disturbance")));
  const auto commands = summary()["commands"];
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0]["status"], 0);
  EXPECT_EQ(commands[0]["last_line"], "breaking");
  EXPECT_GE(commands[0]["begin_ns"].get<std::int64_t>(), 2'000'000'000);
  EXPECT_GE(commands[1]["begin_ns"].get<std::int64_t>(), 3'000'000'000);
  EXPECT_GE(commands[1]["end_ns"], commands[1]["begin_ns"]);
  EXPECT_EQ(commands[1]["last_line"], "broken");
  EXPECT_THAT(read_file(scratch_.path() / "one/events.jsonl"), HasSubstr(R"("output":"breaking\n")"));
  const Ran report = run({"report", "one"});
  EXPECT_EQ(report.out, ran.out);
}

TEST_F(FaultCommands, OneThatFailsMakesTheRunInvalid) {
  scratch_.write("f.lua", with_fault(R"(at = "0s", run = "echo no broker 7; exit 4")"));
  const Ran ran = run({"run", "f.lua", "-o", "one", "--allow-commands"});
  EXPECT_EQ(ran.exit_status, 3);
  const std::string first = ran.out.substr(0, ran.out.find("\n\n"));
  EXPECT_THAT(first, StartsWith("INVALID: "));
  // The first line may be wrapped, so what names the command stands before the next part.
  EXPECT_THAT(first, AllOf(HasSubstr("V9"), HasSubstr("echo no broker 7; exit 4"), HasSubstr("status"),
                           HasSubstr("4")));
}

TEST_F(FaultCommands, AreUndoneWhenTheRunIsInterrupted) {
  scratch_.write("f.lua", R"(
return scenario {
  name = "faulty",
  streams = { chat = { rate = "100/s", bound = "5s", partitions = 4 } },
  groups = { copilot = {} },
  phases = { fault { "300s", at = "0s", run = "touch broken", undo = "touch mended", after = "200s" } },
}
)");
  Freshet freshet(scratch_.path(), {"run", "f.lua", "-o", "one", "--allow-commands"});
  ASSERT_TRUE(freshet.wait_for("fault ", 2)) << "a line every five seconds";
  EXPECT_TRUE(exists("broken"));
  EXPECT_FALSE(exists("mended"));
  freshet.signal(SIGINT);
  const Ran ran = freshet.wait();
  EXPECT_EQ(ran.exit_status, 130);
  EXPECT_TRUE(exists("mended"));
}

}  // namespace
}  // namespace freshet::tests
