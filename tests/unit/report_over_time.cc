// The pictures of the terminal's text: columns and levels by hand, whole pictures against golden files.
#include "reports/over_time.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "reports/sparkline.h"
#include "reports/terminal.h"
#include "tests/unit/golden.h"
#include "tests/unit/report_fixture.h"

namespace freshet::reports {
namespace {

using test::expect_golden;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<base::Nanos> values(const std::vector<Point>& points) {
  std::vector<base::Nanos> all;
  for (const Point& point : points) all.push_back(point.value);
  return all;
}

TEST(TimeAxis, AColumnKeepsTheGreatestOfItsSeconds) {
  const TimeAxis axis(7, 3);  // 3 s a column, the last one has a single second
  EXPECT_EQ(axis.per_column(), 3U);
  EXPECT_EQ(axis.columns(), 3U);
  EXPECT_THAT(values(axis.in_columns({{1}, {9}, {2}, {-1}, {-1}, {-1}, {4}})), ElementsAre(9, -1, 4));
}

TEST(TimeAxis, AColumnIsALowerBoundWhereAnyOfItsSecondsIs) {
  const std::vector<Point> columns = TimeAxis(4, 2).in_columns({{5, true}, {9}, {1}, {2}});
  EXPECT_TRUE(columns[0].at_least) << "the 5 may have been more than the 9";
  EXPECT_FALSE(columns[1].at_least);
}

TEST(TimeAxis, AShortRunIsStretched) {
  const TimeAxis axis(3, 7);
  EXPECT_EQ(axis.per_second(), 2U);
  EXPECT_THAT(values(axis.in_columns({{1}, {-1}, {3}})), ElementsAre(1, 1, -1, -1, 3, 3));
  EXPECT_EQ(axis.column_of(2), 4U);
}

TEST(LogScale, HasEightLevelsOfTheSameMultiple) {
  std::vector<Point> row;
  for (base::Nanos value = 1'000; value <= 128'000; value *= 2) row.push_back({value});
  const LogScale scale({row, {{-1, false}, {0, false}}}, 0);
  EXPECT_NEAR(scale.step(), std::pow(128, 1.0 / 8), 1e-9);
  EXPECT_EQ(scale.highest_end(), 128'000);
  EXPECT_EQ(scale.level_of(0), 0U);
  EXPECT_EQ(scale.level_of(1'000), 1U);
  EXPECT_EQ(scale.level_of(128'000), 8U);
  EXPECT_EQ(scale.level_of(128'000 / 2), 7U) << "64 000 is over 128 000 ÷ 1.83², which ends level 6";
}

TEST(LogScale, NoiseStaysFlat) {
  const std::vector<Point> noise = {{90'000}, {100'000}}, nothing = {{0}, {-1}};
  const LogScale scale({noise}, 0);
  EXPECT_EQ(scale.level_of(90'000), scale.level_of(100'000));
  EXPECT_NEAR(scale.step(), std::pow(100, 1.0 / 8), 1e-9);
  EXPECT_TRUE(LogScale({nothing}, 0).empty());
}

TEST(LogScale, WhatIsFarBelowTheBoundIsLow) {
  const std::vector<Point> row = {{5 * kMillisecond}, {29 * kMillisecond}};
  const LogScale scale({row}, 2 * kSecond);  // eight steps of 400^(1/8) = 2.11 from 5 ms to 2 s
  EXPECT_EQ(scale.highest_end(), 2 * kSecond);
  EXPECT_EQ(scale.level_of(5 * kMillisecond), 1U);
  EXPECT_EQ(scale.level_of(29 * kMillisecond), 3U);
  EXPECT_EQ(scale.level_of(2 * kSecond), 8U);
}

// 120 s of an incident that makes chat_turn at copilot stale, and never delivers what was due in 56 s and 57
// s.
results::Settled incident() {
  results::Settled settled = report_settled();
  for (std::int64_t second = 0; second < 121; ++second) {
    for (const int stream : {0, 1}) {
      for (const int pass : {0, 1}) {
        results::OffsetAndLag row;
        row.second = second;
        row.stream = stream;
        row.pass = pass;
        const bool hit = stream == 1 && pass == 1;
        row.staleness_max = (5 + second * 7 % 11) * kMillisecond;
        if (hit && second >= 42 && second < 60) row.staleness_max = (60 - second) * 700 * kMillisecond;
        if (hit && second >= 42 && second < 60) row.freshness_lag = (second - 41) * 700 * kMillisecond;
        if (second == 47 && stream == 0) row.staleness_max = kSecond;  // one peak among its neighbours
        if (second == 56 || second == 57) row.staleness_max = hit ? -1 : row.staleness_max;
        if (second == 120) row.staleness_max = -1;  // the drain: nothing was intended there
        settled.timeline.push_back(row);
      }
    }
  }
  settled.unseen = {{56, 1, 1, 10, 65 * kSecond}, {57, 1, 1, 10, 64 * kSecond}};
  return settled;
}

TEST(OverTime, IsTheGoldenPicture) {
  for (const std::size_t width : {80U, 160U}) {
    for (const bool blocks : {true, false}) {
      const Style style{.width = width, .blocks = blocks};
      expect_golden(fmt::format("over_time_{}_{}.txt", width, blocks ? "utf8" : "ascii"),
                    over_time(incident(), style));
    }
  }
}

TEST(OverTime, FitsItsRoomAndInAsciiIsAscii) {
  for (const std::size_t width : {60U, 80U, 120U, 160U, 400U}) {
    const std::string text = over_time(incident(), {.width = width});
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), width) << line;
    EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 128; }));
  }
}

TEST(OverTime, APictureTakesTheWholeTerminalThoughTextDoesNot) {
  const std::string text = over_time(incident(), {.width = 80, .room = 160});
  EXPECT_THAT(text, HasSubstr("a column is a second"));
  EXPECT_THAT(over_time(incident(), {.width = 80}), HasSubstr("a column is 3 s, with the highest of them"));
}

TEST(OverTime, TellsTheHighestValueAndThatItIsALowerBound) {
  const std::string text = over_time(incident(), {.width = 160, .blocks = true});
  EXPECT_THAT(text, HasSubstr("≥65.0 s\n"));
  EXPECT_THAT(text, HasSubstr("≥ at least, for some never became visible"));
  EXPECT_THAT(text, HasSubstr("! over the bound"));
}

TEST(OverTime, MarksStandUnderTheirSeconds) {
  const std::string text = over_time(incident(), {.width = 160});
  std::istringstream lines(text);
  std::size_t begin = 0, marked = 0;
  for (std::string line; std::getline(lines, line);) {
    if (const std::size_t bar = line.find("|warmup"); bar != std::string::npos && begin == 0) begin = bar;
    if (const std::size_t mark = line.find('>');
        mark != std::string::npos && line.find_first_not_of(' ') == mark)
      marked = mark;
  }
  EXPECT_EQ(marked - begin, 56U) << text;
}

TEST(OverTime, ARunWithoutSecondsHasNoPicture) {
  EXPECT_EQ(over_time(report_settled(), {}), "");
  EXPECT_THAT(summary(report_settled(), report_verdict(), "runs/x", {}), Not(HasSubstr("phases:")));
}

TEST(OverTime, ARunThatWasCutIsDrawnAsFarAsItGot) {
  results::Settled settled = incident();
  std::erase_if(settled.timeline, [](const results::OffsetAndLag& row) { return row.second >= 20; });
  const std::string text = over_time(settled, {.width = 160});
  EXPECT_THAT(text, HasSubstr("|warmup"));
  EXPECT_THAT(text, Not(HasSubstr("|incident")));
}

TEST(OverTime, NamesOfManyBytesAreCutBetweenCharacters) {
  results::Settled settled = incident();
  settled.plan.phases[0].name = "éééééééééééééééééééééé";
  const std::string text = over_time(settled, {.width = 80, .blocks = true});
  EXPECT_THAT(text, HasSubstr("|éé|steady"));
}

}  // namespace
}  // namespace freshet::reports
