// Percentiles over planned events by nearest rank (E7, E8).
#pragma once

#include <cstdint>
#include <vector>

#include "harness/measure/histogram.h"
#include "harness/results/figures.h"

namespace freshet::results {

// What a percentile ranks over: `visible` samples, and above them the events that never became visible, of
// which only the age at the run's end is known. Either may be null.
struct Ranked {
  const measure::Histogram* visible = nullptr;
  const measure::Histogram* ages = nullptr;
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
