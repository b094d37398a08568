#include "harness/cluster/loopback/log.h"

#include <algorithm>
#include <cstring>

namespace freshet::cluster::loopback {

Chunk::Chunk(std::size_t size, std::int64_t first_offset, std::uint64_t number)
    : bytes(std::make_unique_for_overwrite<std::byte[]>(size)),
      capacity(size),
      base_offset(first_offset),
      sequence(number) {}

std::int64_t PartitionLog::append(Bytes key, Bytes value, std::int64_t timestamp_ms,
                                  std::uint32_t transaction, Nanos now) {
  const std::size_t size = key.size() + value.size();
  if (chunks_.empty() || chunks_.back()->capacity - chunks_.back()->used < size) {
    chunks_.push_back(std::make_shared<Chunk>(std::max(retention_.chunk, size), next_, chunk_number_++));
    drop_old(now);
  }
  Chunk& chunk = *chunks_.back();
  std::byte* at = chunk.bytes.get() + chunk.used;
  if (!key.empty()) std::memcpy(at, key.data(), key.size());
  if (!value.empty()) std::memcpy(at + key.size(), value.data(), value.size());
  chunk.entries.push_back({next_, timestamp_ms, static_cast<std::uint32_t>(chunk.used),
                           static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size()),
                           transaction});
  chunk.used += size;
  chunk.newest = now;
  kept_ += size;
  return next_++;
}

// Their bytes stay where they are, for a reader may be looking at them.
void PartitionLog::cut(std::int64_t records) {
  if (chunks_.empty()) return;
  std::vector<Entry>& entries = chunks_.back()->entries;
  for (; records > 0 && !entries.empty(); --records) {
    next_ = entries.back().offset;
    entries.pop_back();
  }
  visible_ = std::min(visible_, next_);
  for (Hidden& hidden : hidden_) hidden.upto = std::min(hidden.upto, next_);
}

void PartitionLog::publish(Nanos visible) {
  if (!hidden_.empty()) {
    visible = std::max(visible, hidden_.back().visible);
    if (hidden_.back().visible == visible) {
      hidden_.back().upto = next_;
      return;
    }
  }
  hidden_.push_back({next_, visible});
}

std::int64_t PartitionLog::high_watermark(Nanos now) {
  while (!hidden_.empty() && hidden_.front().visible <= now) {
    visible_ = hidden_.front().upto;
    hidden_.pop_front();
  }
  return visible_;
}

std::int64_t PartitionLog::start(Nanos now) {
  if (retention_.age != base::kNever) {
    high_watermark(now);  // what nobody could fetch yet is not dropped
    drop_old(now);
  }
  return start_;
}

void PartitionLog::drop_old(Nanos now) {
  const auto droppable = [&] {
    const Chunk& front = *chunks_.front();
    if (chunks_.size() > 1 && kept_ - front.used >= retention_.bytes) return true;
    return retention_.age != base::kNever && !front.entries.empty() && now - front.newest > retention_.age &&
           (chunks_.size() > 1 || hidden_.empty());
  };
  while (!chunks_.empty() && droppable()) {
    kept_ -= chunks_.front()->used;
    chunks_.pop_front();
    start_ = chunks_.empty() ? next_ : chunks_.front()->base_offset;
  }
}

void PartitionLog::seek(Cursor& cursor, std::int64_t position) const {
  const auto after =
      std::upper_bound(chunks_.begin(), chunks_.end(), position,
                       [](std::int64_t p, const auto& chunk) { return p < chunk->base_offset; });
  cursor.chunk = after == chunks_.begin() ? chunks_.front() : *(after - 1);
  const auto& entries = cursor.chunk->entries;
  const auto first = std::lower_bound(entries.begin(), entries.end(), position,
                                      [](const Entry& e, std::int64_t p) { return e.offset < p; });
  cursor.entry = static_cast<std::size_t>(first - entries.begin());
}

const Entry* PartitionLog::find(Cursor& cursor, std::int64_t position, std::int64_t limit) const {
  if (chunks_.empty() || position >= limit) return nullptr;
  const std::uint64_t oldest = chunks_.front()->sequence;
  if (!cursor.chunk || cursor.chunk->sequence < oldest) seek(cursor, position);
  for (;;) {
    const auto& entries = cursor.chunk->entries;
    while (cursor.entry < entries.size() && entries[cursor.entry].offset < position) ++cursor.entry;
    if (cursor.entry < entries.size()) {
      const Entry& found = entries[cursor.entry];
      return found.offset < limit ? &found : nullptr;
    }
    const std::size_t following = cursor.chunk->sequence - oldest + 1;
    if (following >= chunks_.size()) return nullptr;
    cursor.chunk = chunks_[following];
    cursor.entry = 0;
  }
}

std::int64_t PartitionLog::first_since(std::int64_t timestamp_ms, std::int64_t limit) const {
  for (const auto& chunk : chunks_) {
    for (const Entry& entry : chunk->entries) {
      if (entry.offset >= limit) return limit;
      if (entry.timestamp_ms >= timestamp_ms) return entry.offset;
    }
  }
  return limit;
}

void PartitionLog::clear() {
  chunks_.clear();
  hidden_.clear();
  kept_ = 0;
  start_ = visible_ = next_;
}

}  // namespace freshet::cluster::loopback
