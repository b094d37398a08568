// The histograms of all hosts' interval logs, put together by phase, and the staleness of each second. One
// pass over the logs; no second's histogram is kept.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/measure/histogram.h"
#include "harness/measure/series.h"
#include "harness/plan/plan.h"
#include "harness/results/facts.h"
#include "harness/results/samples.h"
#include "harness/results/seconds.h"

namespace freshet::results {

// Phase that a second since start lies in; -1: none.
int phase_of(const plan::Plan& plan, std::int64_t second);

class Distributions {
 public:
  // Names damaged lines in facts.damage. Seconds of τ from `seconds` on are left out of staleness (killed
  // runs, see resolve()).
  Distributions(const plan::Plan& plan, Facts& facts, std::int64_t seconds);

  // Samples of a measure. tier -1: all; phase -1: all measured ones. kNoPass for the producing side.
  measure::Histogram merged(std::uint16_t stream, std::uint16_t pass, int tier, measure::Measure measure,
                            int phase) const;

  struct Second {
    Nanos p50 = -1, p99 = -1, max = -1;
  };
  // Staleness of the events of one second of τ, all tiers; nullptr: none became visible.
  const Second* second(std::uint16_t stream, std::uint16_t pass, std::int64_t second) const;

  std::uint64_t negative_staleness() const { return negative_; }

 private:
  std::size_t place(const measure::Series& series, std::size_t phase) const;
  void keep_phase(const measure::Series& series, std::int64_t second, const Samples& samples);
  void keep_second(Seconds<Second>& seconds, std::int64_t second, Samples& samples);

  const plan::Plan& plan_;
  std::size_t tiers_ = 1;                                    // the most of any population
  std::vector<std::unique_ptr<measure::Histogram>> phases_;  // by place(); null: no samples
  BySeries<Second> seconds_;
  std::uint64_t negative_ = 0;
};

}  // namespace freshet::results
