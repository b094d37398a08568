// The envelope (E4): what is written is read, and nothing damaged passes for whole (K1).
#include "harness/measure/envelope.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "harness/base/random.h"

namespace freshet::measure {
namespace {

constexpr std::uint64_t kRun = 0x0123456789abcdefULL;

Envelope sample() {
  return {.run = kRun,
          .n = 0x1122334455667788ULL,
          .tau = -5'000'000'001,
          .sent = 77,
          .stream = 3,
          .lane = 65'535,
          .output = 2,
          .attempt = 4,
          .key = 9'999'999,
          .schema = 7,
          .tier = 1,
          .flags = kCritical | kStalled};
}

std::vector<std::byte> value_of(std::size_t size, const Envelope& envelope = sample()) {
  std::vector<std::byte> value(size);
  base::Random random(size);
  for (std::byte& b : value) b = static_cast<std::byte>(random.next());
  write_envelope(envelope, value);
  return value;
}

TEST(Envelope, IsReadAsItWasWrittenAtEverySize) {
  for (std::size_t size = kEnvelopeSize; size < kEnvelopeSize + 300; ++size) {
    Envelope read;
    ASSERT_EQ(read_envelope(value_of(size), kRun, read), Decoded::ok) << size;
    const Envelope wrote = sample();
    EXPECT_EQ(read.run, wrote.run);
    EXPECT_EQ(read.n, wrote.n);
    EXPECT_EQ(read.tau, wrote.tau);
    EXPECT_EQ(read.sent, wrote.sent);
    EXPECT_EQ(read.stream, wrote.stream);
    EXPECT_EQ(read.lane, wrote.lane);
    EXPECT_EQ(read.output, wrote.output);
    EXPECT_EQ(read.attempt, wrote.attempt);
    EXPECT_EQ(read.key, wrote.key);
    EXPECT_EQ(read.schema, wrote.schema);
    EXPECT_EQ(read.tier, wrote.tier);
    EXPECT_EQ(read.flags, wrote.flags);
  }
}

// What a delivery report brings back: told by its head alone.
TEST(Envelope, OfOurOwnIsToldWithoutItsChecksum) {
  std::vector<std::byte> value = value_of(200);
  Envelope read;
  ASSERT_TRUE(read_own_envelope(value, kRun, read));
  EXPECT_EQ(read.n, sample().n);
  EXPECT_EQ(read.flags, sample().flags);
  EXPECT_FALSE(read_own_envelope(value, kRun + 1, read));
  EXPECT_FALSE(read_own_envelope(std::span(value).first(199), kRun, read));
  EXPECT_FALSE(read_own_envelope(std::span(value).first(kEnvelopeSize - 1), kRun, read));
  EXPECT_FALSE(read_own_envelope({}, kRun, read));
  value[0] = ~value[0];
  EXPECT_FALSE(read_own_envelope(value, kRun, read));
}

// The bytes, so that a value written by one build is read by the next. The checksum is a value once computed:
// it must never change within version 1.
TEST(Envelope, LiesAsItsLayoutSays) {
  const Envelope e{.run = 0x0807060504030201ULL,
                   .n = 5,
                   .tau = -2,
                   .sent = 3,
                   .stream = 0x0102,
                   .lane = 0x0304,
                   .output = 0x0506,
                   .attempt = 0x0708,
                   .key = 0x0a0b0c0d,
                   .schema = 1,
                   .tier = 9,
                   .flags = kProbe};
  std::vector<std::byte> value(80);
  write_envelope(e, value);
  const std::array<unsigned char, 64> expected = {
      'f', 's', 'h', 't', 1, 2, 9, 0, 1,    2,    3,    4,    5,    6,    7,    8,     // 0
      5,   0,   0,   0,   0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,  // 16
      3,   0,   0,   0,   0, 0, 0, 0, 2,    1,    4,    3,    6,    5,    8,    7,     // 32
      13,  12,  11,  10,  1, 0, 0, 0, 80,   0,    0,    0,    0,    0,    0,    0};    // 48
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(std::to_integer<unsigned>(value[i]), expected[i]) << i;
  }
  std::uint64_t checksum = 0;
  for (std::size_t i = 0; i < 8; ++i) checksum |= std::to_integer<std::uint64_t>(value[64 + i]) << (8 * i);
  EXPECT_EQ(checksum, 0x032071b4d84d9ae6ULL);
}

TEST(Envelope, OfAnotherRunOrNoneIsForeign) {
  Envelope read;
  EXPECT_EQ(read_envelope(value_of(200), kRun + 1, read), Decoded::foreign);
  EXPECT_EQ(read_envelope({}, kRun, read), Decoded::foreign);
  std::vector<std::byte> other(500, std::byte{'x'});
  EXPECT_EQ(read_envelope(other, kRun, read), Decoded::foreign);
  EXPECT_EQ(read_envelope(std::span(other).first(3), kRun, read), Decoded::foreign);
}

TEST(Envelope, OfALaterVersionIsForeign) {
  Envelope read;
  std::vector<std::byte> value = value_of(100);
  value[4] = std::byte{2};  // its checksum is no longer right either
  EXPECT_NE(read_envelope(value, kRun, read), Decoded::ok);
}

TEST(Envelope, AnyCutIsCorrupt) {
  const std::vector<std::byte> value = value_of(200);
  Envelope read;
  for (std::size_t size = 4; size < value.size(); ++size) {
    EXPECT_EQ(read_envelope(std::span(value).first(size), kRun, read), Decoded::corrupt) << size;
  }
  std::vector<std::byte> longer = value;
  longer.push_back(std::byte{0});
  EXPECT_EQ(read_envelope(longer, kRun, read), Decoded::corrupt);
}

TEST(Envelope, AnySingleFlippedBitIsCorrupt) {
  for (const std::size_t size : {72U, 73U, 87U, 88U, 136U, 200U, 512U}) {
    std::vector<std::byte> value = value_of(size);
    Envelope read;
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      value[bit / 8] ^= std::byte{1} << (bit % 8);
      ASSERT_EQ(read_envelope(value, kRun, read), Decoded::corrupt) << "bit " << bit << " of " << size;
      value[bit / 8] ^= std::byte{1} << (bit % 8);
    }
    EXPECT_EQ(read_envelope(value, kRun, read), Decoded::ok);
  }
}

// Blocks of the content that change places, and zeros that look like padding.
TEST(Envelope, MovedBlocksAndZerosAreCorrupt) {
  std::vector<std::byte> value = value_of(512);
  Envelope read;
  for (const std::size_t width : {8U, 16U, 64U}) {
    for (std::size_t at = kEnvelopeSize; at + 2 * width <= value.size(); at += width) {
      std::vector<std::byte> moved = value;
      std::swap_ranges(moved.begin() + static_cast<std::ptrdiff_t>(at),
                       moved.begin() + static_cast<std::ptrdiff_t>(at + width),
                       moved.begin() + static_cast<std::ptrdiff_t>(at + width));
      EXPECT_EQ(read_envelope(moved, kRun, read), Decoded::corrupt) << width << " at " << at;
    }
  }
  for (std::size_t at = kEnvelopeSize; at + 8 <= value.size(); ++at) {
    std::vector<std::byte> blank = value;
    std::fill_n(blank.begin() + static_cast<std::ptrdiff_t>(at), 8, std::byte{0});
    EXPECT_EQ(read_envelope(blank, kRun, read), Decoded::corrupt) << at;
  }
}

}  // namespace
}  // namespace freshet::measure
