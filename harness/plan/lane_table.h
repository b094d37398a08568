// What a stream's lanes share and read only: keys, weights, alias tables, rates by lane. Internal to plan/.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "harness/base/random.h"
#include "harness/plan/lanes.h"

namespace freshet::plan {

// A lane's part of one of the stream's segments.
struct LaneSegment {
  Nanos begin = 0, end = 0;
  double mass = 0;                  // expected events
  double rate = 0;                  // at `begin`, events per ns
  double rate_square = 0;           // rate²
  double ns_per_event = 0;          // 1 / rate, for segments without slope
  double twice_slope = 0;           // 2 · change of rate, events per ns²
  std::uint64_t hot_threshold = 0;  // an event is hot when its random word is below: probability · 2^64
  std::uint32_t hot_keys = 0;       // how many of the lane's hot keys take part
};

// The random words of event n: kWords · n + word.
enum Word : std::uint64_t { kTimeWord, kHotWord, kKeyWord, kSizeWord, kWords };

// FNV-1a: a stream's random numbers hang on its name, so that adding a stream changes no other's events.
std::uint64_t name_hash(std::string_view name);
// Keys of one account.
std::uint32_t sub_keys_of(const Stream& stream);

class LaneTable {
 public:
  enum class Part { run, prefill };
  LaneTable(const Plan& plan, std::size_t stream, Part part = Part::run);

  int lanes() const { return static_cast<int>(seeds_.size()); }
  int partitions() const { return partitions_; }
  std::uint32_t keys() const { return keys_; }
  std::uint64_t seed(int lane) const { return seeds_[static_cast<std::size_t>(lane)]; }
  workloads::Arrival arrival() const { return arrival_; }
  const workloads::SizeTable& sizes() const { return sizes_; }
  // The lane's segments; as many as the stream has.
  const LaneSegment* segments(int lane) const {
    return lane_segments_.data() + static_cast<std::size_t>(lane) * segments_.size();
  }
  const std::vector<workloads::Segment>& stream_segments() const { return segments_; }

  // The key of an event, of the base mix or of the lane's first `hot_keys` hot keys.
  std::uint32_t draw(int lane, std::uint64_t random) const;
  void prefetch(int lane, std::uint64_t random) const { __builtin_prefetch(&column(lane, random)); }
  std::uint32_t draw_hot(int lane, std::uint32_t hot_keys, std::uint64_t random) const;

  // An account by the part that it has of the stream's events at τ.
  std::uint32_t draw_account(Nanos tau, const std::array<std::uint64_t, 3>& random) const;

  std::uint8_t tier_of(std::uint32_t key) const {
    std::uint8_t tier = 0;
    while (key >= tier_end_[tier]) ++tier;
    return tier;
  }
  std::size_t write_key(std::uint32_t key, char* out) const;
  int lane_of(std::uint32_t key) const;

  // Part of the base mix: of a key, of a lane and tier.
  double key_weight(std::uint32_t key) const { return weights_.of(key / sub_keys_) / sub_keys_; }
  double base_weight(int lane, std::size_t tier) const {
    return base_weight_[static_cast<std::size_t>(lane) * tier_end_.size() + tier];
  }
  // Part of the hot mix with `accounts` hot accounts that falls into the lane.
  double hot_weight(int lane, std::uint32_t accounts) const;
  // Position of the key's account among the hot ones; at least hot_order().size() when it is none.
  std::size_t hot_rank(std::uint32_t key) const;
  const std::vector<std::uint32_t>& hot_order() const { return hot_order_; }
  std::uint32_t sub_keys() const { return sub_keys_; }
  std::size_t tiers() const { return tier_end_.size(); }
  std::uint32_t tier_begin(std::size_t tier) const { return tier == 0 ? 0 : tier_end_[tier - 1]; }

  const std::vector<std::uint64_t>& counts(const StreamLanes& lanes) const;
  std::size_t memory() const;

 private:
  // A column of a lane's alias table: `key` with probability threshold / 2^32, else `alias`.
  struct Column {
    std::uint32_t threshold, key, alias;
  };
  struct HotKey {
    std::uint32_t key, rank;  // rank of its account in hot_order_
  };

  const Column& column(int lane, std::uint64_t random) const {
    const std::uint32_t begin = column_begin_[static_cast<std::size_t>(lane)];
    const std::uint32_t count = column_begin_[static_cast<std::size_t>(lane) + 1] - begin;
    return columns_[begin + static_cast<std::uint32_t>((static_cast<base::Uint128>(random) * count) >> 64)];
  }
  void enumerate_keys(const workloads::Population& population);
  void choose_hot(const Plan& plan, std::size_t population);
  void build_lane(int lane, std::vector<double>& scratch);
  void build_segments(int lane);
  std::uint32_t hot_keys(int lane, std::uint32_t accounts) const;

  int partitions_;
  std::uint32_t sub_keys_;
  std::uint32_t keys_ = 0;
  KeyKind kind_;
  workloads::Arrival arrival_;
  workloads::SizeTable sizes_;
  workloads::AccountWeights weights_;
  std::vector<workloads::Segment> segments_;
  std::vector<std::uint64_t> seeds_;
  std::vector<std::uint32_t> tier_end_;  // keys before it belong to the tier or an earlier one
  std::vector<Column> columns_;          // lane by lane
  std::vector<std::uint32_t> column_begin_;
  std::vector<double> base_weight_;       // lane by lane, tier by tier
  std::vector<double> lane_upto_;         // part of the base mix in lanes 0 … l
  std::vector<std::uint32_t> hot_order_;  // accounts, hottest set first
  std::vector<HotKey> hot_keys_;          // lane by lane, by rank
  std::vector<std::uint32_t> hot_begin_;
  std::vector<LaneSegment> lane_segments_;
  mutable std::once_flag counted_;
  mutable std::vector<std::uint64_t> counts_;
};

}  // namespace freshet::plan
