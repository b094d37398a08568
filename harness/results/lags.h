// Freshness lag, consumer lag, offset lag (L1-L3) and what disturbances did to them (D1).
#pragma once

#include <cstdint>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/results/facts.h"
#include "harness/results/figures.h"
#include "harness/results/outcomes.h"

namespace freshet::results {

// Adds rows for the seconds in which no member had a partition and planned events of it waited (L1): until
// the end when nobody took it again, or between two members. A group that never started gets all its lag
// here.
void fill_lags(const plan::Plan& plan, const std::vector<StreamOutcomes>& outcomes, Facts& facts);

// Calls f(row) for each second of each partition of (stream, pass), by partition, then second.
template <class F>
void each_lag(const Facts& facts, std::size_t stream, std::size_t pass, F&& f) {
  for (std::size_t partition = 0; partition < facts.lags.parts(stream); ++partition) {
    for (const auto& [second, lag] : facts.lags.of(stream, pass, partition)) f(lag);
  }
}
// Anything was told of the lag of (stream, pass).
bool lag_known(const Facts& facts, std::size_t stream, std::size_t pass);

// Maxima over the wall seconds of a phase (-1: of all measured ones). Offset lag is the sum over partitions
// of a second in which all of them answered.
LagRow lag_row(const plan::Plan& plan, const Facts& facts, std::uint16_t stream, std::uint16_t pass,
               int phase);

// Sum over partitions of end - position (last stable offset for read-committed groups, L3) in a second; -1:
// not known for each of them.
std::int64_t offset_lag(const plan::Plan& plan, const Facts& facts, std::uint16_t stream, std::uint16_t pass,
                        std::int64_t second);

// The last instant up to which the run was as planned: its planned end, or where it was cut off.
Nanos planned_until(const plan::Plan& plan, const Facts& facts);

// D1: what the lag of (stream, pass) did in [begin, until), of which the disturbance takes [begin, ends).
struct Freshening {
  bool reached = false;
  Nanos time_to_fresh = 0;  // from `ends`; when not reached: longer than this
  Nanos peak = 0;
  double debt = 0;  // of the worst partition, s²
};
Freshening freshening(const plan::Plan& plan, const Facts& facts, std::uint16_t stream, std::uint16_t pass,
                      Nanos begin, Nanos ends, Nanos until);

// Time to fresh after the phase (D1). Peak and debt are from its begin to the next disturbance or the end.
DisturbanceRow disturbance(const plan::Plan& plan, const Facts& facts, std::uint16_t stream,
                           std::uint16_t pass, std::size_t phase);

}  // namespace freshet::results
