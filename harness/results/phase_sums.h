// What became of the events of each phase, added up once: the figures of a phase, of all measured ones and of
// the whole run are made of these sums.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "harness/measure/histogram.h"
#include "harness/results/facts.h"
#include "harness/results/outcomes.h"

namespace freshet::results {

// A phase of the plan, -1: all that are measured, or all seconds, warm-up and rest as well.
inline constexpr int kAllPhases = -2;
// A second of τ is of the phase.
bool counts_in(const plan::Plan& plan, std::int64_t second, int phase);

class PhaseSums {
 public:
  PhaseSums(const plan::Plan& plan, const Facts& facts, const std::vector<StreamOutcomes>& outcomes);

  // tier -1: all.
  Outcomes outcomes(std::size_t stream, std::size_t pass, int tier, int phase) const;
  CohortCounts cohorts(std::size_t stream, std::size_t pass, int tier, int phase) const;
  // At the run's end, of those that did not become visible.
  measure::Histogram ages(std::size_t stream, std::size_t pass, int tier, int phase) const;

 private:
  struct Sum {
    Outcomes outcomes;
    CohortCounts cohorts;
    std::unique_ptr<measure::Histogram> ages;  // null: none
  };
  void add_up(const StreamOutcomes& outcomes, const Facts& facts, std::size_t stream, std::size_t pass,
              const std::vector<std::size_t>& phases);
  template <class F>
  void each(std::size_t stream, std::size_t pass, int tier, int phase, F&& f) const;

  std::size_t passes_;
  std::vector<char> measured_;          // by phase, then of no phase
  std::vector<std::vector<Sum>> sums_;  // by stream and pass: [tier * measured_.size() + phase]
};

}  // namespace freshet::results
