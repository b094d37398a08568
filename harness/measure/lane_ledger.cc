#include "harness/measure/lane_ledger.h"

#include <algorithm>

namespace freshet::measure {

PartitionLedger::PartitionLedger(std::vector<LaneSource> sources) {
  for (LaneSource& source : sources) {
    if (slot_.size() <= source.lane) slot_.resize(source.lane + std::size_t{1}, -1);
    slot_[source.lane] = static_cast<std::int32_t>(lanes_.size());
    lanes_.emplace_back(std::move(source));
  }
}

Nanos PartitionLedger::oldest() const {
  Nanos oldest = base::kNever;
  for (const LaneLedger& lane : lanes_) oldest = std::min(oldest, lane.head_tau());
  return oldest;
}

std::vector<SeenLane> PartitionLedger::take() {
  std::vector<SeenLane> seen;
  for (LaneLedger& lane : lanes_) seen.push_back(lane.take());
  return seen;
}

}  // namespace freshet::measure
