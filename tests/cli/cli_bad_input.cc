// Bad input (issue 4, point 12) through the real binary: refused with exit 2, the place, what was found. What
// the scenario reader says of each in detail is tested beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/cli/program.h"
#include "tests/cli/scenario_text.h"

namespace freshet::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

class BadInput : public ::testing::Test {
 protected:
  // What `check` says of the scenario; `run` has to say the same, and to leave no folder behind.
  std::string refused(const std::string& scenario, const std::vector<std::string>& more = {}) {
    scratch_.write("bad.lua", scenario);
    std::vector<std::string> args = {"check", "bad.lua"};
    args.insert(args.end(), more.begin(), more.end());
    const Ran checked = run_freshet(scratch_.path(), args);
    args[0] = "run";
    const Ran ran = run_freshet(scratch_.path(), args);
    EXPECT_EQ(checked.exit_status, 2) << checked.out << checked.err;
    EXPECT_EQ(ran.exit_status, 2) << ran.err;
    EXPECT_EQ(checked.err, ran.err);
    EXPECT_EQ(checked.out, "");
    EXPECT_EQ(ran.out, "");
    EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "runs"));
    return checked.err;
  }
  std::string refused_instead_of(const std::string& right, const std::string& wrong) {
    return refused(replaced(kTiny, right, wrong));
  }
  ScratchFolder scratch_;
};

TEST_F(BadInput, TheScenarioItselfIsRight) {
  scratch_.write("tiny.lua", kTiny);
  const Ran ran = run_freshet(scratch_.path(), {"check", "tiny.lua"});
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
}

TEST_F(BadInput, MissingFile) {
  const Ran ran = run_freshet(scratch_.path(), {"check", "nowhere/none.lua"});
  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_THAT(ran.err, HasSubstr("nowhere/none.lua"));
}

TEST_F(BadInput, AFolderIsNoScenario) {
  EXPECT_EQ(run_freshet(scratch_.path(), {"check", "."}).exit_status, 2);
}

TEST_F(BadInput, SyntaxError) {
  EXPECT_THAT(refused_instead_of("streams = {", "streams = = {"), HasSubstr("bad.lua:5:"));
}

TEST_F(BadInput, UnknownKeyAtAnyDepth) {
  EXPECT_THAT(refused_instead_of("about =", "abuot ="), AllOf(HasSubstr("bad.lua:4:"), HasSubstr("about")));
  EXPECT_THAT(refused_instead_of("bound =", "buond ="), AllOf(HasSubstr("bad.lua:5:"), HasSubstr("bound")));
  EXPECT_THAT(refused_instead_of("members =", "membres ="),
              AllOf(HasSubstr("bad.lua:6:"), HasSubstr("members")));
  EXPECT_THAT(refused_instead_of("below =", "bellow ="), AllOf(HasSubstr("bad.lua:9:"), HasSubstr("below")));
}

TEST_F(BadInput, AllErrorsAtOnce) {
  EXPECT_THAT(refused(replaced(replaced(kTiny, "bound =", "buond ="), "members =", "membres =")),
              AllOf(HasSubstr("bad.lua:5:"), HasSubstr("bad.lua:6:")));
}

TEST_F(BadInput, WrongTypeOrUnit) {
  EXPECT_THAT(refused_instead_of("\"5s\", partitions", "5, partitions"), HasSubstr("bad.lua:5:"));
  EXPECT_THAT(refused_instead_of("\"5s\", partitions", "\"5 parsecs\", partitions"), HasSubstr("parsecs"));
  EXPECT_THAT(refused_instead_of("\"100/s\"", "\"100\""), HasSubstr("bad.lua:5:"));
  EXPECT_THAT(refused_instead_of("{ members = 2 }", "{ members = \"two\" }"), HasSubstr("bad.lua:6:"));
}

TEST_F(BadInput, NegativeRate) {
  EXPECT_THAT(refused_instead_of("\"100/s\"", "\"-100/s\""), HasSubstr("bad.lua:5:"));
}

TEST_F(BadInput, ShareOverAHundredPercent) {
  EXPECT_THAT(
      refused_instead_of("about =", "tenants = { enterprise = 5, enterprise_share = \"145%\" }, about ="),
      HasSubstr("145%"));
}

TEST_F(BadInput, SloOnNothing) {
  EXPECT_THAT(refused_instead_of("class = \"chat\"", "class = \"chats\""), HasSubstr("chats"));
}

TEST_F(BadInput, SloThatCannotBeDecided) {
  EXPECT_THAT(refused_instead_of("staleness p90", "staleness p99.9"), HasSubstr("p99.9"));
}

TEST_F(BadInput, PhaseOfZeroLength) {
  EXPECT_THAT(refused_instead_of("warmup { \"1s\" }", "warmup { \"0s\" }"), HasSubstr("bad.lua:7:"));
}

