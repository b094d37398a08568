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

// 30 000 records where 6000 have room: never more than those, and of a share of the events all three.
TEST(TraceFile, WhenItFillsKeepsWholeEventsOfAKnownShare) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "freshet-trace-share.bin";
  auto file = TraceFile::create(path, {.share = 1, .most_bytes = 6000 * sizeof(TraceRecord)});
  ASSERT_TRUE(file);
  const std::vector<TraceRecord> records = records_of(10'000);
  file->add(records);
  ASSERT_TRUE(file->write());
  const Read read = read_trace(path);
  EXPECT_LE(read.records.size(), 6000U);
  EXPECT_EQ(read.records.size(), file->records());
  EXPECT_EQ(read.threshold, file->threshold());
  // Halved when 3000 are kept, then after each further 3000 or so, as the room is halved with the share.
  EXPECT_LT(file->share(), 0.3);
  EXPECT_GT(file->share(), 0x1p-11);
  std::map<std::uint64_t, int> kept;
  for (const TraceRecord& record : read.records) {
    if (measure::trace_hash(record) <= read.threshold) ++kept[record.n];
  }
  EXPECT_NEAR(static_cast<double>(kept.size()), 10'000 * file->share(), 300);
  for (const auto& [n, times] : kept) EXPECT_EQ(times, 3) << n;
  for (std::uint64_t n = 0; n < 10'000; ++n)
    EXPECT_EQ(kept.contains(n), measure::trace_hash(records[n]) <= read.threshold);
  std::filesystem::remove(path);
}

TEST(TraceFile, ShareBecomesAThreshold) {
  EXPECT_EQ(TraceOptions{}.threshold(), 0U);
  EXPECT_EQ((TraceOptions{.share = 1}.threshold()), measure::kTraceAll);
  EXPECT_EQ((TraceOptions{.share = 0.5}.threshold()), std::uint64_t{1} << 63);
}

}  // namespace
}  // namespace freshet::results
