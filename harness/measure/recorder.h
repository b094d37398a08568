// Where one role writes down what it sees, second by second, and from where the writer takes it.
//
// One owner records; once in a while (each second) the owner cuts: what was recorded since the last cut
// becomes an Interval, which the writer takes from another thread and gives back emptied. If the writer has
// not given one back yet, the owner goes on with the same one: intervals are deltas, so nothing is lost (H2).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "harness/measure/histogram.h"
#include "harness/measure/series.h"
#include "harness/measure/trace.h"

namespace freshet::measure {

// Bounds that are counted exactly for one (stream, pass): the class's or group's bound first, then those of
// SLOs.
inline constexpr std::size_t kMaximumThresholds = 8;

// One series in one second of τ.
struct Cohort {
  Series series;
  std::int64_t second = 0;
  Histogram histogram;
  // Staleness only, exact, in ns (E7): events with D > threshold i; and those whose D minus the harness's own
  // send delay is over it as well (V1). `samples` counts what was recorded.
  std::uint64_t samples = 0;
  std::array<std::uint64_t, kMaximumThresholds> over{};
  std::array<std::uint64_t, kMaximumThresholds> over_without_own{};
};

// The freshness lag of one (stream, pass, partition) in one wall second since the start (L1, L2, D1), all ns.
// A second without any lag has no row. Two shards may each tell a part of a second: of their rows the
// greatest lag holds, debts add up.
struct LagSecond {
  std::uint16_t stream = 0, pass = 0;
  std::int32_t partition = 0;
  std::int64_t second = 0;
  Nanos freshness = 0;  // maximum in the second
  Nanos consumer = 0;   // the same over acknowledged events only
  // First and last instant (since the start) at which the freshness lag was over the bound; -1: never.
  Nanos first_over = -1;
  Nanos last_over = -1;
  double debt = 0;  // ∫ (lag - bound)+ dt over the second, s²
};

// A time in which the freshness lag of one partition was over the bound (R3): [from, until), since the start.
// A second's spans are told when it ends.
struct OverBound {
  std::uint16_t stream = 0, pass = 0;
  std::int32_t partition = 0;
  Nanos from = 0, until = 0;
};

// Progress of one (stream, pass, partition) or of a replay in one wall second.
enum class Count : std::uint8_t {
  sent,
  send_refused,
  acked,
  not_persisted,
  possibly_persisted,
  bytes_sent,
  queue_full,  // producing side
  received,
  visible,
  bytes_received,  // a pass
  redelivered,
  log_duplicate,
  reprocessed,
  out_of_order,
  corrupt,
  foreign,
  phantom,  // ledger (K1, K2)
  expired,
  kCount
};
struct CountSecond {
  std::uint16_t stream = 0, pass = kNoPass;
  std::int64_t second = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(Count::kCount)> counts{};
};

// Offsets as the observer saw them (L3); -1: unknown.
struct OffsetSecond {
  std::uint16_t stream = 0, pass = 0;
  std::int32_t partition = 0;
  std::int64_t second = 0;
  std::int64_t position = -1, high_watermark = -1, last_stable = -1;
};

// A member's own share of a second (V3).
struct ReceiverSecond {
  std::uint16_t pass = 0, member = 0;
  std::int64_t second = 0;
  double busy = 0;            // thread CPU time / wall time
  bool data_queued = false;   // records were waiting all through the second
  std::int32_t waiting = -1;  // the most records that were received and not yet visible (T3); -1: unknown
};

// E5, of a compacted topic: an event that became visible though events of its lane before it were not seen.
// For those of its own key it stands: they became visible with it.
struct Carrier {
  std::uint16_t stream = 0, pass = 0, lane = 0;
  std::uint64_t n = 0;
  Nanos staleness = 0, without_own = 0;  // D, and D less the harness's own send delay (V1)
  Nanos send = 0, log = 0;               // parts of D (T1); the rest of it is apply
};

inline constexpr std::size_t kWorst = 100;

// One of the worst events of a (stream, pass), with all its stamps (ns since start).
struct WorstEvent {
  std::uint16_t stream = 0, pass = 0, lane = 0;
  std::uint8_t tier = 0;
  std::uint32_t key = 0;
  std::uint64_t n = 0;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  Nanos tau = 0, sent = 0, received = 0, visible = 0;
};

// Sums of the parts of D (T1) by second of τ and size of D: bucket b holds D in [2^(b/4), 2^((b+1)/4)) us, so
// that the tail can be explained whatever p99 turns out to be.
inline constexpr std::size_t kPartBuckets = 160;
struct Parts {
  std::uint16_t stream = 0, pass = 0;
  std::int64_t second = 0;
  struct Sum {
    std::uint64_t events = 0;
    double send = 0, log = 0, apply = 0;  // ns
  };
  std::array<Sum, kPartBuckets> buckets{};
};
// Where an event of that D belongs, below kPartBuckets.
std::size_t part_bucket(Nanos staleness);

struct Interval {
  std::vector<Cohort> cohorts;
  std::vector<LagSecond> lags;
  std::vector<OverBound> over;
  std::vector<CountSecond> counts;
  std::vector<OffsetSecond> offsets;
  std::vector<ReceiverSecond> receivers;
  std::vector<WorstEvent> worst;  // at most kWorst of each (stream, pass), in no order
  std::vector<Parts> parts;
  std::vector<Carrier> carriers;
  std::vector<TraceRecord> trace;
  bool empty() const;
  // Keeps the memory, emptied histograms and their pages included, for the next use.
  void clear();

  // An emptied histogram to be used again, or a new one. Its pages come from `pages`.
  Histogram reused_histogram();
  std::vector<Histogram> spare;
  std::unique_ptr<PagePool> pages;  // null: histograms have pages of their own
};

class Recorder {
 public:
  Recorder();
  ~Recorder();

  // --- the owner's side ---
  // Room is made at set-up, grows to what a second of the run needs and is used again: in the steady state
  // nothing allocates.
  // The cohort of (series, second of tau), valid until the next call of cohort(), record() or cut().
  Cohort& cohort(const Series& series, std::int64_t second);
  void record(const Series& series, Nanos tau, Nanos value) {
    Cohort& c = cohort(series, base::second_of(tau));
    c.histogram.record(value);
    ++c.samples;
  }
  void count(std::uint16_t stream, std::uint16_t pass, Nanos at, Count what, std::uint64_t by = 1);
  void lag(const LagSecond& row);
  void over(const OverBound& row);
  void offsets(const OffsetSecond& row);
  void receiver(const ReceiverSecond& row);
  void carrier(const Carrier& row);
  // Keeps the kWorst of each (stream, pass) since the last cut. A shard offers only events among its own
  // worst.
  void worst(const WorstEvent& event);
  Parts& parts(std::uint16_t stream, std::uint16_t pass, std::int64_t second);
  // The trace of the events up to that threshold; 0, as at first: of none. Before anything is recorded.
  void trace_up_to(std::uint64_t threshold) { trace_threshold_ = threshold; }
  bool traces() const { return trace_threshold_ > 0; }
  void trace(const TraceRecord& record);
  // Hands what was recorded to the writer, if the writer has given the other interval back.
  void cut();

  // --- the writer's side (another thread) ---
  Interval* take();                 // nullptr when nothing was cut since
  void give_back(Interval* taken);  // cleared here

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::uint64_t trace_threshold_ = 0;
};

}  // namespace freshet::measure
