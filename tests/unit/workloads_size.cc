#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "workloads/size.h"

namespace freshet::workloads {
namespace {

TEST(SizeTable, FixedIsFixed) {
  const SizeTable table({SizeKind::fixed, 700, 700, 0, 0, {}});
  for (std::uint64_t i = 0; i < 1024; ++i) ASSERT_EQ(table.at(i), 700U);
  EXPECT_EQ(table.mean(), 700);
  EXPECT_EQ(table.largest(), 700U);
}

TEST(SizeTable, UniformCoversItsRange) {
  const SizeTable table({SizeKind::uniform, 100, 1124, 0, 0, {}});
  EXPECT_NEAR(table.mean(), 612, 1);
  EXPECT_NEAR(table.at(0), 100, 1);
  EXPECT_NEAR(table.largest(), 1124, 1);
}

TEST(SizeTable, LognormalHasItsMedianAndMean) {
  const SizeTable table({SizeKind::lognormal, 1, 1'000'000, 500, 0.8, {}});
  EXPECT_NEAR(table.at(511), 500, 2);
  EXPECT_NEAR(table.at(512), 500, 2);
  // exp(sigma²/2) above the median; a table of 1024 quantiles misses a little of the far tail.
  EXPECT_NEAR(table.mean() / (500 * std::exp(0.32)), 1, 0.01);
}

TEST(SizeTable, LognormalStaysInsideItsCuts) {
  const SizeTable table({SizeKind::lognormal, 200, 2000, 500, 3, {}});
  std::uint32_t least = table.at(0);
  for (std::uint64_t i = 0; i < 1024; ++i) least = std::min(least, table.at(i));
  EXPECT_EQ(least, 200U);
  EXPECT_EQ(table.largest(), 2000U);
}

// Three sizes of which one was seen twice: a quarter, a half, a quarter.
TEST(SizeTable, EmpiricalDrawsWhatWasMeasuredAsOftenAsItWas) {
  const SizeTable table({SizeKind::empirical, 100, 9000, 512, 0, {100, 512, 512, 9000}});
  std::map<std::uint32_t, int> drawn;
  for (std::uint64_t i = 0; i < 1024; ++i) ++drawn[table.at(i)];
  EXPECT_EQ(drawn, (std::map<std::uint32_t, int>{{100, 256}, {512, 512}, {9000, 256}}));
  EXPECT_EQ(table.mean(), 2531);
  EXPECT_EQ(table.largest(), 9000U);
}

TEST(SizeTable, SurvivesAnAbsurdSpread) {
  const SizeTable table({SizeKind::lognormal, 1, 1000, 500, 100, {}});
  EXPECT_EQ(table.largest(), 1000U);
}

// E2: the same on every machine.
TEST(SizeTable, HasTheSameSizesEverywhere) {
  const SizeTable table({SizeKind::lognormal, 64, 100'000, 512, 1.2, {}});
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < 1024; ++i) sum += (i + 1) * table.at(i);
  EXPECT_EQ(sum, 880275743U);
}

}  // namespace
}  // namespace freshet::workloads
