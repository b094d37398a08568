#include "harness/results/quantile.h"

#include <algorithm>
#include <cmath>

namespace freshet::results {
namespace {

using measure::Histogram;

std::uint64_t total(const Histogram* histogram) {
  return histogram ? histogram->total() : 0;
}

// Lowest value of the bucket in which the rank-th smallest of both lies, us: rounding must not turn a lower
// bound into more than is known.
std::int64_t lower_bound_at(const Ranked& ranked, std::uint64_t rank) {
  Histogram both;
  if (ranked.visible) both.merge(*ranked.visible);
  if (ranked.ages) both.merge(*ranked.ages);
  std::uint64_t passed = both.negative();
  if (rank <= passed) return 0;
  std::int64_t value = Histogram::kHighest;
  bool found = false;
  both.visit([&](std::uint32_t, std::int64_t lowest, std::uint64_t count) {
    passed += count;
    if (!found && passed >= rank) {
      value = lowest;
      found = true;
    }
  });
  return value;
}

}  // namespace

std::uint64_t rank_of(double p, std::uint64_t n) {
  const double exact = p * static_cast<double>(n);
  const double nearest = std::round(exact);
  // 0.999 * 1000 is 999.0000000000001 or so in binary: the rank is 999.
  const double rank = std::abs(exact - nearest) <= 1e-9 * std::max(1.0, nearest) ? nearest : std::ceil(exact);
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rank), 1, n);
}

Quantile quantile(double p, const Ranked& ranked) {
  const std::uint64_t visible = total(ranked.visible);
  const std::uint64_t n = visible + total(ranked.ages);
  Quantile result{.p = p, .kind = Quantile::Kind::not_available, .value = 0};
  const bool maximum = p >= 1;
  if (n == 0 || (!maximum && static_cast<double>(n) * (1 - p) < 10 - 1e-6)) return result;
  const std::uint64_t rank = rank_of(p, n);
  if (rank <= visible) {
    const std::int64_t us = ranked.visible->value_at_rank(rank);
    result.kind = us > Histogram::kHighest ? Quantile::Kind::at_least : Quantile::Kind::exact;
    result.value = us * base::kMicrosecond;
    return result;
  }
  result.kind = Quantile::Kind::at_least;
  result.value = lower_bound_at(ranked, rank) * base::kMicrosecond;
  return result;
}

std::vector<Quantile> quantiles(const Ranked& ranked) {
  std::vector<Quantile> all;
  for (const double p : {0.5, 0.9, 0.99, 0.999, 1.0}) all.push_back(quantile(p, ranked));
  return all;
}

}  // namespace freshet::results
