// Context reads on their way from the role that reads to the one that writes them down: a ring of fixed size,
// one thread at either end. What does not fit is refused, never dropped: the reader waits.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/base/time.h"

namespace freshet::measure {

using base::Nanos;

// One read of a view (R2). Times since the run's start, ns.
struct LoggedRead {
  std::uint16_t read = 0;  // index of the plan
  std::uint64_t n = 0;     // of that Read
  std::uint32_t account = 0;
  Nanos due = 0, at = 0;  // intended and real r
  // What was seen of each key: the greatest τ applied, kNothingYet. Streams in the read's order, an account's
  // keys in theirs.
  std::vector<Nanos> words;
};

class ReadLog {
 public:
  // Room for so many 8-byte words; a read takes five and one a key. REQUIRES: more than one read takes.
  explicit ReadLog(std::size_t capacity = std::size_t{1} << 17);

  // The reader's side. False, and nothing is kept, when there is no room.
  bool push(const LoggedRead& read);
  // The writer's side. False when there is none; `read` is used again, so that its memory is.
  bool pop(LoggedRead& read);

 private:
  std::int64_t& at(std::size_t place) { return ring_[place % ring_.size()]; }

  std::vector<std::int64_t> ring_;
  alignas(64) std::atomic<std::size_t> written_{0};
  alignas(64) std::atomic<std::size_t> taken_{0};
};

}  // namespace freshet::measure
