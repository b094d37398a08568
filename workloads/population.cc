#include "workloads/population.h"

#include "harness/base/random.h"
#include "harness/base/sum.h"

namespace freshet::workloads {
namespace {

double zipf_weight(std::uint32_t rank, double skew) {
  return base::portable_pow(static_cast<double>(rank), -skew);
}

}  // namespace

std::uint32_t Population::accounts() const {
  std::uint32_t total = 0;
  for (const Tier& tier : tiers) total += tier.accounts;
  return total;
}

double zipf_sum(std::uint32_t n, double skew) {
  if (skew == 0) return n;
  base::CompensatedSum sum;
  for (std::uint32_t rank = n; rank >= 1; --rank) sum.add(zipf_weight(rank, skew));
  return sum.value();
}

AccountWeights::AccountWeights(const Population& population) {
  std::uint32_t first = 0;
  for (const Tier& tier : population.tiers) {
    const double scale = tier.accounts > 0 ? tier.share / zipf_sum(tier.accounts, tier.skew) : 0.0;
    tiers_.push_back({first, tier.skew, scale});
    first += tier.accounts;
  }
}

std::uint8_t AccountWeights::tier_of(std::uint32_t account) const {
  std::size_t tier = tiers_.size() - 1;
  while (tier > 0 && account < tiers_[tier].first) --tier;
  return static_cast<std::uint8_t>(tier);
}

double AccountWeights::of(std::uint32_t account) const {
  const Stretch& tier = tiers_[tier_of(account)];
  return tier.scale * zipf_weight(account - tier.first + 1, tier.skew);
}

}  // namespace freshet::workloads
