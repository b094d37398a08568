// What a member gets from its partitions, and when there will be more.
#include <algorithm>

#include "harness/cluster/loopback/group.h"
#include "harness/cluster/loopback/member.h"
#include "harness/cluster/loopback/producer.h"

namespace freshet::cluster::loopback {
namespace {

// Records that come from one partition before the next has its turn.
constexpr std::size_t kBurst = 64;

}  // namespace

std::optional<MemberEvent> MemberState::fetch(Nanos now) {
  const auto next_turn = [this] {
    turn_ = (turn_ + 1) % parts_.size();
    burst_ = 0;
  };
  if (burst_ >= kBurst) next_turn();
  for (std::size_t tried = 0; tried < parts_.size(); ++tried, next_turn()) {
    if (auto event = fetch_part(parts_[turn_], now)) {
      ++burst_;
      return event;
    }
  }
  return std::nullopt;
}

std::optional<MemberEvent> MemberState::fetch_part(Part& part, Nanos now) {
  if (part.dead || part.fetch_from > now || part.topic->deleted) return std::nullopt;
  Partition& partition = *part.partition;
  if (!partition.faults.none() && partition.faults.stalled_until(now) > now) return std::nullopt;
  if (phase_ == Phase::expelled) return record_of(part, part.fetched, now);
  const std::int64_t low = partition.log.start(now);
  if (part.position < low || part.position > partition.log.next()) {
    part.dead = true;
    return Reset{part.id, part.position, low, partition.log.high_watermark(now)};
  }
  const std::int64_t limit = limit_of(part, now);
  if (auto record = record_of(part, limit, now)) return record;
  part.position = std::max(part.position, limit);  // past what is lost, aborted or a marker
  return end_of(part, limit, now);
}

std::optional<MemberEvent> MemberState::record_of(Part& part, std::int64_t limit, Nanos now) {
  while (const Entry* entry = part.partition->log.find(part.cursor, part.position, limit)) {
    part.position = entry->offset + 1;
    const bool aborted = core_.transaction(entry->transaction) == TransactionState::aborted;
    if (options_.read_committed && aborted) continue;
    part.caught_up = base::kNever;
    answered_ = now;
    if (pinned_ != part.cursor.chunk) pinned_ = part.cursor.chunk;
    return Record{part.id, entry->offset, entry->timestamp_ms, pinned_->key(*entry), pinned_->value(*entry)};
  }
  return std::nullopt;
}

// End is known from an answer without records for the partition: the fetch that found nothing waits until
// another partition of the member has something, or until its own wait is over.
std::optional<MemberEvent> MemberState::end_of(Part& part, std::int64_t limit, Nanos now) {
  if (part.caught_up == base::kNever) part.caught_up = now;
  if (part.end_told == limit) return std::nullopt;
  const bool waited = now >= part.caught_up + settings_.fetch_wait;
  if (!waited && answered_ < part.caught_up + core_.options.end_notice) return std::nullopt;
  part.end_told = limit;
  return End{part.id, limit};
}

std::int64_t MemberState::limit_of(Part& part, Nanos now) {
  return options_.read_committed ? part.partition->last_stable(now) : part.partition->log.high_watermark(now);
}

// When poll() has something again, as far as is known now; always later than now.
Nanos MemberState::next_event(Nanos now) {
  Nanos next = core_.next_for_all(now);
  if (phase_ == Phase::joining) next = std::min(next, group_->assigns_at());
  if (phase_ == Phase::revoking || phase_ == Phase::expelled) next = std::min(next, told_at_);
  if ((phase_ == Phase::owning || phase_ == Phase::expelled) && !paused_) {
    for (Part& part : parts_) next = std::min(next, next_of(part, now));
  }
  return next;
}

Nanos MemberState::next_of(Part& part, Nanos now) {
  if (part.dead || part.topic->deleted) return base::kNever;
  if (part.fetch_from > now) return part.fetch_from;
  Partition& partition = *part.partition;
  if (!partition.faults.none()) {
    const Nanos until = partition.faults.stalled_until(now);
    if (until > now) return until;
  }
  if (phase_ == Phase::expelled) return base::kNever;
  const std::int64_t limit = limit_of(part, now);
  Nanos next = partition.log.next_visible();
  for (const ProducerState* producer : part.topic->producers) {
    next = std::min(next, producer->next_visible(part.id.partition));
  }
  if (part.end_told != limit) next = std::min(next, part.caught_up + settings_.fetch_wait);
  return next;
}

}  // namespace freshet::cluster::loopback
