#include <gtest/gtest.h>

#include <cmath>

#include "harness/base/sum.h"
#include "workloads/population.h"

namespace freshet::workloads {
namespace {

Population population(std::uint32_t enterprise, double share, std::uint32_t others, double skew) {
  return {"tenants", {{"enterprise", enterprise, share, 0}, {"rest", others, 1 - share, skew}}};
}

double sum(const Population& population, std::uint32_t from, std::uint32_t to) {
  const AccountWeights weights(population);
  base::CompensatedSum total;
  for (std::uint32_t account = from; account < to; ++account) total.add(weights.of(account));
  return total.value();
}

TEST(CompensatedSum, KeepsWhatPlainSummationLoses) {
  base::CompensatedSum sum;
  sum.add(1);
  for (int i = 0; i < 1000; ++i) sum.add(1e-17);
  sum.add(-1);
  EXPECT_NEAR(sum.value(), 1e-14, 1e-20);
}

TEST(AccountWeights, SumToOneAndTiersToTheirExactShares) {
  for (const double skew : {0.0, 0.8, 1.0, 1.1, 2.0}) {
    const Population tenants = population(20, 0.45, 50'000, skew);
    EXPECT_NEAR(sum(tenants, 0, 20), 0.45, 1e-12) << skew;
    EXPECT_NEAR(sum(tenants, 20, 50'020), 0.55, 1e-12) << skew;
  }
}

TEST(AccountWeights, FollowZipf) {
  const AccountWeights weights(population(0, 0, 1000, 1.1));
  for (std::uint32_t rank = 2; rank <= 1000; ++rank) {
    EXPECT_NEAR(weights.of(rank - 1) / weights.of(0), std::pow(rank, -1.1), 1e-12);
  }
}

// Shares of the most popular of ten thousand, as simulated for reference/metrics 9.3.
TEST(AccountWeights, GiveTheFirstTheShareThatZipfSays) {
  const std::pair<double, double> table[] = {{0.8, 0.037}, {1.0, 0.10}, {1.1, 0.15},
                                             {1.2, 0.21},  {1.5, 0.39}, {2.0, 0.61}};
  for (const auto& [skew, share] : table) {
    EXPECT_NEAR(AccountWeights(population(0, 0, 10'000, skew)).of(0), share, 0.005) << skew;
  }
}

TEST(AccountWeights, KnowTheTierOfAnAccount) {
  const AccountWeights weights(population(3, 0.5, 5, 1));
  EXPECT_EQ(weights.tier_of(0), 0);
  EXPECT_EQ(weights.tier_of(2), 0);
  EXPECT_EQ(weights.tier_of(3), 1);
  EXPECT_EQ(weights.tier_of(7), 1);
}

TEST(AccountWeights, AnEmptyEnterpriseTierTakesNothing) {
  const Population tenants = population(0, 0, 5, 0);
  EXPECT_EQ(AccountWeights(tenants).tier_of(0), 1);
  EXPECT_NEAR(sum(tenants, 0, 5), 1, 1e-12);
}

TEST(ZipfSum, IsTheHarmonicNumberAtExponentOne) {
  double harmonic = 0;
  for (int k = 100'000; k >= 1; --k) harmonic += 1.0 / k;
  EXPECT_NEAR(zipf_sum(100'000, 1), harmonic, 1e-12);
  EXPECT_EQ(zipf_sum(7, 0), 7);
  EXPECT_EQ(zipf_sum(0, 1.1), 0);
}

}  // namespace
}  // namespace freshet::workloads
