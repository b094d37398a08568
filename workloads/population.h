// Who the events are about: accounts in two tiers, the enterprise tier with an exact share of the traffic,
// the rest with a Zipf tail.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace freshet::workloads {

struct Tier {
  std::string name;  // "enterprise", "rest"
  std::uint32_t accounts = 0;
  double share = 0;  // of the traffic, exact; the tiers' shares sum to 1
  double skew = 0;   // Zipf exponent within the tier; 0 = equal weights
};

struct Population {
  std::string name;
  std::vector<Tier> tiers;  // [0] enterprise (may be empty of accounts), [1] rest
  std::uint32_t accounts() const;
};

// The weight of each account (its part of the traffic), in order: tier 0 first; within a tier rank k has
// weight ∝ k^-skew. The weights sum to 1 to 1e-12. Computed when asked for, so that ten million cost no
// memory. REQUIRES of the population: shares sum to 1, a tier without accounts has share 0.
class AccountWeights {
 public:
  explicit AccountWeights(const Population& population);
  double of(std::uint32_t account) const;
  // Index of the account's tier.
  std::uint8_t tier_of(std::uint32_t account) const;

 private:
  struct Stretch {
    std::uint32_t first = 0;  // account
    double skew = 0;
    double scale = 0;  // share / Σ k^-skew
  };
  std::vector<Stretch> tiers_;
};

// Σ k^-skew for k = 1 … n, without libm and summed with compensation (E2).
double zipf_sum(std::uint32_t n, double skew);

}  // namespace freshet::workloads
