// The command line itself: help, versions, and every way to mistype it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "harness/judge/rules.h"
#include "reports/text.h"
#include "tests/cli/program.h"

namespace freshet::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Usage : public ::testing::Test {
 protected:
  Ran run(const std::vector<std::string>& args) { return run_freshet(scratch_.path(), args); }
  // What stderr says of a mistake; nothing may stand on stdout then.
  std::string refused(const std::vector<std::string>& args) {
    const Ran ran = run(args);
    EXPECT_EQ(ran.exit_status, 2) << ran.err;
    EXPECT_EQ(ran.out, "");
    return ran.err;
  }
  ScratchFolder scratch_;
};

TEST_F(Usage, WithoutACommandHelpsAndFails) {
  EXPECT_THAT(refused({}), HasSubstr("usage: freshet COMMAND"));
}

TEST_F(Usage, HelpTeaches) {
  for (const char* help : {"--help", "-h", "help"}) {
    const Ran ran = run({help});
    EXPECT_EQ(ran.exit_status, 0);
    EXPECT_THAT(ran.out, HasSubstr("Examples:"));
    EXPECT_THAT(
        ran.out,
        HasSubstr("Exit status: 0 pass, 1 fail, 2 usage, 3 invalid, 4 inconclusive, 5 cluster,\n130"));
  }
}

TEST_F(Usage, EveryCommandHelpsInBothWays) {
  for (const char* command :
       {"run", "check", "report", "compare", "clean", "completion", "version", "help"}) {
    const Ran option = run({command, "--help"});
    const Ran topic = run({"help", command});
    EXPECT_EQ(option.exit_status, 0);
    EXPECT_THAT(option.out, StartsWith(std::string("usage: freshet ") + command));
    EXPECT_EQ(option.out, topic.out);
  }
  for (const char* command : {"run", "check", "report", "compare", "clean", "completion", "help"}) {
    EXPECT_THAT(run({command, "--help"}).out, HasSubstr("Examples:\n")) << command;
  }
}

TEST_F(Usage, HelpWinsOverWhatElseIsWrong) {
  EXPECT_EQ(run({"run", "--nonsense", "--help"}).exit_status, 0);
}

TEST_F(Usage, HelpHasTopics) {
  EXPECT_THAT(run({"help", "exit-status"}).out, HasSubstr("130  interrupted"));
  EXPECT_THAT(run({"help", "targets"}).out, HasSubstr("--yes-load-this-cluster"));
  EXPECT_THAT(run({"help", "figures"}).out, HasSubstr("time to fresh"));
  EXPECT_THAT(run({"help", "clients"}).out, HasSubstr("low-latency: "));
  const std::string validity = run({"help", "validity"}).out;
  for (const judge::Rule& rule : judge::rules()) EXPECT_THAT(validity, HasSubstr(std::string(rule.id)));
  EXPECT_THAT(refused({"help", "exit-statsu"}), HasSubstr("nearest: exit-status"));
}

TEST_F(Usage, NoLineOfHelpIsWiderThanATerminal) {
  for (const char* topic : {"run", "check", "report", "compare", "clean", "completion", "exit-status",
                            "targets", "figures", "validity", "clients", "version", "help", ""}) {
    std::istringstream lines(*topic ? run({"help", topic}).out : run({"help"}).out);
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(reports::columns_of(line), 80U) << topic << ": " << line;
  }
}

TEST_F(Usage, VersionNamesWhatItIsMadeOf) {
  for (const char* version : {"version", "--version"}) {
    const Ran ran = run({version});
    EXPECT_EQ(ran.exit_status, 0);
    EXPECT_THAT(ran.out, ::testing::MatchesRegex(
                             "freshet [0-9.]+\nlibrdkafka 2\\.[0-9.]+ \\(.*\\)\nLua 5\\.4.*\n.+\n"));
  }
}

TEST_F(Usage, AnUnknownCommandIsRefusedWithTheNearest) {
  EXPECT_THAT(refused({"rnu"}), HasSubstr("unknown command rnu; nearest: run"));
  EXPECT_THAT(refused({"xyzzy"}), HasSubstr("freshet help lists the commands"));
  EXPECT_THAT(refused({"--versoin"}), HasSubstr("unknown option --versoin"));
  EXPECT_THAT(refused({"smoke.lua"}), HasSubstr("freshet run smoke.lua"));
}

