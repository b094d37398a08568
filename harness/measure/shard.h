// Shards of the consuming side (P2): what one assignment of a partition to a member sees. Opened at Assigned,
// owned by that member's thread, sealed at Revoked, Lost or the end, merged later.
//
// All times are ns since the run's start. The event's path allocates nothing and takes no lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "harness/measure/ack_log.h"
#include "harness/measure/recorder.h"
#include "harness/measure/view.h"

namespace freshet::measure {

// The plan's answer to "when is source n + 1 of this lane due?" (E4). One cursor a lane; belongs to one
// shard.
class SourceTimes {
 public:
  virtual ~SourceTimes() = default;
  virtual Nanos tau() const = 0;  // of the event it stands at; base::kNever after the last
  virtual void advance() = 0;
};

// Which events of a lane a pass has seen, by whichever of its shards: of an event that lies twice in the log
// the first one that is applied counts, though another member sees the second (P2). Any thread.
class FirstSight {
 public:
  explicit FirstSight(std::uint64_t planned) : words_((planned + 63) / 64) {}
  bool seen(std::uint64_t n) const { return (words_[n / 64].load(std::memory_order_acquire) & bit(n)) != 0; }
  // True for the one that sees it first.
  bool take(std::uint64_t n) {
    return (words_[n / 64].fetch_or(bit(n), std::memory_order_acq_rel) & bit(n)) == 0;
  }

 private:
  static std::uint64_t bit(std::uint64_t n) { return std::uint64_t{1} << (n % 64); }
  std::vector<std::atomic<std::uint64_t>> words_;
};

struct LaneSource {
  std::uint16_t lane = 0;
  std::uint64_t planned = 0;
  std::unique_ptr<SourceTimes> times;  // stands at n = 0; a replay, which has no lag, may go without
  FirstSight* pass = nullptr;          // not owned; null: no other shard of the pass ever has the lane
};

// What a pass has applied of a partition, over all its shards: offsets below are redelivered when seen again
// (K2). Shards that are open, and two may be for a while (P2), take each offset from it once between them.
// Read when the next one opens and by the observer.
struct Progress {
  // Highest offset passed + 1; -1: nothing yet. Goes back only where the log was cut (P4), and `taken` with
  // it.
  std::atomic<std::int64_t> applied{-1};
  std::atomic<std::int64_t> taken{-1};  // the same of events, raised by the one shard that applies it
  // Greater of the client's position and the last End (E6); -1: none yet.
  std::atomic<std::int64_t> position{-1};
  // Until when shards have told the lag of the partition, so that the next one tells it from there and the
  // time without an owner is not left out (L1); kNever: no shard yet.
  std::atomic<Nanos> lag_until{base::kNever};
};

// A record as the member took it from the client, envelope already read.
struct Received {
  std::int64_t offset = 0;
  std::uint64_t n = 0;
  Nanos tau = 0, sent = 0, received = 0;
  std::uint32_t key = 0;
  std::uint32_t bytes = 0;  // of the value
  std::uint16_t lane = 0;
  std::uint16_t attempt = 0;
  std::uint8_t tier = 0;
  std::uint8_t flags = 0;
};

// Which planned events a pass has seen, per lane (K1). Contiguous mark and bitmap in one: bit n of lane.
struct SeenLane {
  std::uint16_t lane = 0;
  std::uint64_t planned = 0;
  std::vector<std::uint64_t> bits;
};
struct Sealed {
  std::uint16_t stream = 0, pass = 0;
  std::int32_t partition = 0;
  std::int64_t first_offset = -1;  // start offset of the assignment
  std::int64_t position = -1;      // where it ended (E6)
  bool clean = true;               // false: ended by Lost
  std::vector<SeenLane> lanes;
};

struct ShardSpec {
  std::uint16_t stream = 0, pass = 0;
  std::int32_t partition = 0;
  std::int64_t start_offset = 0;
  Nanos bound = 0;                // the freshness bound of (class, group)
  std::vector<Nanos> thresholds;  // [0] = bound; at most kMaximumThresholds
  std::vector<LaneSource> lanes;  // those with lane mod partitions == partition
  bool compacted = false;         // of the log only the last event of each key is sure to stay
  // Events with τ beyond it are not sent any more: nothing waits for them. Null: all are.
  const std::atomic<Nanos>* sending_until = nullptr;
};

class LiveShard {
 public:
  // Pointers are not owned. `acks` may be null (another host's producer); then what was passed unseen is
  // known once a later event of its lane is seen. `now` = when it was assigned. What earlier shards of the
  // partition settled counts as settled; the lag since they ended, or since the start, is told at once.
  LiveShard(ShardSpec spec, const AckLog* acks, View* view, Progress* progress, Recorder* recorder,
            Nanos now);
  ~LiveShard();

  // The event became visible at `visible`: view, ledger, staleness, lag. REQUIRES: roll(second of visible)
  // done.
  void apply(const Received& record, Nanos visible);
  // The group's position went to `offset` (a record's offset + 1, or End): events below it were passed (E6).
  void passed(std::int64_t offset, Nanos now);
  // The log was cut at `offset`, below the position (P4): what comes from there on has never been there
  // before.
  void truncated(std::int64_t offset);
  // Closes the lag of every wall second that ended by `now`. To be called at least once a second, and before
  // anything that happens in a new second.
  void roll(Nanos now);
  // Settles heads of which a report has told that they failed, or that they lay below the position (L1). What
  // is settled by a report, not by the shard's own doing, is settled when it is looked for: here, in a roll,
  // or when a later event of its lane is applied or a gap is passed. REQUIRES: roll(second of now) done.
  void look(Nanos now);
  // What it has seen. The shard is done after it.
  Sealed seal(Nanos now, bool clean);

  // For progress: freshness lag at `now`.
  Nanos freshness_lag(Nanos now) const;
  // Every planned event of its lanes is settled (T5), as of the last call that changed anything.
  bool settled() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A replay, backlog or bootstrap pass: no staleness (P1). Counts and what it saw.
class ReplayShard {
 public:
  ReplayShard(ShardSpec spec, Progress* progress, Recorder* recorder);
  ~ReplayShard();
  void apply(const Received& record, Nanos visible);
  void passed(std::int64_t offset, Nanos now);
  void truncated(std::int64_t offset);
  Sealed seal(Nanos now, bool clean);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet::measure
