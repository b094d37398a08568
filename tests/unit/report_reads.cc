// What the terminal says of reads, critical events and the time over bound.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "reports/read_tables.h"
#include "tests/unit/report_fixture.h"

namespace freshet::reports {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

results::Settled settled_with_reads() {
  results::Settled settled = report_settled();
  settled.plan.streams[0].critical = true;
  settled.plan.reads = {{.name = "opens", .group = 1, .streams = {0, 1}, .rate = 100}};
  results::Figures& figures = settled.figures;
  for (const int phase : {-1, 2}) {
    results::ViewRow view{.read = 0, .stream = 0, .phase = phase, .reads = 12'000, .done = 11'990};
    view.bound = 2 * kSecond;
    view.quantiles = spectrum(0, kMillisecond, 24 * kMillisecond, kSecond, 3 * kSecond);
    view.mean = 1.5e6;
    view.stale = view.caused = view.caused_critical = 12;
    figures.views.push_back(view);
    view.stream = 1;
    view.bound = 10 * kSecond;
    view.stale = view.caused = view.caused_critical = 0;
    figures.views.push_back(view);
    results::DecisionRow decision{.read = 0, .phase = phase, .reads = 12'000, .done = 11'990};
    decision.stale = decision.critical = 12;
    decision.delay = spectrum(50'000, 60'000, 2 * kMillisecond, 0, 9 * kMillisecond);
    figures.decisions.push_back(decision);
    figures.critical.push_back({0, 1, phase, 4'000, 3, 1, true});
    figures.critical.push_back({0, 0, phase, 4'000, 0, 0, false});
    figures.over_bound.push_back({0, 1, phase, 1'250 * kMillisecond, kSecond, 2});
    figures.over_bound.push_back({1, 1, phase, 0, 0, 0});
  }
  return settled;
}

TEST(ReadTables, SayWhatReadersSaw) {
  const std::string text = read_tables(settled_with_reads(), {100, false});
  EXPECT_THAT(text, AllOf(HasSubstr("View staleness at reads, the measured phases"),
                          HasSubstr("View staleness at reads, incident"),
                          HasSubstr("opens at copilot, 12 000 reads"), HasSubstr("account_lock, bound 2 s"),
                          HasSubstr("chat_turn, bound 10 s"), HasSubstr("0.100 %"), HasSubstr("1.50 ms")));
  EXPECT_THAT(text, AllOf(HasSubstr("Decisions"), HasSubstr("by account_lock 12"), HasSubstr("2.00 ms")));
}

TEST(ReadTables, SayWhichDecisionsWereWrong) {
  results::Settled settled = settled_with_reads();
  EXPECT_THAT(read_tables(settled, {100, false}), Not(HasSubstr("Wrong decisions")));
  for (results::DecisionRow& row : settled.figures.decisions) {
    row.decides = row.wrong_known = true;
    row.wrong = row.phase < 0 ? 30 : 24;
    row.critical_wrong = 24;
  }
  for (results::ViewRow& row : settled.figures.views) {
    row.wrong_known = true;
    row.caused_wrong = row.stream == 0 ? 23 : 1;
  }
  const std::string text = read_tables(settled, {100, false});
  EXPECT_THAT(text, AllOf(HasSubstr("Wrong decisions"), HasSubstr("0.250 %"), HasSubstr("in incident"),
                          HasSubstr("by account_lock 23, chat_turn 1, no one class 6"),
                          HasSubstr("by account_lock 23, chat_turn 1\n")));
  for (const std::size_t width : {80U, 100U}) {
    std::istringstream lines(read_tables(settled, {width, false}));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), width) << line;
  }
}

TEST(ReadTables, SayThatWrongDecisionsAreUnknownAndNotNone) {
  results::Settled settled = settled_with_reads();
  for (results::DecisionRow& row : settled.figures.decisions) row.decides = true;
  const std::string text = read_tables(settled, {100, false});
  const std::string table = text.substr(text.find("Wrong decisions"));
  EXPECT_THAT(table, HasSubstr("unknown"));
  EXPECT_THAT(table, HasSubstr("10")) << "not done";
  EXPECT_THAT(table, Not(HasSubstr("  0 ")));
}

TEST(ReadTables, SayWhichCriticalEventsWereLateOrMissed) {
  const std::string text = critical_table(settled_with_reads(), {100, false});
  EXPECT_THAT(text, HasSubstr("account_lock at copilot               4 000        3       1"));
  EXPECT_THAT(text, HasSubstr("account_lock at agent_desktop         4 000  no read       0"));
}

TEST(ReadTables, SayHowLongSomeKeyWasOverItsBound) {
  const std::string text = over_bound_table(settled_with_reads(), {100, false});
  EXPECT_THAT(text, AllOf(HasSubstr("account_lock at copilot"), HasSubstr("1.25 s"), HasSubstr("in incident"),
                          Not(HasSubstr("chat_turn"))));
}

TEST(ReadTables, AreNotThereWithoutReads) {
  const results::Settled settled = report_settled();
  EXPECT_EQ(read_tables(settled, {100, false}) + critical_table(settled, {100, false}) +
                over_bound_table(settled, {100, false}),
            "");
}

TEST(ReadTables, KeepToTheWidth) {
  const results::Settled settled = settled_with_reads();
  for (const std::size_t width : {80U, 100U}) {
    const std::string text = read_tables(settled, {width, false}) + critical_table(settled, {width, false}) +
                             over_bound_table(settled, {width, false});
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), width) << line;
  }
}

}  // namespace
}  // namespace freshet::reports
