// The records of one partition in contiguous chunks, so that a record costs no allocation and a replay reads
// memory in order. Knows offsets, retention and from when on what may be fetched; knows nothing of who reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "harness/cluster/cluster.h"

namespace freshet::cluster::loopback {

using base::Nanos;

// One record of a chunk; 32 bytes.
struct Entry {
  std::int64_t offset;
  std::int64_t timestamp_ms;
  std::uint32_t at;  // where its key begins in the chunk's bytes; the value follows
  std::uint32_t key_size;
  std::uint32_t value_size;
  std::uint32_t transaction;  // 0: none
};

// Bytes of a chunk never move and are never written again, so a reader that holds the chunk may look at a
// record's bytes without the lock.
struct Chunk {
  Chunk(std::size_t size, std::int64_t first_offset, std::uint64_t number);
  Bytes key(const Entry& e) const { return {bytes.get() + e.at, e.key_size}; }
  Bytes value(const Entry& e) const { return {bytes.get() + e.at + e.key_size, e.value_size}; }

  std::unique_ptr<std::byte[]> bytes;
  std::size_t capacity;
  std::size_t used = 0;
  std::int64_t base_offset;
  std::uint64_t sequence;
  Nanos newest = 0;  // append time of its last record
  std::vector<Entry> entries;
};

struct Retention {
  std::size_t bytes = 0;       // whole chunks above this are dropped from the front
  Nanos age = base::kNever;    // chunks whose newest record is older are dropped
  std::size_t chunk = 131072;  // bytes of a chunk
};

// A place to read on from. A default one is sought by binary search at its first use.
struct Cursor {
  std::shared_ptr<Chunk> chunk;
  std::size_t entry = 0;
};

class PartitionLog {
 public:
  explicit PartitionLog(Retention retention) : retention_(retention) {}

  // Each takes the next offset and returns it. skip() leaves it empty: a lost record or a transaction's
  // marker.
  std::int64_t append(Bytes key, Bytes value, std::int64_t timestamp_ms, std::uint32_t transaction,
                      Nanos now);
  std::int64_t skip() { return next_++; }
  // Its last `records` are gone, at most those of the last chunk; the next record takes the first one's
  // offset.
  void cut(std::int64_t records);

  // All that has been appended may be fetched from `visible` on, or later if what lies before it may.
  void publish(Nanos visible);

  std::int64_t start(Nanos now);  // of the oldest record kept
  std::int64_t next() const { return next_; }
  std::int64_t high_watermark(Nanos now);  // what lies below it may be fetched
  // When the high watermark rises next; kNever when nothing waits. REQUIRES: high_watermark(now) was called.
  Nanos next_visible() const { return hidden_.empty() ? base::kNever : hidden_.front().visible; }

  // The offset of the first record whose time is `timestamp_ms` or later; `limit` when none below it is.
  std::int64_t first_since(std::int64_t timestamp_ms, std::int64_t limit) const;

  // The first record with position <= offset < limit, or nullptr. Leaves the cursor on it.
  const Entry* find(Cursor& cursor, std::int64_t position, std::int64_t limit) const;

  void clear();

 private:
  struct Hidden {
    std::int64_t upto;
    Nanos visible;
  };
  void drop_old(Nanos now);
  void seek(Cursor& cursor, std::int64_t position) const;

  Retention retention_;
  std::deque<std::shared_ptr<Chunk>> chunks_;
  std::deque<Hidden> hidden_;
  std::size_t kept_ = 0;  // bytes in chunks
  std::uint64_t chunk_number_ = 0;
  std::int64_t start_ = 0, next_ = 0, visible_ = 0;
};

}  // namespace freshet::cluster::loopback
