// The trace: what happened to each event, stamp by stamp, in the order in which each role saw it, so that
// somebody else can compute every figure again. Off by default; then it costs a comparison.
//
// A record is 72 bytes, fields in this order, little endian (FORMAT.md). What a kind has no use for is 0.
#pragma once

#include <bit>
#include <cstdint>

#include "harness/base/random.h"
#include "harness/base/time.h"

namespace freshet::measure {

using base::Nanos;

enum class TraceKind : std::uint8_t {
  sent = 1,    // send() took it; at = sent
  queue_full,  // send() did not, the client's queue was full: it is tried again
  refused,     // send() refused it for good
  not_sent,    // given up at the end of the drain; detail 1: for the harness's own causes
  report,      // detail: 0 not persisted, 1 possibly, 2 persisted at `offset` as the client tells it
  seen,        // a member applied a record; at = visible; detail = attempt
  alien,       // a record that is no event of this run; detail: 1 another's, 2 damaged
  opened,      // a member got a partition and begins at `offset`
  passed,      // its position came to `offset` without an event: an end of partition, a probe
  sealed,      // it let the partition go; detail 1: cleanly
};

struct TraceRecord {
  TraceKind kind{};
  std::uint8_t flags = 0, tier = 0, detail = 0;  // flags: the envelope's
  std::uint16_t stream = 0, pass = 0, member = 0, lane = 0;
  std::int32_t partition = 0;
  Nanos at = 0;
  std::uint64_t n = 0;
  Nanos tau = 0, sent = 0, received = 0;
  std::int64_t offset = 0;
  std::uint32_t key = 0, bytes = 0;
};
static_assert(sizeof(TraceRecord) == 72 && std::endian::native == std::endian::little);

inline constexpr std::uint64_t kTraceAll = ~std::uint64_t{0};

// A record belongs to the share of threshold T when its identity's hash is at most T: all records of an event
// do, or none.
constexpr std::uint64_t trace_hash(const TraceRecord& r) {
  return base::mix64(r.n ^ static_cast<std::uint64_t>(r.lane) << 48 ^
                     static_cast<std::uint64_t>(r.stream) << 32);
}

}  // namespace freshet::measure
