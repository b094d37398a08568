// H2: the interval log is HdrHistogram's own format; what is damaged is noticed.
#include <gtest/gtest.h>

#include <random>

#include "harness/results/hdr_codec.h"
#include "harness/results/interval_log.h"
#include "tests/unit/plan_fixture.h"

namespace freshet::results {
namespace {

using measure::Histogram;
using measure::Measure;
using measure::Series;

using Buckets = std::vector<std::pair<std::uint32_t, std::uint64_t>>;

Buckets buckets_of(const Histogram& histogram) {
  Buckets all;
  histogram.visit(
      [&](std::uint32_t index, std::int64_t, std::uint64_t count) { all.emplace_back(index, count); });
  return all;
}

TEST(Base64, EncodesAndDecodesEveryRest) {
  EXPECT_EQ(base64_encode("Man"), "TWFu");
  EXPECT_EQ(base64_encode("Ma"), "TWE=");
  EXPECT_EQ(base64_encode("M"), "TQ==");
  for (const std::string text : {"M", "Ma", "Man", "Many"})
    EXPECT_EQ(base64_decode(base64_encode(text)), text);
  for (const char* wrong : {"", "TWF", "TW*u", "====", "T===", "TQ=A"})
    EXPECT_FALSE(base64_decode(wrong)) << wrong;
}

TEST(Inflate, RefusesMoreThanItsLimit) {
  const std::string plain(100'000, 'x');
  EXPECT_EQ(inflate(deflate(plain), plain.size()), plain);
  EXPECT_FALSE(inflate(deflate(plain), plain.size() - 1));
  EXPECT_FALSE(inflate(deflate(plain).substr(0, 20), plain.size()));
  EXPECT_FALSE(inflate(deflate(plain) + "x", plain.size()));
}

TEST(HdrCodec, RoundTripsAnyCounts) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 50; ++round) {
    Histogram histogram;
    const int samples = round * round;
    for (int i = 0; i < samples; ++i) {
      histogram.record_us(static_cast<std::int64_t>(random() % (std::uint64_t{1} << (random() % 36 + 1))),
                          random() % 1000 + 1);
    }
    histogram.record_us(0, std::uint64_t{1} << 40);
    histogram.record_us(Histogram::kHighest);
    Histogram decoded;
    ASSERT_TRUE(decode_histogram(encode_histogram(histogram), decoded));
    EXPECT_EQ(buckets_of(decoded), buckets_of(histogram));
  }
}

TEST(HdrCodec, AddsToWhatIsThere) {
  Histogram one;
  one.record_us(1000, 3);
  Histogram sum;
  ASSERT_TRUE(decode_histogram(encode_histogram(one), sum));
  ASSERT_TRUE(decode_histogram(encode_histogram(one), sum));
  EXPECT_EQ(sum.in_range(), 6U);
}

// Written by HdrHistogram's Python port 0.10.8 (range 1 to 86 400 000 000, 3 digits): 1 twice, 1000, 5000,
// 250 000 three times, 3 600 000 000.
constexpr const char* kForeign =
    "HISTFAAAAC94nJNpmSzMwMDAzwABzFCaEYhFZK8nMNh/gAqwnOZn+qjM9DuKbfEdRiYAqtQIxQ==";

TEST(HdrCodec, ReadsWhatAnotherImplementationWrote) {
  Histogram decoded;
  ASSERT_TRUE(decode_histogram(kForeign, decoded));
  Histogram expected;
  expected.record_us(1, 2);
  expected.record_us(1000);
  expected.record_us(5000);
  expected.record_us(250'000, 3);
  expected.record_us(3'600'000'000);
  EXPECT_EQ(buckets_of(decoded), buckets_of(expected));
}

TEST(HdrCodec, NoticesEveryFlippedCharacterAndEveryCut) {
  Histogram histogram;
  for (int i = 0; i < 300; ++i) histogram.record_us(i * i);
  const std::string whole = encode_histogram(histogram);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Histogram decoded;
    EXPECT_FALSE(decode_histogram(whole.substr(0, at), decoded)) << at;
    std::string flipped = whole;
    flipped[at] = flipped[at] == 'A' ? 'B' : 'A';
    Histogram other;
    // The last character before the padding has bits that carry nothing.
    if (decode_histogram(flipped, other)) {
      EXPECT_EQ(buckets_of(other), buckets_of(histogram)) << at;
    }
  }
}

TEST(HdrCodec, RefusesAnotherPrecision) {
  Histogram two(2);
  two.record_us(5);
  Histogram three;
  EXPECT_FALSE(decode_histogram(encode_histogram(two), three));
}

TEST(Tags, EscapesWhatWouldBreakALine) {
  EXPECT_EQ(tag_part("chat_turn-2.b"), "chat_turn-2.b");
  EXPECT_EQ(tag_part("a b,c/d\n%"), "a%20b%2Cc%2Fd%0A%25");
}

TEST(IntervalLog, TellsEverySeriesApart) {
  plan::Plan plan = plan::incident_burst();
  plan.streams[0].name = "lock, of/accounts";
  const Tags tags(plan, "kafka a");
  Histogram one;
  one.record_us(42);
  std::vector<Series> all{{0, measure::kNoPass, 0, Measure::hiccup}};
  for (std::uint16_t stream = 0; stream < 2; ++stream) {
    for (std::uint8_t tier = 0; tier < 2; ++tier) {
      for (std::uint16_t pass = 0; pass < 3; ++pass) all.push_back({stream, pass, tier, Measure::staleness});
      all.push_back({stream, measure::kNoPass, tier, Measure::own_delay});
      all.push_back({stream, measure::kNoPass, tier, Measure::response_latency});
    }
  }
  for (const Series& series : all) {
    std::string line;
    append_log(line, tags, series, -3, one);
    ASSERT_FALSE(line.empty());
    line.pop_back();
    const auto parsed = tags.parse(line);
    ASSERT_TRUE(parsed) << line;
    EXPECT_EQ(parsed->series, series) << line;
    EXPECT_EQ(parsed->second, -3);
    EXPECT_EQ(parsed->kind, LogKind::samples);
  }
}

TEST(IntervalLog, KeepsNegativeAndAboveRangeSamplesApart) {
  const Tags tags(plan::incident_burst(), "t");
  Histogram histogram;
  histogram.record_us(10, 4);
  histogram.record_us(-1, 2);
  histogram.record_us(Histogram::kHighest + 1, 3);
  std::string log;
  append_log(log, tags, {0, 0, 0, Measure::staleness}, 7, histogram);
  Histogram sum;
  std::size_t lines = 0;
  for (std::size_t at = 0; at < log.size(); ++lines) {
    const std::size_t end = log.find('\n', at);
    const auto parsed = tags.parse(std::string_view(log).substr(at, end - at));
    ASSERT_TRUE(parsed);
    ASSERT_TRUE(add_line(*parsed, sum));
    at = end + 1;
  }
  EXPECT_EQ(lines, 3U);
  EXPECT_EQ(sum.in_range(), 4U);
  EXPECT_EQ(sum.negative(), 2U);
  EXPECT_EQ(sum.above_range(), 3U);
}

// H2: however the samples of a second are cut into lines, adding the lines up gives what recording all would.
TEST(IntervalLog, AddingItsLinesEqualsRecordingAll) {
  const Tags tags(plan::incident_burst(), "t");
  std::mt19937_64 random(7);
  for (int round = 0; round < 40; ++round) {
    Histogram all, sum;
    std::vector<Histogram> parts(random() % 6 + 1);
    for (std::uint64_t i = random() % 2000; i-- > 0;) {
      const base::Nanos sample =
          static_cast<base::Nanos>(random() % (std::uint64_t{1} << (random() % 50 + 1))) - 1000;
      all.record(sample);
      parts[random() % parts.size()].record(sample);
    }
    std::string log;
    for (const Histogram& part : parts) append_log(log, tags, {0, 0, 0, Measure::staleness}, 7, part);
    for (std::size_t at = 0; at < log.size();) {
      const std::size_t end = log.find('\n', at);
      const auto parsed = tags.parse(std::string_view(log).substr(at, end - at));
      ASSERT_TRUE(parsed && add_line(*parsed, sum));
      at = end + 1;
    }
    EXPECT_EQ(buckets_of(sum), buckets_of(all));
    EXPECT_EQ(sum.negative(), all.negative());
    EXPECT_EQ(sum.above_range(), all.above_range());
    for (std::uint64_t rank = 1; rank <= all.total(); rank += 1 + all.total() / 37)
      EXPECT_EQ(sum.value_at_rank(rank), all.value_at_rank(rank));
  }
}

TEST(IntervalLog, RefusesForeignLines) {
  const Tags tags(plan::incident_burst(), "t");
  Histogram one;
  one.record_us(1);
  std::string good;
  append_log(good, tags, {0, 0, 0, Measure::staleness}, 7, one);
  good.pop_back();
  ASSERT_TRUE(tags.parse(good));
  for (const std::string& bad :
       {std::string(), std::string("Tag="), good.substr(1), good.substr(0, good.find(',')), good + ",more",
        std::string("Tag=t/account_lock/nobody/rest/staleness,7.000,1.000,0.001,x"),
        std::string("Tag=t/account_lock/copilot/rest/staleness,7.500,1.000,0.001,x"),
        std::string("Tag=t/account_lock/copilot/rest/staleness,nan,1.000,0.001,x"),
        std::string("Tag=t,7.000,1.000,0.001,x")}) {
    EXPECT_FALSE(tags.parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace freshet::results
