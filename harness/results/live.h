// How a run stands while it goes on: what its roles have recorded so far, added up as the writer takes it.
// For those who watch; the figures of a run are computed anew from its folder (settle.h). Plain values.
// Counts only grow.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/time.h"
#include "harness/measure/recorder.h"
#include "harness/plan/plan.h"
#include "harness/results/tables.h"

namespace freshet::results {

// Samples of a duration by edges that all series share (Live::edges), to the resolution of the histogram that
// they come from (H1): a sample of up to 0.1 % above an edge may be counted at it.
struct Buckets {
  std::vector<std::uint64_t> up_to;  // by edge: samples of at most it
  std::uint64_t samples = 0;         // all, those beyond the last edge included
  double sum = 0;                    // s; without samples below 0 and above 24 h
};

using LiveCounts = std::array<std::uint64_t, static_cast<std::size_t>(measure::Count::kCount)>;

// The producing side of a stream.
struct LiveStream {
  std::uint64_t offered = 0;  // planned events that are due
  LiveCounts counts{};
  std::uint64_t count(measure::Count what) const { return counts[static_cast<std::size_t>(what)]; }
  Buckets own_delay, response_latency;
};

// A stream at a live group or at a replay.
struct LivePass {
  std::size_t stream = 0, pass = 0;
  LiveCounts counts{};
  std::uint64_t count(measure::Count what) const { return counts[static_cast<std::size_t>(what)]; }
  // Of a live group: the maximum over the partitions in the last second that was told (L1, L2); where a
  // partition has been told nothing of for some time and acknowledged events wait there, at most the time
  // since then.
  Nanos freshness_lag = 0, consumer_lag = 0;
  std::int64_t offset_lag = -1;     // L3, over all partitions; -1: not known
  std::vector<Nanos> freshness_in;  // by phase: the highest freshness lag told so far
};

// Staleness of a stream at a live group, one tier.
struct LiveStaleness {
  std::size_t stream = 0, pass = 0, tier = 0;
  Buckets buckets;               // exact at the edges that are bounds of the (stream, pass)
  std::vector<CohortCounts> in;  // by phase of τ, exact (E7)
  std::uint64_t over_bound() const;
};

struct Live {
  std::string stage = "preparing";  // then "joining", "probing", "running", "draining", "closing", "over"
  Nanos elapsed = 0;                // since τ = 0
  int phase = -1;                   // index into Plan::phases; -1: before the first or after the last
  std::vector<Nanos> edges;         // ascending
  std::vector<LiveStream> streams;  // by stream
  std::vector<LivePass> passes;     // by pass, then as its streams are written
  std::vector<LiveStaleness> staleness;
};

// Adds up. One thread.
class Tally {
 public:
  explicit Tally(const plan::Plan& plan);

  void add(const measure::Interval& interval);
  // Planned events of the stream that have become due since the last call.
  void offer(std::size_t stream, std::uint64_t events) { live_.streams[stream].offered += events; }
  // What stands now; lags are those of the wall second `told`.
  Live now(std::int64_t told) const;

 private:
  struct Told {  // of a (stream, pass), by wall second
    std::int64_t second = 0;
    Nanos freshness = 0, consumer = 0;
  };
  struct OfPass {
    std::vector<Told> told;                      // of the last few seconds
    std::vector<measure::OffsetSecond> offsets;  // by partition, the latest
    bool read_committed = false;
    std::vector<Nanos> bounds;  // that are counted exactly
    std::size_t staleness = 0;  // the first of its tiers in Live::staleness
  };

  void add(const measure::Cohort& cohort);
  void add(const measure::LagSecond& row);
  void add(Buckets& buckets, const measure::Histogram& histogram) const;
  std::size_t place(std::size_t stream, std::size_t pass) const { return places_[pass][stream]; }
  void make_exact(LiveStaleness& staleness) const;

  const plan::Plan& plan_;
  Live live_;
  std::vector<OfPass> of_;                        // as Live::passes
  std::vector<std::vector<std::size_t>> places_;  // by pass, then stream: place in Live::passes
};

}  // namespace freshet::results
