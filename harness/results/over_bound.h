// R3: the time in which any key of a class was over its bound at a group: the union over partitions of the
// times in which the freshness lag was over it. Exact: from the lag's own turning points, not sampled.
#pragma once

#include <utility>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/results/facts.h"
#include "harness/results/figures.h"

namespace freshet::results {

// [from, until) apart from each other, in order; since the run's start.
using Spans = std::vector<std::pair<Nanos, Nanos>>;

Spans over_bound(const Facts& facts, std::size_t stream, std::size_t pass);
// Length of what lies in [begin, end).
Nanos length_within(const Spans& spans, Nanos begin, Nanos end);

// By live group and stream: all measured phases, then each phase. Wall time within the phase.
std::vector<OverBoundRow> over_bound_rows(const plan::Plan& plan, const Facts& facts);

}  // namespace freshet::results
