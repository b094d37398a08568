// A run as a row for Otava, worked out by hand.
#include "reports/history.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "tests/unit/report_fixture.h"

namespace freshet::reports {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> fields(const std::string& file, int line) {
  std::istringstream lines(file);
  std::string text, field;
  for (int i = 0; i <= line; ++i) std::getline(lines, text);
  std::vector<std::string> all;
  for (std::istringstream cells(text); std::getline(cells, field, ',');) all.push_back(field);
  return all;
}

std::string first_row() {
  const auto file = with_history_row("", report_settled(), report_verdict(), "abc123");
  EXPECT_TRUE(file) << file.error().message;
  return file ? *file : "";
}

void expect_refused(const std::string& file, const results::Settled& settled, const std::string& why,
                    judge::Verdict verdict = report_verdict()) {
  const auto refused = with_history_row(file, settled, verdict, "");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr(why));
}

TEST(History, ARowHasANumberUnderEachMetric) {
  const std::string file = first_row();
  const std::vector<std::string> heads = fields(file, 0), values = fields(file, 1);
  ASSERT_EQ(heads.size(), values.size());
  ASSERT_EQ(heads.size(), 9U + 2 * 2 * 3) << "two classes at two groups in one phase, three quantiles";
  EXPECT_THAT(file, StartsWith("time,run,scenario,target,commit,version,load_hash,verdict,lower_bounds,"));
  EXPECT_EQ(values[0], "2026-01-02T03:04:05Z");
  EXPECT_EQ(values[4], "abc123");
  EXPECT_EQ(values[7], "fail");
  EXPECT_EQ(values[8], "0");
  const std::string lock = "/account_lock/copilot/p99";
  for (std::size_t i = 9; i < heads.size(); ++i) {
    if (heads[i].ends_with(lock)) {
      EXPECT_NEAR(std::stod(values[i]), std::log(24'000.0), 1e-5);
    }
    EXPECT_EQ(heads[i].find_first_of(" ,\"'"), std::string::npos) << heads[i];
  }
  EXPECT_THAT(file, HasSubstr(lock));
}

TEST(History, GrowsByARowARun) {
  results::Settled second = report_settled();
  second.figures.identity.id = "second";
  const auto file = with_history_row(first_row(), second, report_verdict(), "");
  ASSERT_TRUE(file);
  EXPECT_THAT(*file, StartsWith(first_row()));
  EXPECT_EQ(std::ranges::count(*file, '\n'), 3);
  EXPECT_EQ(fields(*file, 2)[1], "second");
}

TEST(History, ALowerBoundIsCounted) {
  results::Settled settled = report_settled();
  for (results::StalenessRow& row : settled.figures.staleness) {
    if (row.tier == -1 && row.phase == 2) row.quantiles[2] = {0.99, Kind::at_least, kSecond};
  }
  const auto file = with_history_row("", settled, report_verdict(), "");
  ASSERT_TRUE(file);
  EXPECT_EQ(fields(*file, 1)[8], "4");
  EXPECT_EQ(fields(*file, 1).back(), fmt::format("{:.6f}", std::log(1e6)));
}

TEST(History, WhatWouldSpoilATrendIsRefused) {
  expect_refused(first_row(), report_settled(), "is in it already");
  judge::Verdict invalid = report_verdict();
  invalid.outcome = judge::Outcome::invalid;
  expect_refused("", report_settled(), "deserves no trust", invalid);
  results::Settled other = report_settled();
  other.figures.identity.id = "other";
  other.figures.identity.load_hash = "ffffffffffffffff";
  expect_refused(first_row(), other, "another load begins a new file");
  other = report_settled();
  other.plan.groups[0].name = "renamed";
  expect_refused(first_row(), other, "a change of the scenario begins a new file");
  expect_refused(first_row() + "2026", report_settled(), "ends within a line");
  expect_refused(first_row() + "2026\n", other = report_settled(), "is in it already");
}

}  // namespace
}  // namespace freshet::reports