TEST_F(BadInput, EndlessLoop) {
  EXPECT_THAT(refused("\nwhile true do end\n"), HasSubstr("bad.lua"));
}

TEST_F(BadInput, ADecideThatFailsOnSomeView) {
  const std::string read =
      "reads = { opens = { group = \"copilot\", rate = \"50/s\",\ndecide = function(view) ";
  EXPECT_THAT(
      refused(replaced(kTiny, "phases =", read + "return view.chat.age < 5 end } },\n  phases =")),
      HasSubstr("bad.lua:8: read \"opens\": decide: attempt to compare nil with number (when nothing is "
                "known)\n"));
  EXPECT_THAT(refused(replaced(kTiny, "phases =", read + "return {} end } },\n  phases =")),
              HasSubstr("bad.lua:8: read \"opens\": decide: returns table, expected true, false, a number"));
}

TEST_F(BadInput, MemoryBomb) {
  EXPECT_THAT(refused("local t = 'x'\nwhile true do t = t .. t end\n"), HasSubstr("bad.lua:2:"));
  EXPECT_THAT(refused("local t = {}\nfor i = 1, 1e9 do t[i] = { i } end\n"), HasSubstr("bad.lua:2:"));
}

TEST_F(BadInput, InvalidUtf8AndNul) {
  refused_instead_of("Three seconds", "Three \xff seconds");
  refused(std::string("return scenario {\0}", 19));
}

TEST_F(BadInput, NothingOfTheMachineIsThere) {
  EXPECT_THAT(refused("os.exit(0)\n"), HasSubstr("bad.lua:1:"));
}

TEST_F(BadInput, ParamThatTheScenarioDoesNotHave) {
  EXPECT_THAT(refused(kTiny, {"-P", "speed=3"}), HasSubstr("speed"));
}

TEST_F(BadInput, RunFolderThatExists) {
  scratch_.write("tiny.lua", kTiny);
  std::filesystem::create_directory(scratch_.path() / "kept");
  scratch_.write("kept/mine.txt", "precious");
  const Ran ran = run_freshet(scratch_.path(), {"run", "tiny.lua", "-o", "kept"});
  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_THAT(ran.err, HasSubstr("kept"));
  EXPECT_EQ(read_file(scratch_.path() / "kept/mine.txt"), "precious");
}

TEST_F(BadInput, RunFolderThatCannotBeMade) {
  scratch_.write("tiny.lua", kTiny);
  scratch_.write("file", "not a folder");
  const Ran ran = run_freshet(scratch_.path(), {"run", "tiny.lua", "-o", "file/run"});
  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_THAT(ran.err, HasSubstr("file/run"));
}

TEST_F(BadInput, ReportOnWhatIsNoRun) {
  EXPECT_THAT(run_freshet(scratch_.path(), {"report", "nowhere"}).err, HasSubstr("nowhere"));
  EXPECT_EQ(run_freshet(scratch_.path(), {"report", "nowhere"}).exit_status, 2);
  EXPECT_EQ(run_freshet(scratch_.path(), {"report", "."}).exit_status, 2);
}

class BadTarget : public BadInput {
 protected:
  Ran run_with(const std::vector<std::string>& more) {
    scratch_.write("tiny.lua", kTiny);
    std::vector<std::string> args = {"run", "tiny.lua"};
    args.insert(args.end(), more.begin(), more.end());
    return run_freshet(scratch_.path(), args);
  }
};

TEST_F(BadTarget, UnreachableClusterIsExit5AndNamesAddressAndCause) {
  // Port 1 is reserved and nothing listens there.
  const Ran ran = run_with({"-b", "127.0.0.1:1", "--connect-timeout", "1s"});
  EXPECT_EQ(ran.exit_status, 5) << ran.err;
  EXPECT_THAT(ran.err, AllOf(HasSubstr("127.0.0.1:1"), HasSubstr("refused")));
  EXPECT_EQ(ran.out, "");
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "runs")) << "nothing half-done is left";
}

TEST_F(BadTarget, SettingsThatAreNone) {
  EXPECT_THAT(run_with({"-b", "127.0.0.1:1", "-X", "linger.sm=1"}).err, HasSubstr("linger.ms"));
  EXPECT_EQ(run_with({"-b", "127.0.0.1:1", "-X", "linger.sm=1"}).exit_status, 2);
  EXPECT_EQ(run_with({"-b", "127.0.0.1:1", "-X", "linger"}).exit_status, 2);
  EXPECT_THAT(run_with({"-X", "linger.ms=1"}).err, HasSubstr("no cluster is named"));
}

