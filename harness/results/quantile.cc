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

struct Known {
  Quantile::Kind kind = Quantile::Kind::exact;
  Nanos value = 0;
};

Known at_rank(const Ranked& ranked, std::uint64_t rank) {
  if (rank > total(ranked.visible))
    return {Quantile::Kind::at_least, lower_bound_at(ranked, rank) * base::kMicrosecond};
  const std::int64_t us = ranked.visible->value_at_rank(rank);
  return {us > Histogram::kHighest ? Quantile::Kind::at_least : Quantile::Kind::exact,
          us * base::kMicrosecond};
}

void set_floor(const Ranked& ranked, Quantile& result) {
  const RankRange range = floor_ranks(result.p, result.n);
  if (range.low < 1 || range.high > result.n) return;
  const Known high = at_rank(ranked, range.high);
  result.floor = high.kind;
  result.floor_low = at_rank(ranked, range.low).value;
  result.floor_high = high.value;
}

}  // namespace

RankRange floor_ranks(double p, std::uint64_t n) {
  constexpr double kZ = 1.959963984540054;  // the normal quantile of 0.975
  const double expected = p * static_cast<double>(n);
  const double reach = kZ * std::sqrt(expected * (1 - p));
  const double low = std::max(0.0, std::floor(expected - reach));
  return {static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(std::ceil(expected + reach)) + 1};
}

std::uint64_t rank_of(double p, std::uint64_t n) {
  const double exact = p * static_cast<double>(n);
  const double nearest = std::round(exact);
  // 0.999 * 1000 is 999.0000000000001 or so in binary: the rank is 999.
  const double rank = std::abs(exact - nearest) <= 1e-9 * std::max(1.0, nearest) ? nearest : std::ceil(exact);
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rank), 1, n);
}

Quantile quantile(double p, const Ranked& ranked) {
  Quantile result{.p = p};
  result.n = total(ranked.visible) + total(ranked.ages);
  const bool maximum = p >= 1;
  if (result.n == 0 || (!maximum && static_cast<double>(result.n) * (1 - p) < 10 - 1e-6)) return result;
  const Known known = at_rank(ranked, rank_of(p, result.n));
  result.kind = known.kind;
  result.value = known.value;
  if (!maximum) set_floor(ranked, result);
  return result;
}

std::vector<Quantile> quantiles(const Ranked& ranked) {
  std::vector<Quantile> all;
  for (const double p : {0.5, 0.9, 0.99, 0.999, 1.0}) all.push_back(quantile(p, ranked));
  return all;
}

}  // namespace freshet::results
