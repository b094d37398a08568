#include <bit>
#include <map>

#include "harness/measure/shard.h"

namespace freshet::measure {

Merged merge(const std::vector<Sealed>& shards) {
  std::map<std::uint16_t, SeenLane> lanes;
  Merged merged;
  for (const Sealed& shard : shards) {
    for (const SeenLane& seen : shard.lanes) {
      const auto [it, first] = lanes.try_emplace(seen.lane, seen);
      if (first) continue;
      if (it->second.bits.size() < seen.bits.size()) it->second.bits.resize(seen.bits.size());
      for (std::size_t word = 0; word < seen.bits.size(); ++word) {
        std::uint64_t& have = it->second.bits[word];
        merged.overlap += static_cast<std::uint64_t>(std::popcount(have & seen.bits[word]));
        have |= seen.bits[word];
      }
    }
  }
  for (auto& [lane, seen] : lanes) merged.lanes.push_back(std::move(seen));
  return merged;
}

}  // namespace freshet::measure
