// The page that Prometheus scrapes: both formats whole against golden files, and names that would break them.
#include "reports/openmetrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/metric_text.h"
#include "tests/unit/golden.h"
#include "tests/unit/report_fixture.h"

namespace freshet::reports {
namespace {

using measure::Count;
using measure::Measure;
using ::testing::HasSubstr;
using ::testing::Not;

// A cohort of the second of τ: `count` samples of each of the values.
measure::Cohort cohort(std::uint16_t stream, std::uint16_t pass, std::uint8_t tier, Measure what,
                       std::int64_t second, std::initializer_list<base::Nanos> values,
                       std::uint64_t over = 0) {
  measure::Cohort made{{stream, pass, tier, what}, second, measure::Histogram(3)};
  for (const base::Nanos value : values) made.histogram.record(value);
  made.samples = made.histogram.total();
  made.over[0] = over;
  return made;
}

void count(measure::Interval& interval, std::uint16_t stream, std::uint16_t pass,
           std::initializer_list<std::pair<Count, std::uint64_t>> counts) {
  measure::CountSecond& row = interval.counts.emplace_back();
  row.stream = stream;
  row.pass = pass;
  for (const auto& [what, n] : counts) row.counts[static_cast<std::size_t>(what)] = n;
}

// account_lock (bound 2 s) and chat_turn (10 s) at agent_desktop and copilot, and a replay of chat_turn.
measure::Interval recorded() {
  measure::Interval interval;
  interval.cohorts.push_back(
      cohort(0, 1, 0, Measure::staleness, 12, {4 * kMillisecond, 2 * kSecond, 2 * kSecond + 1}, 1));
  interval.cohorts.push_back(cohort(1, 1, 1, Measure::staleness, 13, {20 * kMillisecond, 11 * kSecond}, 1));
  interval.cohorts.push_back(cohort(1, 1, 1, Measure::staleness, 3, {400 * kSecond}, 1));
  interval.cohorts.push_back(
      cohort(1, measure::kNoPass, 0, Measure::own_delay, 12, {base::kMicrosecond * 40}));
  interval.cohorts.push_back(
      cohort(1, measure::kNoPass, 0, Measure::response_latency, 12, {7 * kMillisecond}));
  count(interval, 0, measure::kNoPass, {{Count::sent, 5}, {Count::acked, 4}, {Count::not_persisted, 1}});
  count(interval, 1, measure::kNoPass,
        {{Count::sent, 110'000},
         {Count::acked, 109'000},
         {Count::bytes_sent, 56'320'000},
         {Count::queue_full, 3}});
  count(interval, 0, 1, {{Count::received, 3}, {Count::visible, 3}});
  count(interval, 1, 1, {{Count::received, 4}, {Count::visible, 3}, {Count::log_duplicate, 1}});
  count(interval, 1, 2,
        {{Count::received, 250'000}, {Count::visible, 250'000}, {Count::bytes_received, 128'000'000}});
  interval.lags.push_back({1, 1, 4, 13, 180 * kMillisecond, 150 * kMillisecond});
  interval.lags.push_back({1, 1, 5, 13, 90 * kMillisecond, 160 * kMillisecond});
  interval.lags.push_back({1, 1, 5, 12, 9 * kSecond, 9 * kSecond});
  for (std::int32_t partition = 0; partition < 12; ++partition)
    interval.offsets.push_back({1, 1, partition, 13, 100 + partition, 110, 109 + partition});
  return interval;
}

Watched watched(const plan::Plan& plan) {
  results::Tally tally(plan);
  tally.add(recorded());
  tally.offer(0, 6);
  tally.offer(1, 110'100);
  Watched watched{.version = "0.1.0", .librdkafka = "2.15.1", .target = "kafka"};
  watched.live = tally.now(13);
  watched.live.stage = "running";
  watched.live.elapsed = 14'250 * kMillisecond;
  watched.live.phase = 1;
  watched.slos = judge::slos_so_far(plan, plan::slo_instances(plan).instances, watched.live);
  return watched;
}

plan::Plan plan_of_lags() {
  plan::Plan plan = report_plan();
  plan.slos.push_back(judge::make_slo(plan::Figure::freshness_lag, plan::Comparison::below, 5e9));
  plan.slos.back().phase = "steady";
  plan.slos.push_back(judge::make_slo(plan::Figure::lost, plan::Comparison::exactly, 0));
  return plan;
}

TEST(MetricsPage, IsWholeInBothFormats) {
  const plan::Plan plan = plan_of_lags();
  test::expect_golden("metrics.openmetrics", metrics_page(plan, watched(plan), Exposition::openmetrics));
  test::expect_golden("metrics.prometheus", metrics_page(plan, watched(plan), Exposition::prometheus));
}

TEST(MetricsPage, CountsExactlyAtBounds) {
  const plan::Plan plan = plan_of_lags();
  const std::string page = metrics_page(plan, watched(plan), Exposition::openmetrics);
  const std::string lock = "{class=\"account_lock\",group=\"copilot\",tier=\"enterprise\"";
  EXPECT_THAT(page, HasSubstr("freshet_staleness_seconds_bucket" + lock + ",le=\"0.0025\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("freshet_staleness_seconds_bucket" + lock + ",le=\"0.005\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("freshet_staleness_seconds_bucket" + lock + ",le=\"2.0\"} 2\n"))
      << "2 s and 1 ns share a bucket of the histogram";
  EXPECT_THAT(page, HasSubstr("freshet_staleness_seconds_bucket" + lock + ",le=\"2.5\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("freshet_staleness_seconds_count" + lock + "} 3\n"));
  EXPECT_THAT(page, HasSubstr("freshet_stale_events_total" + lock + "} 1\n"));
  const std::string chat = "{class=\"chat_turn\",group=\"copilot\",tier=\"rest\"";
  EXPECT_THAT(page, HasSubstr("freshet_staleness_seconds_bucket" + chat + ",le=\"300.0\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("freshet_staleness_seconds_bucket" + chat + ",le=\"+Inf\"} 3\n"));
}

TEST(MetricsPage, TellsTheWorstPartitionOfTheLastSecond) {
  const plan::Plan plan = plan_of_lags();
  const std::string page = metrics_page(plan, watched(plan), Exposition::openmetrics);
  const std::string chat = "{class=\"chat_turn\",group=\"copilot\"} ";
  EXPECT_THAT(page, HasSubstr("freshet_freshness_lag_seconds" + chat + "0.18\n"));
  EXPECT_THAT(page, HasSubstr("freshet_consumer_lag_seconds" + chat + "0.16\n"));
  EXPECT_THAT(page, HasSubstr("freshet_offset_lag" + chat + "108\n"))
      << "to the last stable offset: 12 times 9";
  EXPECT_THAT(page, Not(HasSubstr("freshet_offset_lag{class=\"account_lock\""))) << "the cluster told none";
}

TEST(MetricsPage, SaysWhichSloCannotHoldAnyMore) {
  const plan::Plan plan = plan_of_lags();
  const Watched told = watched(plan);
  const std::string page = metrics_page(plan, told, Exposition::openmetrics);
  const std::string p999 = "{slo=\"staleness p99.9 of chat_turn at copilot in steady below 10 s\"} ";
  EXPECT_THAT(page, HasSubstr("freshet_slo_planned_events" + p999 + "30000\n"));
  EXPECT_THAT(page, HasSubstr("freshet_slo_allowed_events" + p999 + "30\n"));
  EXPECT_THAT(page, HasSubstr("freshet_slo_bad_events" + p999 + "1\n")) << "what warm-up saw is not judged";
  EXPECT_THAT(page, HasSubstr("freshet_slo_broken" + p999 + "0\n"));
  EXPECT_THAT(
      page,
      HasSubstr("freshet_slo_broken{slo=\"freshness lag of chat_turn at copilot in steady below 5 s\"} 1\n"));
  EXPECT_THAT(page, Not(HasSubstr("freshet_slo_broken{slo=\"lost"))) << "known at the end";
  EXPECT_THAT(page, HasSubstr("freshet_verdict{verdict=\"open\"} 1\n"));
}

TEST(MetricsPage, AtTheEndSaysWhatTheVerdictSays) {
  const plan::Plan plan = report_plan();
  Watched told = watched(plan);
  results::Figures figures = report_settled().figures;
  figures.slos = {judge::bad_of(31, 29'950)};
  judge::Verdict verdict;
  verdict.slos = {{"staleness p99.9 of chat_turn at copilot in steady below 10 s", false}};
  told.slos = judge::slos_at_end(plan, plan::slo_instances(plan).instances, figures, verdict);
  told.verdict = "fail";
  told.outcomes = {figures.staleness[9]};
  const std::string page = metrics_page(plan, told, Exposition::prometheus);
  const std::string p999 = "{slo=\"staleness p99.9 of chat_turn at copilot in steady below 10 s\"} ";
  EXPECT_THAT(page, HasSubstr("freshet_slo_planned_events" + p999 + "29950\n"));
  EXPECT_THAT(page, HasSubstr("freshet_slo_allowed_events" + p999 + "29\n"));
  EXPECT_THAT(page, HasSubstr("freshet_slo_bad_events" + p999 + "31\n"));
  EXPECT_THAT(page, HasSubstr("freshet_slo_broken" + p999 + "1\n"));
  EXPECT_THAT(page, HasSubstr("freshet_verdict{verdict=\"fail\"} 1\n"));
  EXPECT_THAT(
      page,
      HasSubstr("freshet_outcome_events{class=\"chat_turn\",group=\"copilot\",outcome=\"visible\"} 11997\n"));
  EXPECT_THAT(page, HasSubstr("outcome=\"undelivered\"} 3\n"));
}

TEST(MetricsPage, AnSloWrittenTwiceIsOneSeries) {
  plan::Plan plan = report_plan();
  plan.slos.push_back(plan.slos[0]);
  const std::string page = metrics_page(plan, watched(plan), Exposition::openmetrics);
  const std::size_t first = page.find("freshet_slo_broken{");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(page.find("freshet_slo_broken{", first + 1), std::string::npos);
}

TEST(MetricText, EscapesWhatWouldEndALabel) {
  MetricText text(Exposition::openmetrics);
  text.family("name", MetricText::Type::gauge, "About.");
  text.sample({{"class", "a\"b\\c\nd"}, {"group", "bad \xff byte"}}, std::uint64_t{1});
  EXPECT_EQ(std::move(text).finish(),
            "# HELP name About.\n# TYPE name gauge\n"
            "name{class=\"a\\\"b\\\\c\\nd\",group=\"bad \xef\xbf\xbd byte\"} 1\n# EOF\n");
}

TEST(MetricText, OneLineASampleWhateverTheNamesAre) {
  plan::Plan plan = report_plan();
  plan.name = "quote \" back \\ line\nend";
  plan.streams[0].klass = plan.streams[0].name = "}\n# EOF\n";
  plan.groups[0].name = "{a=\"b\"}";
  plan.phases[1].name = plan.slos[0].phase = "\\";
  const std::string page = metrics_page(plan, watched(plan), Exposition::openmetrics);
  const std::string plain = metrics_page(report_plan(), watched(report_plan()), Exposition::openmetrics);
  EXPECT_EQ(std::count(page.begin(), page.end(), '\n'), std::count(plain.begin(), plain.end(), '\n'));
  EXPECT_EQ(page.find("# EOF\n"), page.size() - 6);
}

TEST(MetricText, SecondsAreExact) {
  EXPECT_EQ(seconds_text(2 * kSecond), "2.0");
  EXPECT_EQ(seconds_text(2'500'000), "0.0025");
  EXPECT_EQ(seconds_text(300 * kSecond + 1), "300.000000001");
}

}  // namespace
}  // namespace freshet::reports
