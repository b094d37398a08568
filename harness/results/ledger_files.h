// The ledgers that a host writes at the end: what became of each event at the producing side
// (acks-STREAM.bin) and what each shard has seen (seen-PASS-STREAM-PARTITION-K.bin). Binary (blocks.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/measure/ack_log.h"
#include "harness/measure/shard.h"

namespace freshet::results {

// One block a lane, in order: lane, number of events, then each event's state and, when its offset is known,
// the offset as the difference from the last one.
std::string encode_acks(const measure::AckLog& acks);

class AckFile {
 public:
  // nullopt when it is no such file. `bytes` is kept.
  static std::optional<AckFile> open(std::string bytes);
  bool whole() const { return whole_; }
  // Every event of the lane; nullopt when its block is missing, damaged or not of `planned` events.
  std::optional<std::vector<measure::Ack>> lane(std::uint16_t lane, std::uint64_t planned) const;

 private:
  std::string bytes_;
  bool whole_ = false;
};

std::string encode_seen(const measure::Sealed& sealed);
// nullopt when it is damaged anywhere. `most` = planned events of the largest lane of the plan.
std::optional<measure::Sealed> decode_seen(std::string_view bytes, std::uint64_t most);

}  // namespace freshet::results
