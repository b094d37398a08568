// Replay, backlog and bootstrap passes (P1): where each began and ended, and which events were its to read.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/results/facts.h"
#include "harness/results/figures.h"

namespace freshet::results {

// A pass over the log, as the facts tell it. Offsets by stream of the plan, then partition; empty for streams
// that it does not read.
struct PassSpan {
  Nanos began = 0;        // of its phase
  Nanos reads_from = -1;  // when its members were first given partitions; -1: never
  Nanos ended = 0;        // caught up, gave up, or the run's end
  bool finished = false;  // caught up
  Nanos from_tau = 0;     // plan::kWholeLog: whatever τ
  std::int64_t from_offset = 0;
  std::vector<std::vector<std::int64_t>> starts;     // where it began; -1: was never given the partition
  std::vector<std::vector<std::int64_t>> positions;  // where it ended; -1: unknown
  std::vector<std::vector<std::int64_t>> ends;       // of the log when it ended; -1: unknown

  bool asks_for(Nanos tau, std::int64_t offset) const { return tau >= from_tau && offset >= from_offset; }
};

// By replay of the plan.
std::vector<PassSpan> pass_spans(const plan::Plan& plan, const Facts& facts);

// What became of an event that lies at `offset` of the log and that the pass did not see: expired, lost,
// undelivered; null when it was not its to read.
std::uint64_t Outcomes::*unseen_by(const PassSpan& span, const Facts& facts, std::uint16_t stream,
                                   std::uint16_t pass, int partition, Nanos tau, std::int64_t offset);

// The offset lay in a range that a member found removed from the log (P4).
bool is_expired(const Facts& facts, std::uint16_t stream, std::uint16_t pass, int partition,
                std::int64_t offset);

}  // namespace freshet::results
