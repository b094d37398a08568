// Percentiles over planned events by nearest rank (E7, E8).
#pragma once

#include <cstdint>
#include <vector>

#include "harness/measure/histogram.h"
#include "harness/results/figures.h"

namespace freshet::results {

// What a percentile ranks over: `visible` samples, and above them the events that never became visible, of
// which only the age at the run's end is known. Either may be null.
// Looks at the histograms once, whatever is asked of it afterwards. 3 digits (H1).
class Ranked {
 public:
  Ranked(const measure::Histogram* visible, const measure::Histogram* ages);
  std::uint64_t visible() const { return visible_; }  // how many
  std::uint64_t total() const { return total_; }

  // us, as Histogram::value_at_rank() gives it. REQUIRES: 1 <= rank <= visible().
  std::int64_t value_at_rank(std::uint64_t rank) const;
  // Lowest value of the bucket in which the rank-th smallest of both lies, us: rounding must not turn a lower
  // bound into more than is known. REQUIRES: 1 <= rank <= total().
  std::int64_t lower_bound_at_rank(std::uint64_t rank) const;

 private:
  struct Bucket {
    std::uint64_t upto = 0;  // samples in it and before it, negative ones too
    std::uint32_t index = 0;
    std::int64_t lowest = 0;
  };
  static std::vector<Bucket> buckets_of(const measure::Histogram& histogram);
  static const Bucket* at(const std::vector<Bucket>& buckets, std::uint64_t rank);

  std::uint64_t visible_ = 0, negative_ = 0, both_negative_ = 0, total_ = 0;
  std::vector<Bucket> visible_buckets_, both_buckets_;
};

// Rank of p in n events, ⌈p·n⌉, from 1; not misled by p·n being a hair above a whole number. REQUIRES: n > 0.
std::uint64_t rank_of(double p, std::uint64_t n);

// Ranks low < high of a sample of n independent events between which the true percentile p lies with at least
// 95 %: p·n ∓ 1.96·√(p·n·(1 − p)), rounded outwards (the large-sample form of the binomial interval of order
// statistics: Conover, Practical Nonparametric Statistics, 3rd ed., 3.2). low = 0 or high > n: no such rank.
struct RankRange {
  std::uint64_t low = 0, high = 0;
};
RankRange floor_ranks(double p, std::uint64_t n);

// p = 1 is the maximum. Not available when fewer than ten events lie beyond p (E8), or there is none. Where
// the rank falls on an event that never became visible, at_least: the events ranked by what is known of their
// D, an age being a lower bound of it; that value is never above the true one.
Quantile quantile(double p, const Ranked& ranked);

// p50 p90 p99 p99.9 max.
std::vector<Quantile> quantiles(const Ranked& ranked);

}  // namespace freshet::results
