// The tables of a host's facts: what is written is read, anything else is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "harness/results/blocks.h"
#include "harness/results/carriers.h"
#include "harness/results/ledger_files.h"
#include "harness/results/line_file.h"
#include "harness/results/tables.h"

namespace freshet::results {
namespace {

template <class Row>
std::string line_of(const Row& row) {
  std::string line;
  append(line, row);
  EXPECT_EQ(line.back(), '\n');
  line.pop_back();
  return line;
}

// A line has as many fields as there are columns; it is read only whole, but for the last `added` columns of
// a later version.
template <class Row>
void expect_strict(const Row& row, int added = 0) {
  const std::string line = line_of(row);
  const std::string_view columns = TableOf<Row>::table.columns;
  EXPECT_EQ(std::count(line.begin(), line.end(), ','), std::count(columns.begin(), columns.end(), ','));
  Row read;
  ASSERT_TRUE(parse(line, read)) << line;
  EXPECT_EQ(line_of(read), line);
  std::size_t end = line.rfind(',') + 1;
  for (; added > 0; --added) end = line.rfind(',', end - 2) + 1;
  for (std::size_t cut = end; cut-- > 0;) EXPECT_FALSE(parse(line.substr(0, cut), read)) << cut;
  for (const std::string& wrong :
       {line + ",1", line + " ", " " + line, line + "x", std::string("x") + line}) {
    EXPECT_FALSE(parse(wrong, read)) << wrong;
  }
}

TEST(Tables, EveryRowIsReadAsWritten) {
  CohortRow cohort{{1, 2, 1, -4}, {.samples = 99}};
  for (std::size_t i = 0; i < measure::kMaximumThresholds; ++i) {
    cohort.counts.over[i] = i;
    cohort.counts.over_without_own[i] = 10 * i;
  }
  expect_strict(cohort);
  measure::CountSecond counts{.stream = 3, .pass = measure::kNoPass, .second = 12};
  for (std::size_t i = 0; i < counts.counts.size(); ++i) counts.counts[i] = i;
  expect_strict(counts);
  expect_strict(measure::LagSecond{1, 2, 3, 4, 5, 6, 7, 8, 0.1});
  expect_strict(measure::OffsetSecond{1, 2, 3, 4, -1, std::numeric_limits<std::int64_t>::max(), 7});
  expect_strict(measure::ReceiverSecond{1, 2, 3, 0.8125, true, 4096}, 1);
  expect_strict(measure::Carrier{1, 2, 3, 4, -5, 6, -7, 8});
  expect_strict(PartsRow{1, 2, 3, 159, {4, 1.5, 2.5, 3.5}});
  measure::WorstEvent worst;
  worst.n = std::numeric_limits<std::uint64_t>::max();
  worst.tau = -5;
  expect_strict(worst);
  expect_strict(LaneRow{1, 65535, 3, std::numeric_limits<std::uint64_t>::max()});
}

TEST(Tables, ReceiversOfVersionOneDidNotTellTheirQueues) {
  measure::ReceiverSecond row;
  EXPECT_TRUE(parse("1,2,3,0.5,1", row));
  EXPECT_EQ(row.waiting, -1);
  EXPECT_TRUE(parse("1,2,3,0.5,1,17", row));
  EXPECT_EQ(row.waiting, 17);
  for (const char* wrong : {"1,2,3,0.5,1,", "1,2,3,0.5,1,-2", "1,2,3,0.5,1,1.5", "1,2,3,0.5,1,17,1"})
    EXPECT_FALSE(parse(wrong, row)) << wrong;
}

TEST(Tables, CountsHaveAColumnForEachCount) {
  const std::string_view columns = TableOf<measure::CountSecond>::table.columns;
  EXPECT_EQ(std::count(columns.begin(), columns.end(), ',') + 1,
            3 + static_cast<int>(measure::Count::kCount));
}

TEST(Tables, RefusesNumbersThatAreNone) {
  measure::LagSecond lag;
  EXPECT_TRUE(parse("1,2,3,4,5,6,7,8,1e-05", lag));
  EXPECT_FALSE(parse("1,2,3,4,5,6,7,8,inf", lag));
  EXPECT_FALSE(parse("1,2,3,4,5,6,7,8,nan", lag));
  EXPECT_FALSE(parse("70000,2,3,4,5,6,7,8,0", lag));
  EXPECT_FALSE(parse("-1,2,3,4,5,6,7,8,0", lag));
  EXPECT_FALSE(parse("1,2,3,99999999999999999999,5,6,7,8,0", lag));
  PartsRow parts;
  EXPECT_FALSE(parse("1,2,3,160,4,1,1,1", parts));
}

TEST(Fields, AreExactlyOneNumberEach) {
  const auto complete = [](std::string_view line) {
    int a = 0, b = 0;
    double c = 0;
    Fields fields(line);
    fields >> a >> b >> c;
    return fields.complete();
  };
  EXPECT_TRUE(complete("1,-2,3.5"));
  EXPECT_TRUE(complete("1,2,inf"));
  for (const char* wrong : {"", ",", "1,2", "1,2,", "1,2,3,", "1,,3", ",1,2", "1 ,2,3", "1,2 ,3", "1,2.0,3",
                            "1,2,3e", "1,2,nan(", "1,+2,3", "1,2147483648,3", "1;2,3,4", "1,2,3\n"}) {
    EXPECT_FALSE(complete(wrong)) << wrong;
  }
  int a = 0, b = 0;
  Fields fields("x,7,8");
  fields >> a;
  EXPECT_EQ(fields.text(), "7");  // what is no number is passed all the same
  fields >> b;
  EXPECT_EQ(b, 8);
  EXPECT_FALSE(fields.complete());
}

TEST(Files, AreReadWholeOrNamed) {
  EXPECT_FALSE(read_file("/dev"));
  EXPECT_EQ(*read_file("/dev/null"), "");
  EXPECT_FALSE(read_file("/nowhere at all"));
  const auto status = read_file("/proc/self/status");  // tells no size beforehand
  ASSERT_TRUE(status);
  EXPECT_GT(status->size(), 100U);
  EXPECT_EQ(status->back(), '\n');
}

TEST(Lines, LeavesACutLineBehind) {
  Lines lines("one\n\ntwo\nthr");
  std::vector<std::string> read;
  for (std::string_view line; lines.next(line);) read.emplace_back(line);
  EXPECT_EQ(read, (std::vector<std::string>{"one", "", "two"}));
  EXPECT_EQ(lines.rest(), "thr");
}

TEST(Checksum, GoesOnFromWhatStandsBefore) {
  EXPECT_EQ(crc_of("123456789"), 0xcbf43926U);  // CRC-32's check value
  EXPECT_EQ(crc_of("6789", crc_of("12345")), 0xcbf43926U);
}

TEST(Varint, RoundTripsAndStopsAtTheEnd) {
  std::string bytes;
  const std::vector<std::uint64_t> values{0, 1, 127, 128, 300, std::uint64_t{1} << 63, ~std::uint64_t{0}};
  for (const std::uint64_t value : values) put_varint(bytes, value);
  BlockBytes in(bytes);
  for (const std::uint64_t value : values) EXPECT_EQ(in.varint(), value);
  EXPECT_TRUE(in.good());
  EXPECT_TRUE(in.at_end());
  in.varint();
  EXPECT_FALSE(in.good());
}

measure::AckLog some_acks() {
  measure::AckLog acks({6, 0, 3}, 2);
  for (std::uint64_t n = 0; n < 5; ++n) acks.handed_over(0, n);
  acks.acked(0, 0, 10);
  acks.acked(0, 1, 1'000'000);
  acks.acked(0, 2, -1);
  acks.failed(0, 3, false);
  acks.failed(0, 4, true);
  acks.not_sent(2, 0, true);
  acks.not_sent(2, 1, false);
  acks.handed_over(2, 2);
  return acks;
}

TEST(AckFile, RoundTripsEveryState) {
  const measure::AckLog acks = some_acks();
  const auto file = AckFile::open(encode_acks(acks));
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->whole());
  std::vector<int> states;
  for (std::uint16_t lane = 0; lane < 3; ++lane) {
    const auto read = file->lane(lane, acks.planned(lane));
    ASSERT_TRUE(read);
    for (std::uint64_t n = 0; n < acks.planned(lane); ++n) {
      EXPECT_EQ((*read)[n].state, acks.get(lane, n).state);
      EXPECT_EQ((*read)[n].offset,
                acks.get(lane, n).state == measure::AckState::acked ? acks.get(lane, n).offset : -1);
      states.push_back(static_cast<int>((*read)[n].state));
    }
  }
  std::sort(states.begin(), states.end());
  EXPECT_EQ(states, (std::vector<int>{0, 1, 2, 2, 3, 4, 5, 6, 7}));  // each state was there
  EXPECT_FALSE(file->lane(0, 5));
  EXPECT_FALSE(file->lane(3, 0));
}

TEST(AckFile, NoticesEveryFlippedBitAndEveryCut) {
  const measure::AckLog acks = some_acks();
  const std::string whole = encode_acks(acks);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << (bit % 8));
    const auto file = AckFile::open(flipped);
    bool noticed = !file || !file->whole();
    for (std::uint16_t lane = 0; lane < 3 && file; ++lane) noticed |= !file->lane(lane, acks.planned(lane));
    EXPECT_TRUE(noticed) << bit;
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto file = AckFile::open(whole.substr(0, size));
    bool noticed = !file || !file->whole();
    for (std::uint16_t lane = 0; lane < 3 && file; ++lane) noticed |= !file->lane(lane, acks.planned(lane));
    EXPECT_TRUE(noticed) << size;
  }
}

