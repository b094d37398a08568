// Runs side by side, with differences worked out by hand.
#include "reports/compare.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "tests/unit/report_fixture.h"

namespace freshet::reports {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

results::Quantile exact(base::Nanos ns) {
  return {0.99, Kind::exact, ns};
}

// The second run's p99 in the incident is 24 ms more: p50 + 24/5, p90 + 8, p99 + 24, p99.9 + 48, max + 72 ms.
std::vector<ComparedRun> two_runs() {
  std::vector<ComparedRun> runs = {{"runs/one", report_settled(), report_verdict()},
                                   {"runs/two", report_settled(), report_verdict()}};
  for (results::StalenessRow& row : runs[1].settled.figures.staleness) {
    if (row.phase == 2 && row.stream == 0 && row.pass == 1)
      row.quantiles = spectrum(48 * kMillisecond / 5, 16 * kMillisecond, 48 * kMillisecond, 96 * kMillisecond,
                               144 * kMillisecond);
  }
  return runs;
}

TEST(Difference, IsOtherMinusFirst) {
  EXPECT_EQ(difference_words(difference(exact(10 * kMillisecond), exact(12 * kMillisecond))), "+2.00 ms");
  EXPECT_EQ(difference_words(difference(exact(12 * kMillisecond), exact(10 * kMillisecond))), "-2.00 ms");
  EXPECT_EQ(difference_words(difference(exact(kSecond), exact(kSecond))), "0 s");
}

TEST(Difference, OfABoundIsOneSided) {
  const results::Quantile bound{1, Kind::at_least, 4 * kSecond}, none{1, Kind::not_available, 0};
  EXPECT_EQ(difference_words(difference(exact(kSecond), bound)), "≥+3.00 s");
  EXPECT_EQ(difference_words(difference(bound, exact(kSecond))), "≤-3.00 s");
  EXPECT_EQ(difference_words(difference(bound, bound)), "n/a");
  EXPECT_EQ(difference_words(difference(none, exact(kSecond))), "n/a");
  EXPECT_EQ(difference_words(difference(exact(kSecond), none)), "n/a");
}

TEST(Compare, MatchesByName) {
  std::vector<ComparedRun> runs = two_runs();
  // The second run has its groups the other way round.
  std::swap(runs[1].settled.plan.groups[0], runs[1].settled.plan.groups[1]);
  for (const ComparedStaleness& row : compared_staleness(runs)) {
    ASSERT_TRUE(row.runs[0] && row.runs[1]) << row.klass << row.group << row.phase;
    EXPECT_NE(row.runs[0]->pass, row.runs[1]->pass);
    EXPECT_EQ(row.runs[0]->tier, -1);
  }
}

TEST(Compare, WhatOneRunHasNotIsNotCompared) {
  std::vector<ComparedRun> runs = two_runs();
  runs[1].settled.plan.groups[1].name = "other";
  const std::vector<ComparedStaleness> rows = compared_staleness(runs);
  EXPECT_EQ(std::ranges::count_if(rows, [](const auto& row) { return !row.runs[0] || !row.runs[1]; }), 8)
      << "two classes in a phase and in all, at copilot and at other";
  EXPECT_THAT(comparison(runs, {}), HasSubstr("account_lock at other"));
}

TEST(Compare, TellsTheDifferenceAtEachQuantile) {
  const std::string text = comparison(two_runs(), {.width = 100});
  const std::size_t phase = text.find("Staleness, incident"),
                    row = text.find("account_lock at copilot", phase);
  ASSERT_NE(row, std::string::npos) << text;
  std::vector<std::string> words;
  std::istringstream cells(text.substr(text.find("b - a", row) + 5));
  for (std::string number, unit; words.size() < 5 && cells >> number >> unit;)
    words.push_back(number + " " + unit);
  EXPECT_THAT(words, ElementsAre("+4.80 ms", "+8.00 ms", "+24.0 ms", "+48.0 ms", "+72.0 ms")) << text;
}

TEST(Compare, SaysThatSingleRunsAreAnAnecdoteAndWhatWouldBeEvidence) {
  EXPECT_THAT(comparison_caveats(two_runs()).back(),
              AllOf(HasSubstr("Two single runs are an anecdote"), HasSubstr("at least five runs on each")));
}

TEST(Compare, DifferentLoadsAreSaidFirst) {
  std::vector<ComparedRun> runs = two_runs();
  EXPECT_TRUE(same_load(runs));
  EXPECT_THAT(comparison(runs, {}), Not(HasSubstr("DIFFERENT LOADS")));
  runs[1].settled.figures.identity.load_hash = "ffffffffffffffff";
  EXPECT_FALSE(same_load(runs));
  EXPECT_THAT(comparison(runs, {}), ::testing::StartsWith("DIFFERENT LOADS"));
  EXPECT_THAT(comparison_markdown(runs), ::testing::StartsWith("### Runs compared\n\n- **DIFFERENT LOADS"));
}

TEST(Compare, ARunWithoutTrustIsNamed) {
  std::vector<ComparedRun> runs = two_runs();
  runs[1].verdict.outcome = judge::Outcome::invalid;
  runs[1].verdict.reason = "V4 host-stall: why";
  EXPECT_THAT(comparison_caveats(runs), ::testing::Contains("b deserves no trust: V4 host-stall: why"));
}

TEST(Compare, HostileNamesStayTextInMarkdown) {
  std::vector<ComparedRun> runs = two_runs();
  for (ComparedRun& run : runs) run.settled.plan.streams[0].klass = "a|b<script>";
  const std::string text = comparison_markdown(runs);
  EXPECT_THAT(text, Not(HasSubstr("<script")));
  EXPECT_THAT(text, HasSubstr("a\\|b"));
}

}  // namespace
}  // namespace freshet::reports
