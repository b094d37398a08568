// What only pictures need: too much for summary.json, and computed again from the facts whenever one is
// drawn.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/results/figures.h"

namespace freshet::results {

// Staleness of (stream, pass), one tier or all, one phase or all measured ones, as a curve: the percentiles
// p = 1 - 2^(-k/kSpectrumSteps) for k = 0, 1, …, as far as ten events lie beyond them (E8), then the maximum.
inline constexpr int kSpectrumSteps = 4;
struct Spectrum {
  int stream = 0, pass = 0, tier = -1, phase = -1;
  std::uint64_t events = 0;  // planned ones
  std::vector<Quantile> points;
  Quantile maximum;
};

// What the plan gave a partition, as far as the run got, and the highest freshness lag of each live group
// there.
struct PartitionRow {
  int stream = 0, partition = 0;
  std::uint64_t planned = 0, bytes = 0;  // events and the bytes of their values
  std::vector<Nanos> lag;                // by group; 0: none, or the group does not read the stream
};

// Planned events of a second of τ that never became visible at a live group: the greatest age of theirs at
// the run's end, which is a lower bound of their staleness (E5).
struct UnseenSecond {
  std::int64_t second = 0;
  int stream = 0, pass = 0;
  std::uint64_t events = 0;
  Nanos oldest = 0;
};

struct Settling;
struct PlannedLanes;
std::vector<Spectrum> spectra(const Settling& s);
std::vector<PartitionRow> partition_rows(const Settling& s, const PlannedLanes& lanes);
std::vector<UnseenSecond> unseen_seconds(const Settling& s);  // in order of stream, pass and second

}  // namespace freshet::results
