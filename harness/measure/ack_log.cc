#include "harness/measure/ack_log.h"

namespace freshet::measure {
namespace {

// One word an event: the states below kFirstOffset, else the offset + kFirstOffset.
constexpr std::uint32_t kFirstOffset = 16;
constexpr std::int64_t kLargestOffset = 0xffffffffLL - kFirstOffset;

constexpr std::uint32_t code(AckState state) {
  return static_cast<std::uint32_t>(state);
}

}  // namespace

AckLog::AckLog(const std::vector<std::uint64_t>& counts, int partitions)
    : counts_(counts), beliefs_(static_cast<std::size_t>(partitions)) {
  for (const std::uint64_t count : counts)
    lanes_.push_back(std::make_unique<std::atomic<std::uint32_t>[]>(count));
}

std::uint64_t AckLog::planned(int lane) const {
  return counts_[static_cast<std::size_t>(lane)];
}

std::atomic<std::uint32_t>& AckLog::word(int lane, std::uint64_t n) const {
  return lanes_[static_cast<std::size_t>(lane)][n];
}

Ack AckLog::get(int lane, std::uint64_t n) const {
  const std::uint32_t value = word(lane, n).load(std::memory_order_acquire);
  if (value >= kFirstOffset) return {AckState::acked, static_cast<std::int64_t>(value - kFirstOffset)};
  return {static_cast<AckState>(value), -1};
}

void AckLog::set(int lane, std::uint64_t n, std::uint32_t value) {
  word(lane, n).store(value, std::memory_order_release);
}

void AckLog::handed_over(int lane, std::uint64_t n) {
  set(lane, n, code(AckState::in_flight));
}
void AckLog::withdrawn(int lane, std::uint64_t n) {
  set(lane, n, code(AckState::planned));
}
void AckLog::not_sent(int lane, std::uint64_t n, bool own) {
  set(lane, n, code(own ? AckState::not_sent_own : AckState::not_sent_cluster));
}

void AckLog::acked(int lane, std::uint64_t n, std::int64_t offset) {
  Belief& belief = beliefs_[static_cast<std::size_t>(lane) % beliefs_.size()];
  const auto without = static_cast<std::int64_t>(belief.without);
  if (offset < belief.highest + 1 + without || offset < 0 || offset > kLargestOffset) {
    ++belief.without;
    set(lane, n, code(AckState::acked_unknown));
    return;
  }
  belief = {.highest = offset, .without = 0};
  set(lane, n, static_cast<std::uint32_t>(offset) + kFirstOffset);
}

void AckLog::failed(int lane, std::uint64_t n, bool possibly) {
  set(lane, n, code(possibly ? AckState::indeterminate : AckState::failed));
}

}  // namespace freshet::measure
