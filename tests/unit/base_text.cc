#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/base/random.h"
#include "harness/base/text.h"

namespace freshet::base {
namespace {

using ::testing::HasSubstr;

TEST(ParseDuration, ReadsWhatPeopleWrite) {
  const std::pair<const char*, Nanos> table[] = {{"0s", 0},
                                                 {"1ns", 1},
                                                 {"250us", 250'000},
                                                 {"250 µs", 250'000},
                                                 {"20ms", 20'000'000},
                                                 {"2s", 2'000'000'000},
                                                 {"1.5 min", 90'000'000'000},
                                                 {"1h", 3'600'000'000'000},
                                                 {" 2 s ", 2'000'000'000},
                                                 {"0.1s", 100'000'000},
                                                 {"7d", 604'800'000'000'000},
                                                 {"7 days", 604'800'000'000'000},
                                                 {"1.23456789s", 1'234'567'890}};
  for (const auto& [text, expected] : table) {
    const auto got = parse_duration(text);
    ASSERT_TRUE(got) << text << ": " << got.error().message;
    EXPECT_EQ(*got, expected) << text;
  }
}

TEST(ParseDuration, RefusesWhatIsNotOne) {
  for (const char* text : {"",     " ",   "20",    "s",   "-2s",     "+2s",   "nan",  "nans",
                           "infs", "inf", "2 s s", "2ss", "2s3",     "2 sec", "1e3s", "0x10s",
                           ".5s",  "2.s", "1,5s",  "2S",  "1h30min", "400/s", "5%",   "1000000000h"}) {
    const auto got = parse_duration(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().kind, ErrorKind::usage);
    EXPECT_THAT(got.error().message, HasSubstr("20ms")) << "shows an example";
  }
}

TEST(ParseDuration, SaysWhatItFound) {
  EXPECT_THAT(parse_duration("20").error().message, HasSubstr("duration \"20\": has no unit"));
  EXPECT_THAT(parse_duration("-2s").error().message, HasSubstr("is negative"));
  EXPECT_THAT(parse_duration("20 mins").error().message,
              HasSubstr("unknown unit \"mins\" (nearest: \"min\")"));
  EXPECT_THAT(parse_duration("").error().message, HasSubstr("is empty"));
}

TEST(ParseDuration, ShowsHostileTextHarmlessly) {
  EXPECT_THAT(parse_duration(std::string_view("\x1b[2J\0\xff", 6)).error().message,
              HasSubstr("\\x1b[2J\\x00\\xff"));
  EXPECT_LT(parse_duration(std::string(100'000, 'x')).error().message.size(), 300U);
}

TEST(ParseRate, ReadsWhatPeopleWrite) {
  const std::pair<const char*, double> table[] = {
      {"400/s", 400},      {"0/s", 0},    {"2k/s", 2000}, {"2.5 k/s", 2500}, {"6000/min", 100},
      {"1/min", 1.0 / 60}, {"1M/s", 1e6}, {"3600/h", 1},  {"0.5/s", 0.5},    {"6k/min", 100}};
  for (const auto& [text, expected] : table) {
    const auto got = parse_rate(text);
    ASSERT_TRUE(got) << text << ": " << got.error().message;
    EXPECT_EQ(*got, expected) << text;
  }
}

TEST(ParseRate, RefusesWhatIsNotOne) {
  for (const char* text :
       {"", "400", "400s", "-1/s", "400//s", "400/s/s", "400/sec", "4e2/s", "unlimited", "nan/s", "K/s"}) {
    const auto got = parse_rate(text);
    ASSERT_FALSE(got) << text;
    EXPECT_THAT(got.error().message, HasSubstr("400/s"));
  }
}

TEST(ParseShare, IsAPartOfOneAndNotMore) {
  const std::pair<const char*, double> table[] = {{"0%", 0}, {"45%", 0.45}, {"100%", 1}, {"0.1 %", 0.001}};
  for (const auto& [text, expected] : table) {
    const auto got = parse_share(text);
    ASSERT_TRUE(got) << text;
    EXPECT_EQ(*got, expected) << text;
  }
  for (const char* text : {"", "45", "0.45", "-1%", "100.1%", "150%", "5%%", "five%", "nan%"}) {
    EXPECT_FALSE(parse_share(text)) << text;
  }
  EXPECT_THAT(parse_share("150%").error().message, HasSubstr("is over 100%"));
}

TEST(ParseBytes, KnowsDecimalAndBinaryUnits) {
  const std::pair<const char*, std::uint64_t> table[] = {
      {"512", 512},          {"512B", 512},        {"0", 0},
      {"1KiB", 1024},        {"1kB", 1000},        {"1KB", 1000},
      {"2 GiB", 2ULL << 30}, {"10MB", 10'000'000}, {"1.5 KiB", 1536}};
  for (const auto& [text, expected] : table) {
    const auto got = parse_bytes(text);
    ASSERT_TRUE(got) << text << ": " << got.error().message;
    EXPECT_EQ(*got, expected) << text;
  }
  for (const char* text :
       {"", "-1", "10M", "0.5B", "1.0001kB2", "1 KiB KiB", "mb", "99999999TiB", "nan", "1e6"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
  }
}

TEST(FormatDuration, HasThreeDigitsAndTheUnitThatFits) {
  const std::pair<Nanos, const char*> table[] = {{0, "0 s"},
                                                 {1, "1.00 ns"},
                                                 {999, "999 ns"},
                                                 {1'000, "1.00 us"},
                                                 {850'000, "850 us"},
                                                 {999'400, "999 us"},
                                                 {999'600, "1.00 ms"},
                                                 {24'149'000, "24.1 ms"},
                                                 {9'996'000, "10.0 ms"},
                                                 {1'200'000'000, "1.20 s"},
                                                 {-24'149'000, "-24.1 ms"},
                                                 {90 * kSecond, "90.0 s"},
                                                 {1800 * kSecond, "30.0 min"},
                                                 {86'400 * kSecond, "24.0 h"},
                                                 {14 * 86'400 * kSecond, "14.0 d"},
                                                 {kNever, "never"}};
  for (const auto& [ns, expected] : table) EXPECT_EQ(format_duration(ns), expected) << ns;
}

TEST(FormatDuration, StaysWithinHalfAThirdDigitOfTheValue) {
  Random random(7);
  for (int i = 0; i < 10'000; ++i) {
    const auto ns = static_cast<Nanos>(portable_exp(random.unit() * 26)) + 1;
    const auto read_back = parse_duration(format_duration(ns));
    ASSERT_TRUE(read_back) << ns;
    EXPECT_NEAR(static_cast<double>(*read_back) / static_cast<double>(ns), 1, 0.0051) << ns;
  }
}

TEST(FormatRate, ScalesByThousands) {
  EXPECT_EQ(format_rate(2000), "2.00 k/s");
  EXPECT_EQ(format_rate(999.96), "1.00 k/s");
  EXPECT_EQ(format_rate(400), "400 /s");
  EXPECT_EQ(format_rate(0), "0 /s");
  EXPECT_EQ(format_rate(0.0124), "0.0124 /s");
}

TEST(FormatBytes, IsDecimal) {
  EXPECT_EQ(format_bytes(512), "512 B");
  EXPECT_EQ(format_bytes(12'400'000), "12.4 MB");
  EXPECT_EQ(format_bytes(999.7), "1.00 kB");
  EXPECT_EQ(format_bytes(0), "0 B");
}

TEST(FormatCount, GroupsByThree) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1 000");
  EXPECT_EQ(format_count(1'234'567), "1 234 567");
  EXPECT_EQ(format_count(~0ULL), "18 446 744 073 709 551 615");
}

TEST(FormatShare, NeverRoundsSomeToNoneOrMostToAll) {
  EXPECT_EQ(format_share(0), "0 %");
  EXPECT_EQ(format_share(1), "100 %");
  EXPECT_EQ(format_share(0.45), "45.0 %");
  EXPECT_EQ(format_share(0.000124), "0.0124 %");
  EXPECT_EQ(format_share(0.99987), "99.99 %");
  EXPECT_EQ(format_share(0.9996), "99.96 %");
}

TEST(Nearest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> words = {"bound", "rate", "partitions", "population", "account_lock"};
  EXPECT_EQ(nearest("buond", words), "bound") << "a transposition is one edit";
  EXPECT_EQ(nearest("RATE", words), "rate");
  EXPECT_EQ(nearest("partition", words), "partitions");
  EXPECT_EQ(nearest("acount_lok", words), "account_lock");
  EXPECT_EQ(nearest("frobnicate", words), "");
  EXPECT_EQ(nearest("", words), "");
  EXPECT_EQ(nearest("bound", {}), "");
}

TEST(Nearest, DoesNotPairShortWordsThatShareNothing) {
  const std::vector<std::string> words = {"ms", "s"};
  EXPECT_EQ(nearest("q", words), "");
  EXPECT_EQ(nearest("xy", words), "");
  EXPECT_EQ(nearest("m", words), "ms");
}

TEST(Nearest, TakesTheFirstOfEquallyNear) {
  const std::vector<std::string> words = {"beat", "bead"};
  EXPECT_EQ(nearest("bea", words), "beat");
}

}  // namespace
}  // namespace freshet::base