TEST_F(Usage, AnUnknownOptionIsRefusedWithTheNearest) {
  EXPECT_THAT(refused({"run", "x.lua", "--sede", "1"}), HasSubstr("unknown option --sede; nearest: --seed"));
  EXPECT_THAT(refused({"run", "x.lua", "--sede=1"}), HasSubstr("unknown option --sede; nearest: --seed"));
  EXPECT_THAT(refused({"report", "--jsno", "x"}), HasSubstr("unknown option --jsno; nearest: --json"));
  EXPECT_THAT(refused({"check", "x.lua", "-z"}), HasSubstr("unknown option -z"));
}

TEST_F(Usage, AnAbbreviationIsNotGuessed) {
  EXPECT_THAT(refused({"run", "x.lua", "--qui"}), HasSubstr("unknown option --qui"));
}

TEST_F(Usage, ValuesAreChecked) {
  EXPECT_THAT(refused({"run", "x.lua", "--seed"}), HasSubstr("--seed"));
  EXPECT_THAT(refused({"run", "x.lua", "--seed", "many"}), HasSubstr("many"));
  EXPECT_THAT(refused({"run", "x.lua", "--senders", "0"}), HasSubstr("--senders is 0; expected 1 to 64"));
  EXPECT_THAT(refused({"run", "x.lua", "--width", "7"}), HasSubstr("--width is 7"));
  EXPECT_THAT(refused({"run", "x.lua", "--connect-timeout", "10"}), HasSubstr("--connect-timeout"));
  EXPECT_THAT(refused({"run", "x.lua", "--connect-timeout", "0s"}), HasSubstr("--connect-timeout is 0"));
  EXPECT_THAT(refused({"run", "x.lua", "--seed", "1", "--seed", "2"}), HasSubstr("seed"));
  EXPECT_THAT(refused({"run", "x.lua", "--metrics", "no"}), HasSubstr("\"no\" is no port (0 to 65535)"));
  EXPECT_THAT(refused({"run", "x.lua", "--metrics-hold", "9s"}),
              HasSubstr("what --metrics serves, which was not given"));
  EXPECT_THAT(refused({"run", "x.lua", "--metrics", "0", "--metrics-hold", "9"}),
              HasSubstr("--metrics-hold: "));
  EXPECT_THAT(refused({"check", "x.lua", "-P", "rate"}), HasSubstr("-P takes name=value, found \"rate\""));
  EXPECT_THAT(refused({"check", "x.lua", "-P", "a=1", "-Pa=2"}), HasSubstr("-P a is given twice"));
}

TEST_F(Usage, ASecretThatIsMistypedIsNotRepeated) {
  const std::string said = refused({"clean", "-b", "127.0.0.1:1", "-X", "sasl.password:hunter2"});
  EXPECT_THAT(said, HasSubstr("-X takes name=value"));
  EXPECT_THAT(said, ::testing::Not(HasSubstr("hunter2")));
}

TEST_F(Usage, OneArgumentIsExpected) {
  EXPECT_THAT(refused({"run"}), HasSubstr("a SCENARIO is expected"));
  EXPECT_THAT(refused({"report"}), HasSubstr("a RUN is expected"));
  EXPECT_THAT(refused({"check", "a.lua", "b.lua"}), HasSubstr("one SCENARIO is expected, found also b.lua"));
  EXPECT_THAT(refused({"compare", "one"}), HasSubstr("two or more RUNs are expected, found 1"));
  EXPECT_THAT(refused({"completion", "bsh"}), HasSubstr("expected bash or zsh; nearest: bash"));
  EXPECT_THAT(refused({"help", "--man", "run"}), HasSubstr("--man takes no word"));
  EXPECT_THAT(refused({"version", "now"}), HasSubstr("unexpected argument now"));
  EXPECT_THAT(refused({"help", "run", "now"}), HasSubstr("found also now"));
}

}  // namespace
}  // namespace freshet::tests