TEST_F(BadTarget, TargetFileThatIsNone) {
  EXPECT_THAT(run_with({"--target", "kafka"}).err, HasSubstr("NAME=FILE"));
  EXPECT_THAT(run_with({"--target", "kafka=nowhere.properties"}).err, HasSubstr("nowhere.properties"));
  scratch_.write("a.properties", "# no broker\nlinger.ms=5\n");
  EXPECT_THAT(run_with({"--target", "kafka=a.properties"}).err, HasSubstr("no cluster is named"));
  EXPECT_THAT(run_with({"--target", "a=a.properties", "--target", "b=a.properties"}).err, HasSubstr("twice"));
  scratch_.write("b.properties", "linger.ms=5\nwhat is this\n");
  EXPECT_THAT(run_with({"--target", "kafka=b.properties"}).err, HasSubstr("b.properties:2"));
}

TEST_F(BadTarget, SomebodyElsesClusterIsNotLoadedWithoutLeave) {
  // 192.0.2.0/24 is for documentation: nobody is there, and nobody is asked.
  scratch_.write("more.lua",
                 replaced(replaced(kTiny, "\"100/s\"", "\"2000/s\""), "staleness p90", "staleness p99"));
  const Ran ran = run_freshet(scratch_.path(), {"run", "more.lua", "-b", "192.0.2.1:9092"});
  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("192.0.2.1:9092 is not this machine"), HasSubstr("6 000 events"),
                             HasSubstr("2.00 k/s"), HasSubstr("--yes-load-this-cluster")));
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "runs"));
}

// K3: what a client cannot be made with is told before there is a cluster.
TEST_F(BadInput, ClientSettingsAreLookedAt) {
  const auto with_client = [&](const std::string& where, const std::string& settings) {
    return refused(replaced(kTiny, where, where + " client = { " + settings + " }, "));
  };
  const char* const everybody = "name = \"tiny\",";
  const char* const stream = "streams = { chat = {";
  const char* const group = "members = 2,";
  const std::string members = replaced(kTiny, "members = 2", "members = 2,");
  EXPECT_THAT(with_client(everybody, "['lingr.ms'] = 5"),
              AllOf(HasSubstr("bad.lua: producer chat: "), HasSubstr("did you mean 'linger.ms'?")));
  EXPECT_THAT(with_client(stream, "['linger.ms'] = 'soon'"), HasSubstr("producer chat: setting 'queue.buff"));
  EXPECT_THAT(with_client(everybody, "['auto.offset.reset'] = 'earliest'"),
              HasSubstr("'auto.offset.reset' is set by freshet itself: a position outside the log"));
  EXPECT_THAT(with_client(everybody, "profile = 'low-latensy'"),
              HasSubstr("there is no profile \"low-latensy\"; nearest: low-latency (freshet help clients)"));
  EXPECT_THAT(
      with_client(stream, "profile = 'x'"),
      HasSubstr("producer chat: there is no profile \"x\"; expected default, low-latency, throughput"));
  EXPECT_THAT(refused(replaced(members, group, std::string(group) + " client = { profile = 'throughputt' }")),
              HasSubstr("group copilot: there is no profile \"throughputt\"; nearest: throughput"));
  EXPECT_THAT(
      with_client(stream, "['max.in.flight'] = 10"),
      HasSubstr("max.in.flight=10 cannot be had with enable.idempotence=true, which is on unless it is "
                "declined; use at most 5, or enable.idempotence=false"));
  EXPECT_THAT(with_client(stream, "['enable.idempotence'] = true, acks = 1"), HasSubstr("use acks=all"));
  EXPECT_THAT(with_client(stream, "['linger.ms'] = 1, ['queue.buffering.max.ms'] = 2"),
              HasSubstr("another name of it are set to different values"));
}

TEST_F(BadInput, AProfileOfTheCommandLine) {
  EXPECT_THAT(refused(kTiny, {"--profile", "fast"}), HasSubstr("--profile: there is no profile \"fast\""));
}

TEST_F(BadInput, ACeilingNeedsAClusterToMeasure) {
  scratch_.write("tiny.lua", kTiny);
  const Ran ran = run_freshet(scratch_.path(), {"check", "tiny.lua", "--ceiling"});
  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_THAT(ran.err, HasSubstr("--ceiling needs a cluster to measure"));
}

// The layers of a target and of a scenario together, before the target is asked anything.
TEST_F(BadInput, SettingsThatExcludeEachOther) {
  scratch_.write("bad.lua", replaced(kTiny, "members = 2", "members = 2, protocol = 'consumer'"));
  for (const char* command : {"run", "check"}) {
    const Ran ran = run_freshet(scratch_.path(),
                                {command, "bad.lua", "-b", "127.0.0.1:1", "-X", "session.timeout.ms=6000"});
    EXPECT_EQ(ran.exit_status, 2) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("session.timeout.ms cannot be set with group.protocol=consumer; use the "
                                   "group's own setting on the broker"));
  }
}

}  // namespace
}  // namespace freshet::tests
