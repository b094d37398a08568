// The ring between who reads and who writes down: nothing is lost, nothing is dropped silently.
#include "harness/measure/read_log.h"

#include <gtest/gtest.h>

#include <thread>

namespace freshet::measure {
namespace {

LoggedRead read_of(std::uint64_t n, std::size_t words) {
  LoggedRead read{.read = static_cast<std::uint16_t>(n % 3), .n = n, .account = 7, .due = 100, .at = 101};
  for (std::size_t i = 0; i < words; ++i) read.words.push_back(static_cast<Nanos>(n * 10 + i));
  return read;
}

void expect_same(const LoggedRead& a, const LoggedRead& b) {
  EXPECT_EQ(a.read, b.read);
  EXPECT_EQ(a.n, b.n);
  EXPECT_EQ(a.account, b.account);
  EXPECT_EQ(a.due, b.due);
  EXPECT_EQ(a.at, b.at);
  EXPECT_EQ(a.words, b.words);
}

TEST(ReadLog, GivesBackWhatWasPutInAcrossItsEnd) {
  ReadLog log(20);
  LoggedRead out;
  EXPECT_FALSE(log.pop(out));
  for (std::uint64_t n = 0; n < 100; ++n) {
    const LoggedRead in = read_of(n, n % 4);
    ASSERT_TRUE(log.push(in));
    ASSERT_TRUE(log.pop(out));
    expect_same(in, out);
  }
}

TEST(ReadLog, RefusesWhatHasNoRoomAndKeepsTheRest) {
  ReadLog log(20);
  EXPECT_TRUE(log.push(read_of(1, 5)));
  EXPECT_TRUE(log.push(read_of(2, 4)));
  EXPECT_FALSE(log.push(read_of(3, 0))) << "19 of 20 words are taken";
  LoggedRead out;
  ASSERT_TRUE(log.pop(out));
  expect_same(out, read_of(1, 5));
  EXPECT_TRUE(log.push(read_of(3, 0)));
  ASSERT_TRUE(log.pop(out));
  ASSERT_TRUE(log.pop(out));
  expect_same(out, read_of(3, 0));
}

TEST(ReadLog, KeepsTheOrderBetweenTwoThreads) {
  ReadLog log(64);
  constexpr std::uint64_t kReads = 20'000;
  std::thread reader([&] {
    for (std::uint64_t n = 0; n < kReads;) n += log.push(read_of(n, n % 5)) ? 1U : 0U;
  });
  LoggedRead out;
  for (std::uint64_t n = 0; n < kReads;) {
    if (!log.pop(out)) continue;
    expect_same(out, read_of(n, n % 5));
    ++n;
  }
  reader.join();
  EXPECT_FALSE(log.pop(out));
}

}  // namespace
}  // namespace freshet::measure
