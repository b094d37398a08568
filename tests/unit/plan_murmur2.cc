#include <gtest/gtest.h>

#include "harness/plan/murmur2.h"

namespace freshet::plan {
namespace {

// The cases of Kafka's own UtilsTest.testMurmur2.
TEST(Murmur2, IsKafkas) {
  const std::pair<const char*, std::int32_t> table[] = {
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
      {"abc", 479470107}};
  for (const auto& [key, expected] : table)
    EXPECT_EQ(static_cast<std::int32_t>(murmur2(key)), expected) << key;
}

TEST(Murmur2, PositiveDropsTheSignBitOnly) {
  EXPECT_EQ(murmur2_positive("21"), static_cast<std::uint32_t>(-973932308) & 0x7fffffffU);
  EXPECT_EQ(murmur2_positive("abc"), 479470107U);
}

TEST(Murmur2, TakesBytesAboveAsciiAsUnsigned) {
  // A sign-extended byte would set the upper bits of the word as well.
  EXPECT_NE(murmur2("\xff\x01\x02\x03"), murmur2("\xff\xff\xff\xff"));
  EXPECT_NE(murmur2("\x80"), murmur2("\x81"));
}

}  // namespace
}  // namespace freshet::plan
