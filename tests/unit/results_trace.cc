// trace.bin: what is put in comes out, and a full one goes on with a known share of whole events.
#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "harness/results/blocks.h"
#include "harness/results/trace_file.h"
#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

using measure::TraceRecord;

struct Read {
  std::vector<TraceRecord> records;
  std::uint64_t threshold = measure::kTraceAll;
};

Read read_trace(const std::filesystem::path& path) {
  const std::string bytes = *read_file(path);
  const BlockReader blocks(bytes, kTraceFormat);
  EXPECT_TRUE(blocks.whole());
  Read read;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::optional<std::string> plain = blocks.block(i, std::size_t{1} << 24);
    EXPECT_TRUE(plain);
    std::uint64_t threshold = 0;
    std::memcpy(&threshold, plain->data(), 8);
    read.threshold = std::min(read.threshold, threshold);
    for (std::size_t at = 8; at < plain->size(); at += sizeof(TraceRecord)) {
      std::memcpy(&read.records.emplace_back(), plain->data() + at, sizeof(TraceRecord));
    }
  }
  return read;
}

// Three records of each of `events` events.
std::vector<TraceRecord> records_of(std::uint64_t events) {
  std::vector<TraceRecord> records;
  for (const auto kind : {measure::TraceKind::sent, measure::TraceKind::report, measure::TraceKind::seen}) {
    for (std::uint64_t n = 0; n < events; ++n) {
      TraceRecord record;
      record.kind = kind;
      record.n = n;
      record.lane = static_cast<std::uint16_t>(n % 7);
      record.at = static_cast<Nanos>(n) * 1000;
      records.push_back(record);
    }
  }
  return records;
}

TEST(TraceFile, KeepsAllThatFits) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "freshet-trace-all.bin";
  auto file = TraceFile::create(path, {.share = 1});
  ASSERT_TRUE(file);
  const std::vector<TraceRecord> records = records_of(1000);
  file->add(records);
  ASSERT_TRUE(file->write());
  const Read read = read_trace(path);
  ASSERT_EQ(read.records.size(), records.size());
  EXPECT_EQ(std::memcmp(read.records.data(), records.data(), records.size() * sizeof(TraceRecord)), 0);
  EXPECT_EQ(read.threshold, measure::kTraceAll);
  EXPECT_EQ(file->share(), 1);
  std::filesystem::remove(path);
}

// What keeps whole events of a known share and never more than `room` records.
void expect_whole_events(const TraceFile& file, const Read& read, const std::vector<TraceRecord>& records,
                         std::uint64_t events, std::uint64_t room) {
  EXPECT_LE(read.records.size(), room);
  EXPECT_EQ(read.records.size(), file.records());
  EXPECT_EQ(read.threshold, file.threshold());
  std::map<std::uint64_t, int> kept;
  for (const TraceRecord& record : read.records) {
    if (measure::trace_hash(record) <= read.threshold) ++kept[record.n];
  }
  for (const auto& [n, times] : kept) EXPECT_EQ(times, 3) << n;
  for (std::uint64_t n = 0; n < events; ++n)
    EXPECT_EQ(kept.contains(n), measure::trace_hash(records[n]) <= read.threshold);
}

// 30 000 records where 6000 have room and nobody planned for them. All are kept until there are 4500, of the
// 6000 that come then one in eight (750, half of what was left), of the 24 000 after those one in 64.
TEST(TraceFile, ThatNobodyPlannedForKeepsWholeEventsOfAKnownShare) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "freshet-trace-share.bin";
  auto file = TraceFile::create(path, {.share = 1, .most_bytes = 6000 * sizeof(TraceRecord)});
  ASSERT_TRUE(file);
  const std::vector<TraceRecord> records = records_of(10'000);
  file->add(records);
  ASSERT_TRUE(file->write());
  EXPECT_NEAR(file->share(), 1.0 / 64, 1e-12);
  expect_whole_events(*file, read_trace(path), records, 10'000, 6000);
  std::filesystem::remove(path);
}

// The same, where the plan says how many there will be: nothing is thinned while it goes, and of the room
// 0.75 · 0.9 are used, but for what chance does to 10 000 hashes (a standard deviation is 60 records).
TEST(TraceFile, ThatIsPlannedForKeepsTheShareThatFits) {
  plan::Plan plan = small_plan(125);
  plan.phases.pop_back();  // 8 s, 1000 events; sent, reported, seen and an end behind each: 4 records
  plan.phases.back().magnitude = 1;
  plan::fill_segments(plan);
  ASSERT_NEAR(expected_trace_records(plan), 4000, 1e-6);
  const TraceOptions planned = fitting({.share = 1, .most_bytes = 800 * sizeof(TraceRecord)}, plan);
  EXPECT_NEAR(planned.share, 0.75 * 0.9 / 5, 1e-12);

  const std::filesystem::path path = std::filesystem::temp_directory_path() / "freshet-trace-planned.bin";
  auto file = TraceFile::create(path, {.share = planned.share, .most_bytes = 6000 * sizeof(TraceRecord)});
  ASSERT_TRUE(file);
  const std::vector<TraceRecord> records = records_of(10'000);
  file->add(records);
  ASSERT_TRUE(file->write());
  EXPECT_NEAR(file->share(), planned.share, 1e-12);
  EXPECT_NEAR(static_cast<double>(file->records()), 6000 * 0.75 * 0.9, 300);
  expect_whole_events(*file, read_trace(path), records, 10'000, 6000);
  std::filesystem::remove(path);
}

TEST(TraceFile, KeepsTheShareThatWasAskedForWhereItFits) {
  const plan::Plan plan = small_plan();
  const double records = expected_trace_records(plan);
  const auto share_in = [&](double asked, double room) {
    const auto bytes = static_cast<std::uint64_t>(room) * sizeof(TraceRecord);
    return fitting({.share = asked, .most_bytes = bytes}, plan).share;
  };
  EXPECT_EQ(share_in(1, 2 * records), 1);
  EXPECT_EQ(share_in(0.25, records), 0.25);
  EXPECT_EQ(share_in(0, records), 0);
  EXPECT_NEAR(share_in(1, records / 10), 0.0675, 1e-4);
}

// A pass that is not live reads what was written before the run as well.
TEST(TraceFile, CountsWhatEveryPassSees) {
  plan::Plan plan = small_plan();
  const double live = expected_trace_records(plan);
  plan.replays.push_back({.name = "again", .phase = 3, .streams = {0}});
  EXPECT_NEAR(expected_trace_records(plan), live * 5 / 4, 1e-6);
  plan.streams[0].prefill = 10 * kSecond;
  EXPECT_NEAR(expected_trace_records(plan), live * 5 / 4 + 500, 1e-6);
}

TEST(TraceFile, ShareBecomesAThreshold) {
  EXPECT_EQ(TraceOptions{}.threshold(), 0U);
  EXPECT_EQ((TraceOptions{.share = 1}.threshold()), measure::kTraceAll);
  EXPECT_EQ((TraceOptions{.share = 0.5}.threshold()), std::uint64_t{1} << 63);
}

}  // namespace
}  // namespace freshet::results
