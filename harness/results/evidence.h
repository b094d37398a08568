// What each SLO instance's verdict rests on: exact counts for percentiles (E7), the ledger, the lags.
#pragma once

#include <optional>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/plan/slo_instances.h"
#include "harness/results/distributions.h"
#include "harness/results/facts.h"
#include "harness/results/figures.h"
#include "harness/results/outcomes.h"
#include "harness/results/phase_sums.h"
#include "harness/results/view_reads.h"

namespace freshet::results {

// The data that every figure is made of.
struct Settling {
  const plan::Plan& plan;
  const Facts& facts;
  const std::vector<StreamOutcomes>& outcomes;  // by stream
  const PhaseSums& sums;
  const std::vector<PassSpan>& spans;  // by replay
  const Distributions& distributions;
  const ViewReads& reads;
};

// Where the cohorts count events over the bound of an SLO on staleness. None: it was not counted while the
// run went; then every sample has to be taken for late, for it is no ground for a pass.
std::optional<std::size_t> counted_at(const plan::Plan& plan, const plan::Slo& slo, std::size_t stream,
                                      std::size_t group);
// Sum of a count over all seconds of the run.
std::uint64_t count_of(const Facts& facts, std::size_t stream, std::size_t pass, measure::Count what);
// Events that more than one shard of the pass took for new.
std::uint64_t seen_again(const Facts& facts, std::size_t stream, std::size_t pass);
std::uint64_t redelivered(const Facts& facts, std::size_t stream, std::size_t pass);
std::uint64_t log_duplicates(const Facts& facts, std::size_t stream, std::size_t pass);

// Of an SLO on reads, critical events or the time over the bound (read_evidence.cc). Own delay and hiccups
// are filled in by slo_evidence().
void read_evidence(const Settling& s, const plan::SloInstance& instance, SloEvidence& evidence);

// One per instance of plan/slo_instances.h, in the same order.
std::vector<SloEvidence> slo_evidence(const Settling& s);

}  // namespace freshet::results
