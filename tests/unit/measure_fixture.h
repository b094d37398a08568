// A partition with hand-made lanes, for tests of shards.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "harness/measure/shard.h"

namespace freshet::measure::test {

using base::kMicrosecond;
using base::kMillisecond;
using base::kSecond;

class FixedTimes final : public SourceTimes {
 public:
  explicit FixedTimes(std::vector<Nanos> taus) : taus_(std::move(taus)) {}
  Nanos tau() const override { return next_ < taus_.size() ? taus_[next_] : base::kNever; }
  void advance() override { ++next_; }

 private:
  std::vector<Nanos> taus_;
  std::size_t next_ = 0;
};

inline constexpr std::uint16_t kStream = 1, kPass = 2;
inline constexpr std::int32_t kPartition = 0;

// Lanes of one partition of one (so that every lane is its), with the τ of their events.
using Taus = std::vector<std::vector<Nanos>>;

inline std::vector<std::uint64_t> counts_of(const Taus& taus) {
  std::vector<std::uint64_t> counts;
  for (const auto& lane : taus) counts.push_back(lane.size());
  return counts;
}

// All that a shard of the partition needs. Offsets are the caller's.
struct Partition {
  explicit Partition(Taus t, Nanos b = 2 * kSecond)
      : taus(std::move(t)), bound(b), acks(counts_of(taus), 1), view({0, 64}) {
    for (const auto& lane : taus) sights.emplace_back(lane.size());
  }

  ShardSpec spec(std::int64_t start = 0, bool times = true) {
    ShardSpec spec{.stream = kStream,
                   .pass = kPass,
                   .partition = kPartition,
                   .start_offset = start,
                   .bound = bound,
                   .thresholds = {bound, 10 * kSecond},
                   .lanes = {},
                   .compacted = compacted};
    for (std::size_t lane = 0; lane < taus.size(); ++lane) {
      spec.lanes.push_back({static_cast<std::uint16_t>(lane), taus[lane].size(),
                            times ? std::make_unique<FixedTimes>(taus[lane]) : nullptr, &sights[lane]});
    }
    return spec;
  }
  std::unique_ptr<LiveShard> open(Nanos now = 0, std::int64_t start = 0) {
    return std::make_unique<LiveShard>(spec(start), &acks, &view, &progress, &recorder, now);
  }
  // The record of event n of a lane: sent 1 ms after τ, received 1 ms after that.
  Received record(int lane, std::uint64_t n, std::int64_t offset) const {
    const Nanos tau = taus[static_cast<std::size_t>(lane)][n];
    return {.offset = offset,
            .n = n,
            .tau = tau,
            .sent = tau + kMillisecond,
            .received = tau + 2 * kMillisecond,
            .key = static_cast<std::uint32_t>(lane),
            .bytes = 100,
            .lane = static_cast<std::uint16_t>(lane)};
  }
  // What a member does with a record: apply, then the position moves beyond it.
  void deliver(LiveShard& shard, const Received& received, Nanos visible) const {
    shard.roll(visible);
    shard.apply(received, visible);
    shard.passed(received.offset + 1, visible);
  }
  // Adds what was recorded since the last call to the sums below.
  void collect() {
    recorder.cut();
    Interval* taken = recorder.take();
    if (!taken) return;
    for (const LagSecond& row : taken->lags) {
      ++rows;
      const auto [found, fresh] = lags.try_emplace(row.second, row);
      if (fresh) continue;
      LagSecond& sum = found->second;
      sum.debt += row.debt;
      if (row.freshness > sum.freshness) sum.freshness = row.freshness;
      if (row.consumer > sum.consumer) sum.consumer = row.consumer;
    }
    over.insert(over.end(), taken->over.begin(), taken->over.end());
    for (const CountSecond& row : taken->counts) {
      for (std::size_t i = 0; i < row.counts.size(); ++i) counts[i] += row.counts[i];
    }
    for (const Cohort& cohort : taken->cohorts) {
      auto& sum = cohorts[{cohort.second, cohort.series.tier}];
      sum.samples += cohort.samples;
      sum.histogram.merge(cohort.histogram);
      for (std::size_t i = 0; i < sum.over.size(); ++i) {
        sum.over[i] += cohort.over[i];
        sum.over_without_own[i] += cohort.over_without_own[i];
      }
    }
    worst.insert(worst.end(), taken->worst.begin(), taken->worst.end());
    parts.insert(parts.end(), taken->parts.begin(), taken->parts.end());
    carriers.insert(carriers.end(), taken->carriers.begin(), taken->carriers.end());
    recorder.give_back(taken);
  }
  std::uint64_t count(Count what) const { return counts[static_cast<std::size_t>(what)]; }

  Taus taus;
  Nanos bound;
  bool compacted = false;
  std::vector<FirstSight> sights;  // by lane
  AckLog acks;
  MemoryView view;
  Progress progress;
  Recorder recorder;

  std::map<std::int64_t, LagSecond> lags;
  int rows = 0;  // lag rows collected
  std::vector<OverBound> over;
  std::array<std::uint64_t, static_cast<std::size_t>(Count::kCount)> counts{};
  std::map<std::pair<std::int64_t, std::uint8_t>, Cohort> cohorts;
  std::vector<WorstEvent> worst;
  std::vector<Parts> parts;
  std::vector<Carrier> carriers;
};

}  // namespace freshet::measure::test
