#include "harness/measure/read_log.h"

namespace freshet::measure {
namespace {

constexpr std::size_t kHead = 5;

}  // namespace

ReadLog::ReadLog(std::size_t capacity) : ring_(capacity) {}

bool ReadLog::push(const LoggedRead& read) {
  std::size_t place = written_.load(std::memory_order_relaxed);
  const std::size_t used = place - taken_.load(std::memory_order_acquire);
  if (ring_.size() - used < kHead + read.words.size()) return false;
  at(place++) = static_cast<std::int64_t>(read.words.size()) << 16 | read.read;
  at(place++) = static_cast<std::int64_t>(read.n);
  at(place++) = read.account;
  at(place++) = read.due;
  at(place++) = read.at;
  for (const Nanos word : read.words) at(place++) = word;
  written_.store(place, std::memory_order_release);
  return true;
}

bool ReadLog::pop(LoggedRead& read) {
  std::size_t place = taken_.load(std::memory_order_relaxed);
  if (place == written_.load(std::memory_order_acquire)) return false;
  const std::int64_t head = at(place++);
  read.read = static_cast<std::uint16_t>(head & 0xffff);
  read.words.resize(static_cast<std::size_t>(head >> 16));
  read.n = static_cast<std::uint64_t>(at(place++));
  read.account = static_cast<std::uint32_t>(at(place++));
  read.due = at(place++);
  read.at = at(place++);
  for (Nanos& word : read.words) word = at(place++);
  taken_.store(place, std::memory_order_release);
  return true;
}

}  // namespace freshet::measure
