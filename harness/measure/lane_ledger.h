// The ledger of one lane (K1): which of its planned events were seen here first, how far they are settled
// without a gap, and when the first unsettled one - the head - is due.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "harness/measure/shard.h"

namespace freshet::measure {

class LaneLedger {
 public:
  explicit LaneLedger(LaneSource source)
      : lane_(source.lane),
        planned_(source.planned),
        times_(std::move(source.times)),
        pass_(source.pass),
        bits_((planned_ + 63) / 64) {
    find_head();
  }

  std::uint16_t lane() const { return lane_; }
  std::uint64_t planned() const { return planned_; }
  // First event not settled yet, and its τ; kNever when all are.
  std::uint64_t head() const { return head_; }
  Nanos head_tau() const { return head_tau_; }
  // One more than the highest n seen.
  std::uint64_t seen_end() const { return seen_end_; }

  // By this shard or another one of the pass.
  bool seen(std::uint64_t n) const {
    return ((bits_[n / 64] >> (n % 64)) & 1) != 0 || (pass_ && pass_->seen(n));
  }
  // False when it was seen before. REQUIRES: n < planned().
  bool see(std::uint64_t n) {
    const std::uint64_t bit = std::uint64_t{1} << (n % 64);
    if (n + 1 > seen_end_) seen_end_ = n + 1;
    if ((bits_[n / 64] & bit) != 0 || (pass_ && !pass_->take(n))) return false;
    bits_[n / 64] |= bit;
    return true;
  }
  // Whether some event of the lane before event n, and with its τ after `since`, may not have been seen.
  bool gap_before(std::uint64_t n, Nanos since) const { return head_ < n || unseen_tau_ > since; }
  // Moves the head past the event it stands at, and past those seen already. REQUIRES: head() < planned().
  void settle_head() {
    if (!seen(head_)) unseen_tau_ = head_tau_;
    ++head_;
    if (times_) times_->advance();
    find_head();
  }
  SeenLane take() { return {lane_, planned_, std::move(bits_)}; }

 private:
  void find_head() {
    while (head_ < planned_ && seen(head_)) {
      ++head_;
      if (times_) times_->advance();
    }
    head_tau_ = times_ && head_ < planned_ ? times_->tau() : base::kNever;
  }

  std::uint16_t lane_;
  std::uint64_t planned_;
  std::unique_ptr<SourceTimes> times_;
  FirstSight* pass_;
  std::vector<std::uint64_t> bits_;
  std::uint64_t head_ = 0;
  std::uint64_t seen_end_ = 0;
  Nanos head_tau_ = base::kNever;
  Nanos unseen_tau_ = kNothingYet;  // of the last event that was settled without being seen
};

// The lanes of one partition, found by lane number.
class PartitionLedger {
 public:
  explicit PartitionLedger(std::vector<LaneSource> sources);
  // Null when the lane is not of this partition.
  LaneLedger* find(std::uint16_t lane) {
    return lane < slot_.size() && slot_[lane] >= 0 ? &lanes_[static_cast<std::size_t>(slot_[lane])] : nullptr;
  }
  std::vector<LaneLedger>& lanes() { return lanes_; }
  const std::vector<LaneLedger>& lanes() const { return lanes_; }
  // τ of the oldest head; kNever when everything is settled.
  Nanos oldest() const;
  std::vector<SeenLane> take();

 private:
  std::vector<LaneLedger> lanes_;
  std::vector<std::int32_t> slot_;  // by lane; -1: another partition's
};

}  // namespace freshet::measure
