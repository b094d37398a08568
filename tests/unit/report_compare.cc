// Runs side by side, with differences worked out by hand.
#include "reports/compare.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "reports/compare_data.h"
#include "reports/compare_rows.h"
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
  for (const ComparedRow& row : compared_rows(runs)) {
    const results::StalenessRow *first = row.runs[0].staleness, *other = row.runs[1].staleness;
    ASSERT_TRUE(first && other) << row.klass << row.group << row.phase;
    EXPECT_NE(first->pass, other->pass);
    EXPECT_EQ(first->tier, -1);
  }
}

TEST(Compare, WhatOneRunHasNotIsNotCompared) {
  std::vector<ComparedRun> runs = two_runs();
  runs[1].settled.plan.groups[1].name = "other";
  const std::vector<ComparedRow> rows = compared_rows(runs);
  const auto one_has = [](const ComparedRow& row) {
    return !row.runs[0].staleness || !row.runs[1].staleness;
  };
  EXPECT_EQ(std::ranges::count_if(rows, one_has), 8)
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

// The cells of the first line with this label after `from`, which have two words each.
std::vector<std::string> cells_after(const std::string& text, const std::string& from,
                                     const std::string& label, std::size_t count) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from << " in\n" << text;
  std::vector<std::string> words;
  std::istringstream cells(text.substr(text.find(label, at) + label.size()));
  for (std::string number, unit; words.size() < count && cells >> number;) {
    if (number != "n/a") cells >> unit;
    words.push_back(number == "n/a" ? number : number + " " + unit);
  }
  return words;
}

// The second run's highest lag in the incident is 100 ms more, and its chat_turn is fresh again at last.
TEST(Compare, TellsLagPeaksAndTheTimeToFresh) {
  std::vector<ComparedRun> runs = two_runs();
  for (results::LagRow& row : runs[1].settled.figures.lags) {
    if (row.phase == 2 && row.stream == 1 && row.pass == 1) row.freshness += 100 * kMillisecond;
  }
  results::DisturbanceRow& fresh = runs[1].settled.figures.disturbances[1];
  fresh.reached = true;
  fresh.time_to_fresh = 12 * kSecond;
  const std::string text = comparison(runs, {});
  const std::string from = text.substr(text.find("Highest lag, incident"));
  const std::string at = "chat_turn at copilot";
  const std::string lines = from.substr(from.find(at));
  EXPECT_THAT(lines, ::testing::ContainsRegex("a +180 ms +150 ms +> 40.0 s"));
  EXPECT_THAT(cells_after(lines, at, "\n    b ", 3), ElementsAre("280 ms", "150 ms", "12.0 s"));
  EXPECT_THAT(lines, ::testing::ContainsRegex("b - a +\\+100 ms +0 s +≤-28.0 s"))
      << "the first took longer than 40 s, so the second is fresh at least 28 s earlier";
  EXPECT_THAT(comparison_markdown(runs),
              HasSubstr("| chat\\_turn at copilot: b - a | +100 ms | 0 s | ≤-28.0 s |"));
}

TEST(Compare, APhaseThatDisturbsNothingHasNoTimeToFresh) {
  const nlohmann::json tables = compare_data(two_runs())["tables"];
  for (const auto& table : tables) {
    if (!table["title"].get<std::string>().starts_with("Highest lag")) continue;
    EXPECT_EQ(table["heads"].size(), table["phase"] == "incident" ? 3U : 2U) << table["title"];
    for (const auto& line : table["lines"]) EXPECT_EQ(line["cells"].size(), table["heads"].size());
  }
}

TEST(Compare, FitsAnOrdinaryTerminal) {
  std::istringstream lines(comparison(two_runs(), {.width = 80}));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), 80U) << line;
}

TEST(Compare, ThePageHasTheTablesOfTheText) {
  const std::vector<ComparedRun> runs = two_runs();
  const nlohmann::json data = compare_data(runs);
  const std::string text = comparison(runs, {.width = 200});
  std::size_t at = 0;
  for (const auto& table : data["tables"]) {
    for (const auto& line : table["lines"]) {
      for (const auto& cell : line["cells"]) {
        at = text.find(cell.get<std::string>(), at);
        ASSERT_NE(at, std::string::npos) << cell;
      }
    }
  }
  EXPECT_EQ(data["caveats"], nlohmann::json(comparison_caveats(runs)));
}

