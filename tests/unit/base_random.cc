// E2: the schedule's arithmetic is our own. It is right (against libm) and it is the same everywhere (golden
// bit patterns).
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <numbers>
#include <set>

#include "harness/base/random.h"

namespace freshet::base {
namespace {

double relative_error(double got, double expected) {
  return expected == 0 ? std::abs(got) : std::abs(got / expected - 1);
}

TEST(PortableLog, IsWithinItsStatedErrorOfLibm) {
  Random random(1);
  for (int i = 0; i < 200'000; ++i) {
    const double x = std::ldexp(0.5 + random.unit() / 2, static_cast<int>(random.below(600)) - 300);
    ASSERT_LT(relative_error(portable_log(x), std::log(x)), 1e-15) << x;
  }
}

TEST(PortableLog, IsRightAroundOneAndForUnitVariates) {
  EXPECT_EQ(portable_log(1.0), 0.0);
  Random random(2);
  for (int i = 0; i < 200'000; ++i) {
    const double u = random.unit();
    ASSERT_LT(relative_error(portable_log(u), std::log(u)), 1e-15) << u;
    const double near_one = 1 + (random.unit() - 0.5) * 1e-6;
    ASSERT_LT(relative_error(portable_log(near_one), std::log(near_one)), 1e-15) << near_one;
  }
  EXPECT_LT(relative_error(portable_log(5e-324), std::log(5e-324)), 1e-15);
  EXPECT_LT(relative_error(portable_log(1.7e308), std::log(1.7e308)), 1e-15);
}

TEST(PortableExp, IsWithinItsStatedErrorOfLibm) {
  EXPECT_EQ(portable_exp(0.0), 1.0);
  Random random(3);
  for (int i = 0; i < 200'000; ++i) {
    const double x = (random.unit() - 0.5) * 1398;
    ASSERT_LT(relative_error(portable_exp(x), std::exp(x)), 1e-15) << x;
    const double small = (random.unit() - 0.5) * 1e-3;
    ASSERT_LT(relative_error(portable_exp(small), std::exp(small)), 1e-15) << small;
  }
}

TEST(PortablePow, IsWithinItsStatedErrorOfLibm) {
  Random random(4);
  for (int i = 0; i < 200'000; ++i) {
    const double x = 1 + random.unit() * 1e7;
    const double y = (random.unit() - 0.5) * 6;
    const double allowed = 1e-15 * (1 + std::abs(y * std::log(x)));
    ASSERT_LT(relative_error(portable_pow(x, y), std::pow(x, y)), allowed) << x << " ^ " << y;
  }
}

TEST(PortablePow, IsExactWhereAnExponentIsSpecial) {
  for (const double x : {1.0, 3.0, 7.0, 1e7}) {
    EXPECT_EQ(portable_pow(x, 0.0), 1.0);
    EXPECT_EQ(portable_pow(x, 1.0), x);
    EXPECT_EQ(portable_pow(x, -1.0), 1.0 / x);
  }
}

TEST(PortableNormalQuantile, GivesBackTheProbability) {
  for (int i = 1; i < 100'000; ++i) {
    const double p = i / 100'000.0;
    const double z = portable_normal_quantile(p);
    // Φ(z) = p; an error e of z moves Φ by e·φ(z).
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
    const double error = (0.5 * std::erfc(-z / std::numbers::sqrt2) - p) / density;
    ASSERT_LT(std::abs(error), 2e-9 * std::max(1.0, std::abs(z))) << p;
  }
}

TEST(PortableNormalQuantile, KnowsTheTableValues) {
  EXPECT_NEAR(portable_normal_quantile(0.5), 0.0, 1e-12);
  EXPECT_NEAR(portable_normal_quantile(0.975), 1.959963984540054, 5e-9);
  EXPECT_NEAR(portable_normal_quantile(0.001), -3.090232306167813, 7e-9);
  EXPECT_NEAR(portable_normal_quantile(0.999), 3.090232306167813, 7e-9);
}

// Golden bits: another machine, compiler or flag that computes differently is found out here.
TEST(Portable, HasTheSameBitsEverywhere) {
  Random random(42);
  std::uint64_t logs = 0, exps = 0, pows = 0, quantiles = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double u = random.unit();
    logs = mix64(logs + std::bit_cast<std::uint64_t>(portable_log(u)));
    exps = mix64(exps + std::bit_cast<std::uint64_t>(portable_exp(100 * u - 50)));
    pows = mix64(pows + std::bit_cast<std::uint64_t>(portable_pow(1 + 1e6 * u, -1.1)));
    quantiles = mix64(quantiles + std::bit_cast<std::uint64_t>(portable_normal_quantile(u)));
  }
  EXPECT_EQ(logs, 7288956327121075851ULL);
  EXPECT_EQ(exps, 8562153981269049301ULL);
  EXPECT_EQ(pows, 8477827455786216405ULL);
  EXPECT_EQ(quantiles, 16468111775591442004ULL);
}

TEST(Random, IsSplitMix64) {
  // Reference outputs of SplitMix64 from state 1234567.
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317ULL);
  EXPECT_EQ(random.next(), 3203168211198807973ULL);
  EXPECT_EQ(random.next(), 9817491932198370423ULL);
  EXPECT_EQ(random_at(1234567, 2), 9817491932198370423ULL);
}

TEST(Random, UnitIsNeverZeroOrOne) {
  EXPECT_GT(unit_open(0), 0.0);
  EXPECT_LT(unit_open(~0ULL), 1.0);
}

TEST(Random, BelowCoversItsRangeEvenly) {
  Random random(5);
  std::array<int, 7> seen{};
  for (int i = 0; i < 70'000; ++i) ++seen.at(random.below(7));
  for (const int count : seen) EXPECT_NEAR(count, 10'000, 4 * std::sqrt(10'000 * 6 / 7.0));
}

TEST(Random, DerivedSeedsDiffer) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (std::uint64_t index = 0; index < 100; ++index) seeds.insert(derive(seed, index));
  }
  EXPECT_EQ(seeds.size(), 10'000U);
}

}  // namespace
}  // namespace freshet::base
