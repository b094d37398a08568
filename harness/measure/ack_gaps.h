// When the partitions of a stream acknowledged nothing although events were due: the producing side's view of
// an outage. Belongs to the role that handles delivery reports.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/base/time.h"

namespace freshet::measure {

using base::Nanos;

// [from, to), since the run's start: from the last acknowledgement, or the τ of the oldest event that was
// waiting for one, whichever is later, to the next acknowledgement.
struct AckGap {
  std::int32_t partition = 0;
  Nanos from = 0, to = 0;
  Nanos last = kNone;  // the acknowledgement before it
  static constexpr Nanos kNone = INT64_MIN;
};

class AckGaps {
 public:
  explicit AckGaps(int partitions) : partitions_(static_cast<std::size_t>(partitions)) {}

  // An event due at `tau` was acknowledged at `at`: the gap that ends so, which may be of no length. A
  // partition's events are handed over in order of τ, so the first that is acknowledged is the oldest that
  // waited, unless an older one failed meanwhile.
  AckGap acked(std::int32_t partition, Nanos tau, Nanos at) {
    Partition& p = partitions_[static_cast<std::size_t>(partition)];
    const AckGap gap{partition, waiting_since(p, tau), at, p.last};
    p.last = at;
    p.oldest_failed = base::kNever;
    return gap;
  }
  // An event due at `tau` will not be acknowledged.
  void failed(std::int32_t partition, Nanos tau) {
    Partition& p = partitions_[static_cast<std::size_t>(partition)];
    p.oldest_failed = tau < p.oldest_failed ? tau : p.oldest_failed;
  }
  // At the end: the gap that nothing ended, `to` = kNever. `oldest`: τ of the oldest event of the partition
  // that never had a report, or that was not taken after the last acknowledgement; kNever: none.
  std::optional<AckGap> open(std::int32_t partition, Nanos oldest) const {
    const Partition& p = partitions_[static_cast<std::size_t>(partition)];
    const Nanos waiting = oldest < p.oldest_failed ? oldest : p.oldest_failed;
    if (waiting == base::kNever) return std::nullopt;
    return AckGap{partition, p.last > waiting ? p.last : waiting, base::kNever, p.last};
  }
  Nanos last(std::int32_t partition) const { return partitions_[static_cast<std::size_t>(partition)].last; }

 private:
  struct Partition {
    Nanos last = AckGap::kNone;  // acknowledgement
    Nanos oldest_failed = base::kNever;
  };
  static Nanos waiting_since(const Partition& p, Nanos tau) {
    const Nanos oldest = tau < p.oldest_failed ? tau : p.oldest_failed;
    return p.last > oldest ? p.last : oldest;
  }
  std::vector<Partition> partitions_;
};

}  // namespace freshet::measure
