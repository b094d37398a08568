// Lanes: every event before it happens (E1, E2).
//
// A stream's keys are enumerated once, each with its weight and its lane = murmur2(key bytes) mod L, which is
// where Kafka's default partitioner puts the key when L is a multiple of the partition count. A lane is a
// pure generator with a random stream of its own: event n of it depends on (seed, stream, lane, n) and the
// plan alone.
//
// StreamLanes is immutable after construction and may be read by any thread. Cursors belong to one thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/plan/plan.h"

namespace freshet::plan {

// A planned event. Its identity is (stream, lane, n); partition = lane mod partitions.
struct Event {
  std::uint64_t n = 0;
  Nanos tau = 0;
  std::uint32_t key = 0;   // index into the stream's key table
  std::uint32_t size = 0;  // bytes of the record's value, envelope included
  std::uint16_t lane = 0;
  std::uint8_t tier = 0;  // 0 enterprise, 1 rest: index into Population::tiers
};

class LaneTable;
struct LaneSegment;

class StreamLanes {
 public:
  // Builds the key table, the lanes' weights and their alias tables. 12 B a key.
  StreamLanes(const Plan& plan, std::size_t stream);
  // The events written before the run, τ in [-prefill, 0) (E4): lanes of their own, numbered behind those of
  // the run, with the same keys in the same partitions. Lane l of these is lane lanes() + l of the stream:
  // the number that its events' envelopes carry.
  static StreamLanes of_prefill(const Plan& plan, std::size_t stream);
  ~StreamLanes();
  StreamLanes(StreamLanes&&) noexcept;

  int lanes() const;
  int partitions() const;
  int partition_of(int lane) const { return lane % partitions(); }
  std::uint32_t keys() const;
  std::uint8_t tier_of(std::uint32_t key) const;
  int lane_of(std::uint32_t key) const;
  // Writes the key's bytes into `out` (room for kMaximumKey), returns how many. No allocation.
  static constexpr std::size_t kMaximumKey = 48;
  std::size_t write_key(std::uint32_t key, char* out) const;

  // Expected number of events altogether, of a lane, of a tier, of a key in [begin, end) (for check, E8, T4).
  double expected(Nanos begin, Nanos end) const;
  double expected_lane(int lane, Nanos begin, Nanos end) const;
  double expected_tier(std::uint8_t tier, Nanos begin, Nanos end) const;
  double expected_key(std::uint32_t key, Nanos begin, Nanos end) const;
  std::uint32_t hottest_key(Nanos begin, Nanos end) const;
  // The part of the events of the stream's segment that falls into the lane; only those of one tier unless
  // `tier` is -1.
  double lane_share(int lane, int tier, std::size_t segment) const;
  // The first `count` of the accounts that incidents make hot: a seeded draw from the enterprise tier, the
  // same for every stream of the population.
  std::vector<std::uint32_t> hot_accounts(std::uint32_t count) const;
  // An account, by the part that it has of the stream's events at τ: base mix and, in an incident, the hot
  // ones (E9). Depends on the three random words alone.
  std::uint32_t draw_account(Nanos tau, const std::array<std::uint64_t, 3>& random) const;
  // Bytes of value of an event, on average.
  double mean_size() const;
  // Bytes that key table and alias tables take.
  std::size_t memory() const;

  // Exact number of planned events of a lane, of all. The first call of either runs every lane's times once
  // (some 20 ns an event) and may be made by any thread.
  std::uint64_t count(int lane) const;
  std::uint64_t count() const;

 private:
  friend class TimeCursor;
  friend class LaneCursor;
  explicit StreamLanes(std::unique_ptr<const LaneTable> table);
  std::unique_ptr<const LaneTable> table_;
};

// Intended times of one lane only: what a ledger asks for (the τ of source n + 1).
class TimeCursor {
 public:
  TimeCursor(const StreamLanes& lanes, int lane);
  std::uint64_t n() const { return n_; }
  // τ of event n(); base::kNever once the lane has ended.
  Nanos tau() const { return tau_; }
  void advance();
  // Moves to event n, forward or back. Cost: one advance() per event passed (from 0 when going back).
  void seek(std::uint64_t n);

 private:
  friend class LaneCursor;
  void restart();
  void settle();

  const LaneTable* table_;
  const LaneSegment* segment_ = nullptr;  // of the lane, where τ lies
  const LaneSegment* last_ = nullptr;     // one behind the lane's last
  std::uint64_t seed_;
  std::uint64_t n_ = 0;
  Nanos tau_ = 0;
  int lane_;
  double passed_ = 0;  // expected events of the lane from the segment's begin to τ
};

// Whole events of one lane, in order.
class LaneCursor {
 public:
  LaneCursor(const StreamLanes& lanes, int lane) : times_(lanes, lane) {}
  bool done() const { return times_.tau() == base::kNever; }
  Nanos tau() const { return times_.tau(); }  // kNever when done
  Event event() const;                        // REQUIRES: !done()
  void advance() { times_.advance(); }
  void seek(std::uint64_t n) { times_.seek(n); }
  // Asks the memory for what event() will look up. REQUIRES: !done().
  void prefetch() const;

 private:
  TimeCursor times_;
};

// All events of some lanes of a stream in order of τ (ties by lane): what a sender draws from.
class MergeCursor {
 public:
  // Lanes l with l mod senders == sender.
  MergeCursor(const StreamLanes& lanes, int sender, int senders);
  bool done() const;
  Nanos tau() const;    // kNever when done
  Event event() const;  // REQUIRES: !done()
  void advance();

 private:
  // A lane's next event in the tournament.
  struct Entrant {
    Nanos tau = base::kNever;
    std::uint64_t index = 0;  // into lanes_
  };
  struct Lane {
    Event current;
    LaneCursor next;  // one event ahead
  };
  static bool before(const Entrant& a, const Entrant& b);
  void replay(Entrant entrant);
  static void draw(Lane& lane);

  std::vector<Lane> lanes_;
  // Loser tree: [0] is the winner, [k] for k > 0 the loser of the match at node k.
  std::vector<Entrant> matches_;
};

// Running hash of a lane's events: proof after the run of what was handed over (E3). Order matters.
std::uint64_t hash_event(std::uint64_t running, const Event& event);

}  // namespace freshet::plan
