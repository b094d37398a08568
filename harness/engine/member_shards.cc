// Shards of a member (P2): opened with an assignment, or with the run's start, and sealed when it goes.
#include <algorithm>

#include "harness/engine/member_role.h"

namespace freshet::engine {

TracePlace MemberRole::place_of(cluster::TopicPartition from) const {
  return {stream_of(from), static_cast<std::uint16_t>(spec_.pass), static_cast<std::uint16_t>(spec_.index),
          from.partition};
}

void MemberRole::open_shards(Nanos now) {
  started_ = true;
  for (const auto& assignment : assignments_) open(*assignment, now);
}

void MemberRole::open(Assignment& assignment, Nanos now) {
  const std::int64_t start = std::max(assignment.start, assignment.position);
  measure::ShardSpec spec =
      context_.shard_spec(spec_.pass, assignment.from.topic, assignment.from.partition, start);
  trace_place(recorder_, TraceKind::opened, place_of(assignment.from), start, context_.time.since_start(now));
  measure::Progress* progress =
      &pass().progress[assignment.from.topic][static_cast<std::size_t>(assignment.from.partition)];
  if (pass().live) {
    assignment.live = std::make_unique<measure::LiveShard>(
        std::move(spec), context_.acks[stream_of(assignment.from)].get(), pass().view.get(), progress,
        &recorder_, context_.time.since_start(now));
  } else {
    assignment.replay = std::make_unique<measure::ReplayShard>(std::move(spec), progress, &recorder_);
  }
}

void MemberRole::seal(Assignment& assignment, bool clean, Nanos now) {
  if (!started_) return;
  const Nanos since = context_.time.since_start(now);
  trace_place(recorder_, TraceKind::sealed, place_of(assignment.from), assignment.position, since, clean);
  if (assignment.live) {
    assignment.live->roll(since);
    sealed_.push_back(assignment.live->seal(since, clean));
  } else if (assignment.replay) {
    sealed_.push_back(assignment.replay->seal(since, clean));
  }
}

}  // namespace freshet::engine