// Runs of different length stand on one axis, and a run without the pair leaves a hole, not another's curve.
TEST(Compare, ThePagesColumnsBelongToTheirRuns) {
  std::vector<ComparedRun> runs = two_runs();
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::int64_t second = 0; second < (i == 0 ? 3 : 5); ++second) {
      results::OffsetAndLag row;
      row.second = second;
      row.stream = 0;
      row.pass = 1;
      row.staleness_p99 = row.staleness_max = (second + 1) * kMillisecond;
      runs[i].settled.timeline.push_back(row);
    }
  }
  runs[1].settled.plan.groups[1].name = "other";
  const nlohmann::json data = compare_data(runs);
  EXPECT_EQ(data["timeline"]["second"].size(), 5U);
  ASSERT_EQ(data["pairs"].size(), 2U);
  EXPECT_EQ(data["pairs"][0]["group"], "copilot");
  EXPECT_EQ(data["pairs"][0]["bound_ns"], 2 * kSecond);
  EXPECT_EQ(data["pairs"][0]["runs"][0]["p99"], nlohmann::json({1000, 2000, 3000, nullptr, nullptr}));
  EXPECT_TRUE(data["pairs"][0]["runs"][1].is_null());
  EXPECT_EQ(data["pairs"][1]["group"], "other");
  EXPECT_TRUE(data["pairs"][1]["runs"][0].is_null());
  EXPECT_EQ(data["pairs"][1]["runs"][1]["max"].size(), 5U);
}

results::Spectrum curve(std::vector<results::Quantile> points, results::Quantile maximum) {
  return {0, 1, -1, -1, 100, std::move(points), maximum};
}

// The second reaches further, and its end is a bound; the first's maximum is one.
TEST(Compare, ThePagesDifferencesAreOfTheCurvesAtEachPercentile) {
  const auto at_least = [](base::Nanos ns) { return results::Quantile{0, Kind::at_least, ns}; };
  std::vector<ComparedRun> runs = two_runs();
  runs[0].settled.spectra = {curve({exact(kMillisecond), exact(5 * kMillisecond), exact(6 * kMillisecond)},
                                   at_least(9 * kMillisecond))};
  runs[1].settled.spectra = {curve({exact(2 * kMillisecond), exact(5 * kMillisecond),
                                    at_least(4 * kMillisecond), at_least(8 * kMillisecond)},
                                   exact(8 * kMillisecond))};
  runs.push_back({"runs/three", report_settled(), report_verdict()});
  const nlohmann::json spectra = compare_data(runs)["spectra"];
  ASSERT_EQ(spectra.size(), 1U);
  EXPECT_EQ(spectra[0]["phase"], "");
  EXPECT_EQ(spectra[0]["runs"][1]["us"], nlohmann::json({2000, 5000, 4000, 8000}));
  EXPECT_TRUE(spectra[0]["runs"][2].is_null());
  const nlohmann::json& differences = spectra[0]["differences"];
  ASSERT_EQ(differences.size(), 3U);
  EXPECT_TRUE(differences[0].is_null()) << "the first is what the others are compared with";
  EXPECT_EQ(differences[1]["us"], nlohmann::json({1000, 0, -2000}));
  EXPECT_EQ(differences[1]["sides"], nlohmann::json({"", "", "≥"}));
  EXPECT_EQ(differences[1]["maximum_us"], -1000);
  EXPECT_EQ(differences[1]["maximum_side"], "≤");
  EXPECT_TRUE(differences[2].is_null());
}

// Nothing is known of how two bounds differ.
TEST(Compare, TwoLowerBoundsHaveNoDifference) {
  const results::Quantile bound{0, Kind::at_least, kSecond};
  std::vector<ComparedRun> runs = two_runs();
  for (ComparedRun& run : runs) run.settled.spectra = {curve({exact(kMillisecond), bound}, bound)};
  const nlohmann::json difference = compare_data(runs)["spectra"][0]["differences"][1];
  EXPECT_EQ(difference["us"], nlohmann::json::array({0}));
  EXPECT_TRUE(difference["maximum_us"].is_null());
}

TEST(Compare, HostileNamesStayTextInThePage) {
  std::vector<ComparedRun> runs = two_runs();
  for (ComparedRun& run : runs) run.settled.plan.streams[0].klass = "</script><script>alert(1)</script>";
  EXPECT_THAT(comparison_html(runs), Not(HasSubstr("<script>alert(1)")));
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
