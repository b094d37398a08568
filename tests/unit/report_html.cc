// The page of a run: its data against a golden file and by hand, and texts that try to be markup. What a
// browser makes of it is tested in tests/browser.
#include "reports/html.h"

#include <gmock/gmock.h>

#include "reports/html_data.h"
#include "reports/html_marks.h"
#include "reports/html_timeline.h"
#include "tests/unit/golden.h"
#include "tests/unit/report_fixture.h"

namespace freshet::reports {
namespace {

using nlohmann::json;
using test::expect_golden;
using ::testing::HasSubstr;
using ::testing::Not;

results::OffsetAndLag second_of(std::int64_t second, int stream, int pass, base::Nanos staleness) {
  results::OffsetAndLag row;
  row.second = second;
  row.stream = stream;
  row.pass = pass;
  row.offered = row.sent = row.acked = row.visible = 100;
  row.staleness_p50 = staleness / 2;
  row.staleness_p99 = row.staleness_max = staleness;
  row.freshness_lag = staleness;
  row.offset_lag = 7;
  return row;
}

json event(std::int64_t at, const std::string& kind, json fields) {
  fields["t"] = at;
  fields["kind"] = kind;
  return fields;
}

// The report's run with something in each picture.
results::Settled pictured() {
  results::Settled settled = report_settled();
  for (std::int64_t second = 0; second < 3; ++second) {
    for (const int stream : {0, 1})
      settled.timeline.push_back(second_of(second, stream, 1, (second + 1) * kMillisecond));
  }
  settled.timeline[3].reads = 10;
  settled.timeline[3].stale_reads = 2;
  settled.timeline[3].view_staleness_max = 3 * kSecond;
  settled.timeline[2].staleness_p50 = settled.timeline[2].staleness_p99 = settled.timeline[2].staleness_max =
      -1;
  settled.spectra = {{1,
                      1,
                      -1,
                      -1,
                      40,
                      {{0, Kind::exact, kMillisecond}, {0.5, Kind::at_least, kSecond}},
                      {1, Kind::at_least, 2 * kSecond}}};
  settled.partitions = {{1, 0, 60, 6000, {0, kSecond}}, {1, 1, 40, 4000, {0, 0}}};
  measure::WorstEvent worst;
  worst.stream = worst.pass = 1;
  worst.tau = 1000;
  worst.sent = 2000;
  worst.received = 5000;
  worst.visible = 6000;
  settled.worst = {worst};
  settled.events.push_back(event(1'000'000'000, "assigned", {{"group", "copilot"}, {"partitions", {0, 1}}}));
  settled.events.push_back(
      event(1'500'000'000, "assigned", {{"group", "copilot"}, {"partitions", json::array({2})}}));
  settled.events.push_back(
      event(2'000'000'000, "ack_gap", {{"stream", 1}, {"partition", 3}, {"from", 1'200'000'000}}));
  settled.events.push_back(event(2'500'000'000, "member_killed", {{"group", "copilot"}, {"member", 0}}));
  settled.events.push_back(event(2'600'000'000, "drain_begins", json::object()));
  return settled;
}

// What the page reads, out of the page.
json data_of(const std::string& page) {
  const std::string mark = "<script type=\"application/json\" id=\"data\">";
  const std::size_t begin = page.find(mark) + mark.size();
  return json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

TEST(Html, ItsDataAreTheGoldenOnes) {
  json data = html_data(pictured(), report_verdict());
  EXPECT_EQ(data["summary"]["verdict"], judge::to_json(report_verdict()));
  // The summary and the plan have golden files of their own.
  data.erase("summary");
  data.erase("plan");
  expect_golden("html_data.json", data.dump(1) + "\n");
}

TEST(Html, TheDataInThePageAreThoseOfTheRun) {
  EXPECT_EQ(data_of(html(pictured(), report_verdict())), html_data(pictured(), report_verdict()));
}

TEST(Html, NoTextEndsTheBlockOfData) {
  const std::string hostile = "</script><script>alert(1)</script><!--<script>\"'&\xff";
  results::Settled settled = pictured();
  settled.plan.name = settled.plan.about = settled.plan.scenario_text = hostile;
  settled.figures.identity.scenario = settled.figures.identity.cluster_id = hostile;
  settled.figures.damage = {hostile};
  settled.manifest["command_line"] = json::array({hostile});
  settled.events.push_back(event(1, "member_error", {{"group", hostile}, {"error", hostile}}));
  judge::Verdict verdict = report_verdict();
  verdict.reason = verdict.slos[0].text = hostile;
  const std::string page = html(settled, verdict);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert(1)")));
  const json data = data_of(page);  // the whole of it is still one block
  EXPECT_THAT(data["plan"]["about"].get<std::string>(), HasSubstr("</script><script>alert(1)</script>"));
  EXPECT_EQ(data["summary"]["damage"].size(), 1U);
}

TEST(Html, AsksNobodyForAnything) {
  const std::string page = html(pictured(), report_verdict());
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("src=\"")));
  EXPECT_THAT(page, HasSubstr("Leon Sorokin"));  // the chart library's licence
}

TEST(Html, AFolderWithNothingInItIsAPageToo) {
  results::Settled settled;
  settled.figures.damage = {"facts: missing"};
  EXPECT_EQ(data_of(html(settled, {}))["timeline"]["second"].size(), 0U);
}

TEST(HtmlData, SaysWhichPartOfItsBoundAFigureTakes) {
  results::Settled settled = report_settled();
  plan::Slo time = judge::percentile_slo(0.99, 10 * kSecond);
  settled.plan.slos = {time, judge::make_slo(plan::Figure::lost, plan::Comparison::exactly, 0)};
  results::SloEvidence evidence, count;
  evidence.figure = {0.99, Kind::exact, kSecond};
  settled.figures.slos = {evidence, count};
  const json use = html_data(settled, report_verdict())["slo_use"];
  ASSERT_EQ(use.size(), 2U);
  EXPECT_DOUBLE_EQ(use[0].get<double>(), 0.1);
  EXPECT_TRUE(use[1].is_null());
  // Of decisions the share that is stale.
  plan::Read read;
  read.name = "opens";
  read.streams = {0};
  read.rate = 10;
  settled.plan.reads = {read};
  settled.plan.slos[0] = judge::make_slo(plan::Figure::stale_decisions, plan::Comparison::below, 0.02);
  settled.plan.slos[0].klass = settled.plan.slos[0].group = "";
  settled.plan.slos[0].phase = "steady";
  settled.figures.slos[0].share = 0.05;
  EXPECT_DOUBLE_EQ(html_data(settled, report_verdict())["slo_use"][0].get<double>(), 2.5);
  settled.plan.slos[0] = time;
  settled.figures.slos[0].figure.kind = Kind::not_available;
  EXPECT_TRUE(html_data(settled, report_verdict())["slo_use"][0].is_null());
}

TEST(HtmlMarks, WhatIsAlikeWithinASecondIsOneMark) {
  const json marks = html_marks(pictured())["marks"];
  ASSERT_EQ(marks.size(), 3U);
  EXPECT_EQ(marks[0]["kind"], "rebalance");
  EXPECT_EQ(marks[0]["count"], 3);
  EXPECT_EQ(marks[1]["kind"], "unavailable");
  EXPECT_EQ(marks[1]["t"], 1'200'000'000);
  EXPECT_EQ(marks[2]["text"], "copilot: a member is killed");
}

TEST(HtmlMarks, BeyondTheLimitTheyAreCounted) {
  results::Settled settled = report_settled();
  for (std::size_t i = 0; i < kMarks + 5; ++i) {
    settled.events.push_back(
        event(static_cast<std::int64_t>(i) * kSecond, "member_joins", {{"group", "copilot"}, {"member", 0}}));
  }
  const json marks = html_marks(settled);
  EXPECT_EQ(marks["marks"].size(), kMarks);
  EXPECT_EQ(marks["left_out"], 5);
}

TEST(HtmlTimeline, ADownSampledOneKeepsEveryPeakAndAveragesNothing) {
  results::Settled settled = report_settled();
  settled.timeline.clear();
  for (std::int64_t second = 0; second < 100; ++second)
    settled.timeline.push_back(
        second_of(second, 0, 0, second == 47 ? 9 * kSecond : (second % 10 + 1) * kMillisecond));
  const json whole = html_timeline(settled, time_grid(settled));
  EXPECT_EQ(whole["width"], 1);
  EXPECT_EQ(whole["second"].size(), 100U);
  const json sampled = html_timeline(settled, time_grid(settled, 300));  // 10 columns: 10 buckets of 10 s
  EXPECT_EQ(sampled["width"], 10);
  const json& p99 = sampled["series"][0]["p99"];
  ASSERT_EQ(p99.size(), 30U);
  ASSERT_EQ(sampled["second"].size(), 30U);
  EXPECT_EQ(p99[12], 1'000);      // least of 40 … 49, µs
  EXPECT_EQ(p99[13], 9'000'000);  // greatest
  EXPECT_EQ(p99[14], 10'000);     // last
  EXPECT_EQ(sampled["second"][12], 40);
}

// An hour of 50 series (10 streams at 5 groups), each with figures of full length.
TEST(HtmlTimeline, AnHourOfFiftySeriesFitsAPage) {
  results::Settled settled = report_settled();
  const plan::Stream stream = settled.plan.streams[0];
  const plan::Group group = settled.plan.groups[0];
  settled.plan.streams.assign(10, stream);
  settled.plan.groups.assign(5, group);
  settled.figures.replays[0].pass = 5;  // passes are the groups, then the replays
  settled.timeline.clear();
  for (std::int64_t second = 0; second < 3'600; ++second) {
    for (int stream_index = 0; stream_index < 10; ++stream_index) {
      for (int pass = 0; pass < 5; ++pass) {
        settled.timeline.push_back(
            second_of(second, stream_index, pass, 1'234'567'000 + (second * 7'919) % 1'000 * kMillisecond));
        settled.timeline.back().consumer_lag = settled.timeline.back().freshness_lag;
        settled.timeline.back().offset_lag = 123'456;
      }
    }
  }
  EXPECT_LE(html(settled, report_verdict()).size(), 3U << 20);
}

}  // namespace
}  // namespace freshet::reports
