#include "harness/cluster/loopback/member.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/cluster/loopback/group.h"

namespace freshet::cluster::loopback {

MemberState::MemberState(Core& core, const MemberOptions& options, const MemberSettings& settings,
                         base::Wake& wake, Nanos now)
    : bell(wake),
      core_(core),
      options_(options),
      settings_(settings),
      group_(&core.group(options.group)),
      polled_(now) {
  core_.bells.push_back(&bell);
  watch_poll(now);
  group_->join(*this, now);
}

// ---- What the group does to it ---------------------------------------------------------------------------

void MemberState::rebalance(Nanos told_at) {
  if (phase_ == Phase::joining) {
    drop_parts();  // dealt, but not told yet
  } else if (phase_ == Phase::owning && parts_.empty()) {
    phase_ = Phase::joining;
  } else if (phase_ == Phase::owning) {
    phase_ = Phase::revoking;
    told_at_ = told_at;
    bell.at(told_at);
  }
}

void MemberState::take(Topic& topic, std::int32_t index) {
  if (phase_ == Phase::absent) {  // vanished in the middle of a round
    left_.emplace_back(&topic, index);
    return;
  }
  Part& part = parts_.emplace_back();
  const auto at = std::ranges::find(options_.topics, topic.spec.name);
  part.id = {static_cast<std::uint16_t>(at - options_.topics.begin()), index};
  part.topic = &topic;
  part.partition = &topic.partitions[static_cast<std::size_t>(index)];
  part.partition->readers.push_back(this);
}

void MemberState::succeed(MemberState& before, Nanos now) {
  for (const auto& [topic, partition] : before.left_) take(*topic, partition);
  before.give_way();
  if (!parts_.empty()) assigned(now);
}

void MemberState::give_way() {
  phase_ = Phase::closed;
  left_.clear();
}

void MemberState::assigned(Nanos at) {
  for (Part& part : parts_) {
    const std::int64_t committed = group_->committed(part.topic->spec.name, part.id.partition);
    part.committed = committed;
    part.position = committed >= 0 ? committed : start_of(part, at);
  }
  dealt_ = true;
  bell.at(at);
}

std::int64_t MemberState::start_of(Part& part, Nanos at) {
  PartitionLog& log = part.partition->log;
  switch (options_.start.from) {
    case StartAt::From::beginning:
      return log.start(at);
    case StartAt::From::offset:
      return options_.start.at;
    case StartAt::From::time:
      log.start(at);  // drops what is too old
      return log.first_since(options_.start.at, limit_of(part, at));
    case StartAt::From::end:
      break;
  }
  return limit_of(part, at);
}

// The client polls on its own behalf for the group; a caller that does not poll for too long is thrown out.
void MemberState::watch_poll(Nanos from) {
  core_.schedule_for_all(from + settings_.max_poll_interval, *this, kCheckPoll);
}

void MemberState::fire(int kind, void*, Nanos at) {
  if (kind == kSessionOver) {
    if (phase_ != Phase::absent) return;  // it has come back
    phase_ = Phase::closed;
    left_.clear();
    group_->leave(*this, at);
  } else if (kind == kCheckPoll) {
    if (phase_ == Phase::expelled || phase_ == Phase::outside || closed()) return;
    if (polled_ + settings_.max_poll_interval > at) {
      watch_poll(polled_);
    } else {
      expel(at);
    }
  } else {
    if (kind == kCommitStored) commit_due_ = false;
    commit_stored();
  }
}

void MemberState::expel(Nanos at) {
  if (phase_ == Phase::owning || phase_ == Phase::revoking) {
    for (Part& part : parts_) part.fetched = limit_of(part, at);
    phase_ = Phase::expelled;
    told_at_ = base::kNever;
  } else {
    drop_parts();
    phase_ = closing_ ? Phase::closed : Phase::outside;
  }
  group_->leave(*this, at);
}

void MemberState::release(Nanos now) {
  commit_stored();
  if (closing_) return depart(now);
  drop_parts();
  phase_ = Phase::joining;
  group_->released(now);
}

// It leaves in order. A static member does so without a word, so that it can come back.
void MemberState::depart(Nanos now) {
  if (!options_.instance_id.empty()) return go_absent(now);
  drop_parts();
  phase_ = Phase::closed;
  group_->leave(*this, now);
}

void MemberState::go_absent(Nanos now) {
  for (const Part& part : parts_) left_.emplace_back(part.topic, part.id.partition);
  drop_parts();
  phase_ = Phase::absent;
  core_.schedule_for_all(now + settings_.session, *this, kSessionOver);
}

void MemberState::abandon(Nanos now) {
  if (closed()) return;
  pinned_.reset();
  if (phase_ == Phase::expelled || phase_ == Phase::outside) {  // the group has done without it already
    drop_parts();
    phase_ = Phase::closed;
  } else {
    go_absent(now);
  }
}

void MemberState::drop_parts() {
  for (Part& part : parts_) std::erase(part.partition->readers, this);
  parts_.clear();
  dealt_ = false;
  turn_ = burst_ = 0;
}

void MemberState::commit_stored() {
  if (!holds() || absent()) return;  // thrown out: the group would refuse it; vanished: nobody asks
  for (Part& part : parts_) {
    if (part.stored < 0 || part.stored == part.committed) continue;
    group_->commit(part.topic->spec.name, part.id.partition, part.stored);
    part.committed = part.stored;
  }
}

// ---- The caller's side -----------------------------------------------------------------------------------

std::optional<MemberEvent> MemberState::poll(Nanos now) {
  polled_ = now;
  if (auto event = group_event(now)) return event;
  const bool reads = phase_ == Phase::owning || phase_ == Phase::expelled;
  if (reads && !paused_) {
    if (auto event = fetch(now)) return event;
  }
  bell.at(next_event(now));
  return std::nullopt;
}

std::optional<MemberEvent> MemberState::group_event(Nanos now) {
  switch (phase_) {
    case Phase::joining:
      return dealt_ ? std::optional(tell_assigned(now)) : std::nullopt;
    case Phase::revoking:
      if (told_at_ > now) return std::nullopt;
      phase_ = Phase::releasing;
      return Revoked{owned()};
    case Phase::releasing:
      release(now);
      return std::nullopt;
    case Phase::expelled:
      if (told_at_ == base::kNever) told_at_ = now + core_.options.lost_notice;
      return told_at_ <= now ? std::optional(tell_lost()) : std::nullopt;
    case Phase::outside:
      phase_ = Phase::joining;
      watch_poll(now);
      group_->join(*this, now);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

MemberEvent MemberState::tell_assigned(Nanos now) {
  for (; topics_checked_ < options_.topics.size();) {
    const std::string& name = options_.topics[topics_checked_++];
    if (!core_.find_topic(name)) return MemberError{false, fmt::format("unknown topic '{}'", name)};
  }
  phase_ = Phase::owning;
  dealt_ = false;
  Assigned assigned;
  for (Part& part : parts_) {
    part.fetch_from = now + 2 * core_.options.network;
    assigned.partitions.emplace_back(part.id, part.position);
    if (part.committed < 0) assigned.without_offset.push_back(part.id);
  }
  return assigned;
}

MemberEvent MemberState::tell_lost() {
  Lost lost{owned()};
  drop_parts();
  phase_ = closing_ ? Phase::closed : Phase::outside;
  return lost;
}

std::vector<TopicPartition> MemberState::owned() const {
  std::vector<TopicPartition> ids;
  for (const Part& part : parts_) ids.push_back(part.id);
  return ids;
}

MemberState::Part* MemberState::find(TopicPartition id) {
  const auto found = std::ranges::find(parts_, id, &Part::id);
  return found == parts_.end() || dealt_ ? nullptr : &*found;
}

void MemberState::pause(bool paused, Nanos now) {
  paused_ = paused;
  if (paused) return;
  for (Part& part : parts_) part.fetch_from = now + 2 * core_.options.network;
  bell.at(now + 2 * core_.options.network);
}

void MemberState::store(TopicPartition from, std::int64_t next_offset, Nanos now) {
  Part* part = find(from);
  if (!part) return;
  part->stored = next_offset;
  if (options_.commit_by_interval && !commit_due_) {
    commit_due_ = true;
    core_.timeline.schedule(now + options_.commit_interval, core_.next_order(), *this, kCommitStored);
  }
}

void MemberState::commit(Nanos now) {
  core_.timeline.schedule(now + core_.options.network, core_.next_order(), *this, kCommitSent);
}

void MemberState::seek(TopicPartition from, std::int64_t offset, Nanos now) {
  Part* part = find(from);
  if (!part) return;
  part->position = offset;
  part->cursor = {};
  part->dead = false;
  part->end_told = -1;
  part->caught_up = base::kNever;
  part->fetch_from = now + 2 * core_.options.network;
  bell.at(part->fetch_from);
}

void MemberState::close(Nanos now) {
  if (std::exchange(closing_, true)) return;
  if (phase_ == Phase::owning && !parts_.empty()) {
    phase_ = Phase::revoking;
    told_at_ = now;
  } else if (phase_ == Phase::owning || phase_ == Phase::joining) {
    depart(now);
  } else if (phase_ == Phase::expelled) {
    told_at_ = now;
  } else if (phase_ == Phase::outside) {
    phase_ = Phase::closed;
  }
  bell.at(now);
}

void MemberState::retire(Nanos now) {
  std::erase(core_.bells, &bell);
  if (absent()) return;
  drop_parts();
  phase_ = Phase::closed;
  pinned_.reset();
  group_->leave(*this, now);
}

}  // namespace freshet::cluster::loopback