TEST(SeenFile, RoundTripsAndNoticesDamage) {
  measure::Sealed sealed;
  sealed.stream = 1;
  sealed.pass = 2;
  sealed.partition = 3;
  sealed.first_offset = -1;
  sealed.position = 400;
  sealed.clean = false;
  sealed.lanes = {{3, 130, {~std::uint64_t{0}, 5, 1}}, {15, 0, {}}};
  const std::string whole = encode_seen(sealed);
  const auto read = decode_seen(whole, 200);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->stream, 1);
  EXPECT_EQ(read->pass, 2);
  EXPECT_EQ(read->partition, 3);
  EXPECT_EQ(read->first_offset, -1);
  EXPECT_EQ(read->position, 400);
  EXPECT_FALSE(read->clean);
  ASSERT_EQ(read->lanes.size(), 2U);
  EXPECT_EQ(read->lanes[0].bits, sealed.lanes[0].bits);
  EXPECT_EQ(read->lanes[1].lane, 15);
  EXPECT_FALSE(decode_seen(whole, 100));  // more than the plan has
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = decode_seen(std::string_view(whole).substr(0, size), 200);
    // Cut behind a block, the rest reads as one with fewer lanes: who reads it looks at their number.
    if (cut) {
      EXPECT_LT(cut->lanes.size(), 2U) << size;
    }
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    EXPECT_FALSE(decode_seen(flipped, 200)) << at;
  }
}

}  // namespace
}  // namespace freshet::results
