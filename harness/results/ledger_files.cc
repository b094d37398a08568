#include "harness/results/ledger_files.h"

#include <utility>

#include "harness/results/blocks.h"

namespace freshet::results {
namespace {

using measure::Ack;
using measure::AckState;

constexpr std::string_view kAcksFormat = "# freshet acks 1";
constexpr std::string_view kSeenFormat = "# freshet seen 1";
constexpr std::size_t kLaneHeader = 16;
constexpr std::size_t kSeenHeader = 6 * 8;

std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}

std::int64_t unzigzag(std::uint64_t bits) {
  return static_cast<std::int64_t>(bits >> 1 ^ (~(bits & 1) + 1));
}

// Offsets are at most 2^56, so that difference and state fit into 64 bits.
constexpr std::int64_t kHighestOffset = std::int64_t{1} << 56;

}  // namespace

std::string encode_acks(const measure::AckLog& acks) {
  BlockWriter file(kAcksFormat);
  for (int lane = 0; lane < acks.lanes(); ++lane) {
    std::string block;
    put_u64(block, static_cast<std::uint64_t>(lane));
    put_u64(block, acks.planned(lane));
    std::int64_t last = 0;
    for (std::uint64_t n = 0; n < acks.planned(lane); ++n) {
      const Ack ack = acks.get(lane, n);
      const bool known = ack.state == AckState::acked;
      const std::uint64_t step = known ? zigzag(ack.offset - last) : 0;
      if (known) last = ack.offset;
      put_varint(block, step << 3 | static_cast<std::uint64_t>(ack.state));
    }
    file.add(block);
  }
  return file.bytes();
}

std::optional<AckFile> AckFile::open(std::string bytes) {
  AckFile file;
  file.bytes_ = std::move(bytes);
  const BlockReader reader(file.bytes_, kAcksFormat);
  file.whole_ = reader.whole();
  if (!reader.whole() && reader.size() == 0) return std::nullopt;
  return file;
}

std::optional<std::vector<Ack>> AckFile::lane(std::uint16_t lane, std::uint64_t planned) const {
  const BlockReader reader(bytes_, kAcksFormat);
  if (lane >= reader.size()) return std::nullopt;
  const std::optional<std::string> block = reader.block(lane, kLaneHeader + 10 * planned);
  if (!block) return std::nullopt;
  BlockBytes in(*block);
  if (in.u64() != lane || in.u64() != planned || !in.good()) return std::nullopt;
  std::vector<Ack> acks(planned);
  std::int64_t last = 0;
  for (Ack& ack : acks) {
    const std::uint64_t bits = in.varint();
    ack.state = static_cast<AckState>(bits & 7);
    if (ack.state != AckState::acked) continue;
    last += unzigzag(bits >> 3);
    if (last < 0 || last > kHighestOffset) return std::nullopt;
    ack.offset = last;
  }
  if (!in.good() || !in.at_end()) return std::nullopt;
  return acks;
}

std::string encode_seen(const measure::Sealed& sealed) {
  BlockWriter file(kSeenFormat);
  std::string header;
  put_u64(header, sealed.stream);
  put_u64(header, sealed.pass);
  put_u64(header, static_cast<std::uint64_t>(sealed.partition));
  put_u64(header, static_cast<std::uint64_t>(sealed.first_offset));
  put_u64(header, static_cast<std::uint64_t>(sealed.position));
  put_u64(header, sealed.clean ? 1 : 0);
  file.add(header);
  for (const measure::SeenLane& lane : sealed.lanes) {
    std::string block;
    put_u64(block, lane.lane);
    put_u64(block, lane.planned);
    for (const std::uint64_t word : lane.bits) put_u64(block, word);
    file.add(block);
  }
  return file.bytes();
}

std::optional<measure::Sealed> decode_seen(std::string_view bytes, std::uint64_t most) {
  const BlockReader reader(bytes, kSeenFormat);
  if (!reader.whole() || reader.size() == 0) return std::nullopt;
  const std::optional<std::string> header = reader.block(0, kSeenHeader);
  if (!header || header->size() != kSeenHeader) return std::nullopt;
  BlockBytes in(*header);
  measure::Sealed sealed;
  sealed.stream = static_cast<std::uint16_t>(in.u64());
  sealed.pass = static_cast<std::uint16_t>(in.u64());
  sealed.partition = static_cast<std::int32_t>(in.u64());
  sealed.first_offset = static_cast<std::int64_t>(in.u64());
  sealed.position = static_cast<std::int64_t>(in.u64());
  sealed.clean = in.u64() == 1;
  for (std::size_t i = 1; i < reader.size(); ++i) {
    const std::optional<std::string> block = reader.block(i, kLaneHeader + (most / 64 + 1) * 8);
    if (!block || block->size() < kLaneHeader || block->size() % 8 != 0) return std::nullopt;
    BlockBytes words(*block);
    measure::SeenLane& lane = sealed.lanes.emplace_back();
    lane.lane = static_cast<std::uint16_t>(words.u64());
    lane.planned = words.u64();
    while (!words.at_end()) lane.bits.push_back(words.u64());
    if (lane.planned > most || lane.bits.size() > lane.planned / 64 + 1) return std::nullopt;
  }
  return sealed;
}

}  // namespace freshet::results
