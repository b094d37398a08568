#include "harness/results/quantile.h"

#include <algorithm>
#include <cmath>

#include "harness/results/samples.h"

namespace freshet::results {
namespace {

using measure::Histogram;

struct Known {
  Quantile::Kind kind = Quantile::Kind::exact;
  Nanos value = 0;
};

Known at_rank(const Ranked& ranked, std::uint64_t rank) {
  if (rank > ranked.visible())
    return {Quantile::Kind::at_least, ranked.lower_bound_at_rank(rank) * base::kMicrosecond};
  const std::int64_t us = ranked.value_at_rank(rank);
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

Ranked::Ranked(const Histogram* visible, const Histogram* ages) {
  if (visible) {
    visible_ = visible->total();
    negative_ = visible->negative();
    visible_buckets_ = buckets_of(*visible);
  }
  total_ = visible_;
  if (!ages || ages->total() == 0) return;
  total_ += ages->total();
  Histogram both;
  if (visible) both.merge(*visible);
  both.merge(*ages);
  both_negative_ = both.negative();
  both_buckets_ = buckets_of(both);
}

std::vector<Ranked::Bucket> Ranked::buckets_of(const Histogram& histogram) {
  std::vector<Bucket> buckets;
  std::uint64_t upto = histogram.negative();
  histogram.visit([&](std::uint32_t index, std::int64_t lowest, std::uint64_t count) {
    buckets.push_back({upto += count, index, lowest});
  });
  return buckets;
}

// Null: above the range.
const Ranked::Bucket* Ranked::at(const std::vector<Bucket>& buckets, std::uint64_t rank) {
  const auto found = std::ranges::lower_bound(buckets, rank, {}, &Bucket::upto);
  return found == buckets.end() ? nullptr : &*found;
}

std::int64_t Ranked::value_at_rank(std::uint64_t rank) const {
  if (rank <= negative_) return -1;
  const Bucket* const bucket = at(visible_buckets_, rank);
  return bucket ? highest_us(bucket->index) : Histogram::kHighest + 1;
}

std::int64_t Ranked::lower_bound_at_rank(std::uint64_t rank) const {
  if (rank <= both_negative_) return 0;
  const Bucket* const bucket = at(both_buckets_, rank);
  return bucket ? bucket->lowest : Histogram::kHighest;
}

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
  result.n = ranked.total();
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
