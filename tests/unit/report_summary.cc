// The summary against golden files, and what must be in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "reports/terminal.h"
#include "tests/unit/golden.h"
#include "tests/unit/report_fixture.h"

namespace freshet::reports {
namespace {

using test::expect_golden;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const char* const kFolder = "runs/20260102-030405-incident-burst";

std::string text_of(const results::Settled& settled, const Style& style) {
  return summary(settled, report_verdict(), kFolder, style);
}

std::size_t widest(const std::string& text) {
  std::size_t wide = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) wide = std::max(wide, columns_of(line));
  return wide;
}

TEST(Summary, IsTheGoldenText) {
  expect_golden("summary_80.txt", text_of(report_settled(), {80, false}));
  expect_golden("summary_120.txt", text_of(report_settled(), {120, false}));
  expect_golden("summary_80_colour.txt", text_of(report_settled(), {80, true}));
}

TEST(Summary, FitsItsWidth) {
  for (const std::size_t width : {80U, 100U, 120U}) {
    EXPECT_LE(widest(text_of(report_settled(), {width, false})), width);
    EXPECT_LE(widest(text_of(report_settled(), {width, true})), width);
  }
}

TEST(Summary, ColourChangesNothingButColour) {
  std::string coloured = text_of(report_settled(), {80, true});
  for (std::size_t at; (at = coloured.find('\x1b')) != std::string::npos;) {
    coloured.erase(at, coloured.find('m', at) - at + 1);
  }
  EXPECT_EQ(coloured, text_of(report_settled(), {80, false}));
}

TEST(Summary, BeginsWithTheVerdict) {
  const std::pair<judge::Outcome, const char*> table[] = {
      {judge::Outcome::pass, "PASS: why\n"},
      {judge::Outcome::fail, "FAIL: why\n"},
      {judge::Outcome::invalid, "INVALID: why\n"},
      {judge::Outcome::interrupted, "INTERRUPTED: why\n"}};
  for (const auto& [outcome, first] : table) {
    judge::Verdict verdict = report_verdict();
    verdict.outcome = outcome;
    verdict.reason = "why";
    EXPECT_THAT(summary(report_settled(), verdict, kFolder, {}), StartsWith(first));
  }
}

TEST(Summary, SaysWhoseFiguresTheseAre) {
  results::Settled settled = report_settled();
  const char* const demonstration = "demonstration, not a benchmark of the cluster";
  const char* const loopback = "the built-in loopback log: these figures are the harness's own noise floor";
  EXPECT_THAT(text_of(settled, {120, false}), HasSubstr(demonstration));
  settled.figures.identity.loopback = true;
  EXPECT_THAT(text_of(settled, {120, false}), HasSubstr(loopback));
  settled.figures.identity.loopback = settled.figures.identity.colocated = false;
  EXPECT_THAT(text_of(settled, {120, false}), Not(HasSubstr(demonstration)));
  EXPECT_THAT(text_of(settled, {120, false}), Not(HasSubstr(loopback)));
}

TEST(Summary, SaysWhatIsMissing) {
  results::Settled settled = report_settled();
  settled.figures.damage = {"facts/local/intervals.hlog: cut at line 9"};
  EXPECT_THAT(text_of(settled, {120, false}),
              HasSubstr("missing from the record: facts/local/intervals.hlog: cut at line 9\n"));
}

TEST(Summary, IsWholeWithoutAnyFigure) {
  results::Settled settled;
  settled.plan = report_plan();
  const std::string text = summary(settled, {}, kFolder, {});
  EXPECT_THAT(text, StartsWith("FAIL:"));
  EXPECT_THAT(text, HasSubstr("run folder: runs/"));
}

// Of a run that broke something, or when asked for.
TEST(Summary, TellsTheSettingsThatDecideAFailover) {
  results::Settled settled = report_settled();
  settled.manifest["prefix"] = "freshet-0123abcd-";
  settled.manifest["profiles"] = {{"producer chat_turn", "low-latency"}, {"group copilot", "default"}};
  settled.manifest["failover_settings"] = {
      {"producer freshet-0123abcd-chat_turn", {{"linger.ms", "0"}, {"socket.timeout.ms", "60000"}}},
      {"producer freshet-0123abcd-account_lock", {{"linger.ms", "0"}, {"socket.timeout.ms", "60000"}}},
      {"group freshet-0123abcd-copilot", {{"session.timeout.ms", "45000"}}},
      {"group freshet-0123abcd-agent_desktop", {{"session.timeout.ms", "6000"}}},
      {"group freshet-0123abcd-quality", {{"session.timeout.ms", "6000"}}},
      {"group odd", 7}};
  const std::string plain = text_of(settled, {80, false});
  EXPECT_THAT(plain, HasSubstr("client profile: low-latency (producer chat_turn)\n"));
  EXPECT_THAT(plain, Not(HasSubstr("decide how long a failover takes")));
  EXPECT_THAT(plain, Not(HasSubstr("127.0.0.1:9093/2")));
  const std::string asked = summary(settled, report_verdict(), kFolder, {80, false}, true);
  EXPECT_LE(widest(asked), 80U);
  EXPECT_THAT(asked,
              HasSubstr("Settings that decide how long a failover takes, as in force\n"
                        "                                            producers  copilot  agent_desktop +1\n"
                        "  linger.ms                                         0\n"
                        "  session.timeout.ms                                     45000              6000\n"
                        "  socket.timeout.ms                             60000\n"));
  EXPECT_THAT(asked, HasSubstr("127.0.0.1:9093/2"));
  EXPECT_THAT(asked, HasSubstr("Queues and batches of clients"));
  settled.plan.faults.push_back({});
  EXPECT_THAT(text_of(settled, {80, false}), HasSubstr("decide how long a failover takes"));
}

// T3: of each group the member that had most; nothing of one without a service time, or that nobody counted.
TEST(Summary, TellsHowFullTheQueuesWere) {
  results::Settled settled = report_settled();
  settled.plan.groups[1].queue = 500;
  settled.figures.receivers = {{0, 0, 0, 60, 0, 0}, {1, 0, 0, 60, 120, 0}, {1, 1, 0, 60, 500, 7}};
  const std::string text = text_of(settled, {80, false});
  EXPECT_THAT(text, HasSubstr("Records received ahead, the member that had most"));
  EXPECT_THAT(text, testing::ContainsRegex("\n  copilot +500 +500 +7 of 60\n"));
  EXPECT_THAT(text, Not(testing::ContainsRegex("\n  agent_desktop +0 ")));
  settled.figures.receivers = {{0, 0, 0, 60}};
  EXPECT_THAT(text_of(settled, {80, false}), Not(HasSubstr("Records received ahead")));
}

}  // namespace
}  // namespace freshet::reports
