// The files of the run folder to the character: a change of format has to be meant, and gets a new version.
// FRESHET_GOLDEN_UPDATE=1 writes the golden files anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/measure/view.h"
#include "harness/results/clients.h"
#include "harness/results/interval_log.h"
#include "harness/results/layout.h"
#include "harness/results/line_file.h"
#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(FRESHET_GOLDEN) / "results";

// One row of each kind, with numbers that tell the columns apart.
void record(measure::Interval& interval) {
  measure::Cohort cohort;
  cohort.series = {0, 0, 1, measure::Measure::staleness};
  cohort.second = 3;
  for (const std::int64_t us : {1, 1000, 5000, 250'000, 250'000}) cohort.histogram.record_us(us);
  cohort.histogram.record_us(-1);
  cohort.histogram.record_us(measure::Histogram::kHighest + 1);
  cohort.samples = 7;
  cohort.over = {2, 1, 0, 0, 0, 0, 0, 0};
  cohort.over_without_own = {1, 0, 0, 0, 0, 0, 0, 0};
  interval.cohorts.push_back(std::move(cohort));
  measure::CountSecond counts{.stream = 0, .pass = measure::kNoPass, .second = 3};
  for (std::size_t i = 0; i < counts.counts.size(); ++i) counts.counts[i] = 100 + i;
  interval.counts.push_back(counts);
  interval.lags.push_back({0, 0, 11, 3, 1'250'000'000, 750'000'000, 3'250'000'000, 3'900'000'000, 0.0625});
  interval.over.push_back({0, 0, 11, 3'250'000'000, 3'900'000'000});
  interval.offsets.push_back({0, 0, 11, 3, 40, 44, 43});
  interval.receivers.push_back({0, 1, 3, 0.875, true, 41});
  interval.carriers.push_back({0, 0, 23, 17, 250'000'000, 249'900'000, 100'000, 240'000'000});
  measure::Parts parts;
  parts.buckets[48] = {7, 1.5, 2.5, 3.5};
  interval.parts.push_back(parts);
  interval.worst.push_back(
      {0, 0, 23, 1, 17, 5, 11, 43, 3'000'000'000, 3'000'100'000, 3'240'000'000, 3'250'000'000});
}

std::string host_file(std::string_view file) {
  MadeRun run(small_plan());
  measure::Interval interval;
  record(interval);
  run.facts().add(interval);
  const ClientSpread spread{4, 2.5, 2, 6, 7};
  run.facts().add(ClientSecond{{.stream = 0}, 3, kSecond, 11, 12, 13, spread, {4, 1024.25, 900, 3000, 3001}});
  run.facts().add(ConnectionSecond{{.pass = 0, .member = 1},
                                   3,
                                   101,
                                   102,
                                   103,
                                   104,
                                   105,
                                   106,
                                   {10, 1'500'000, 1'400'000, 3'900'000, 4'000'000},
                                   spread,
                                   {5, 1.5, 1, 2, 3},
                                   {6, 3.5, 3, 4, 5},
                                   "127.0.0.1:9092/1"});
  measure::LoggedRead read{.read = 1, .n = 17, .account = 5, .due = 3'000'000'000, .at = 3'000'050'000};
  read.words = {2'990'000'000, measure::kNothingYet, 4};
  run.facts().add(read);
  run.facts().event(3 * kSecond, "rebalance", {{"group", "desk"}, {"partitions", {1, 2}}});
  run.facts().lane_hashes(0, {{5, 17'000'000'000'000'000'000U}, {0, 0}});
  run.facts().finish(21 * kSecond, kSecond, true, "complete", {{"sending_stopped", 20 * kSecond}});
  return *read_file(run.folder() / "facts" / "local" / file);
}

class Golden : public testing::TestWithParam<const char*> {};

TEST_P(Golden, IsWrittenToTheCharacter) {
  const std::string written = host_file(GetParam());
  if (std::getenv("FRESHET_GOLDEN_UPDATE")) {
    ASSERT_TRUE(replace_file(kGolden / GetParam(), written));
  }
  const auto golden = read_file(kGolden / GetParam());
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(written, *golden);
}

INSTANTIATE_TEST_SUITE_P(Files, Golden,
                         testing::Values("cohorts.csv", "counts.csv", "lags.csv", "offsets.csv",
                                         "receivers.csv", "clients.csv", "connections.csv", "parts.csv",
                                         "worst.csv", "lanes.csv", "events.jsonl", "end.json", "over.csv",
                                         "reads.csv", "carriers.csv"),
                         [](const auto& file) {
                           std::string name = file.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

// The interval log: another zlib may pack other bytes, so its histograms are compared by what is in them.
TEST(GoldenLog, IsHdrHistogramsOwn) {
  const std::string written = host_file(kIntervalsFile);
  const fs::path path = kGolden / kIntervalsFile;
  if (std::getenv("FRESHET_GOLDEN_UPDATE")) {
    ASSERT_TRUE(replace_file(path, written));
  }
  const auto golden = read_file(path);
  ASSERT_TRUE(golden) << golden.error().message;
  const auto without_histograms = [](const std::string& log) {
    std::string heads;
    Lines lines(log);
    for (std::string_view line; lines.next(line);) {
      const bool data = line.starts_with("Tag=");
      heads += std::string(data ? line.substr(0, line.rfind(',')) : line) + "\n";
    }
    return heads;
  };
  EXPECT_EQ(without_histograms(written), without_histograms(*golden));

  const Tags tags(small_plan(), "one");
  measure::Histogram read;
  Lines lines(*golden);
  for (std::string_view line; lines.next(line);) {
    if (const auto parsed = tags.parse(line)) {
      ASSERT_TRUE(add_line(*parsed, read));
    }
  }
  EXPECT_EQ(read.in_range(), 5U);
  EXPECT_EQ(read.negative(), 1U);
  EXPECT_EQ(read.above_range(), 1U);
  EXPECT_EQ(read.value_at_rank(2), 1);
  EXPECT_EQ(read.value_at_rank(4), 5003);  // the highest value of 5000's bucket
}

}  // namespace
}  // namespace freshet::results
