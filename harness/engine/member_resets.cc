// A position that is not in the log, and why (P4): the log no longer reaches back so far, it was cut, or the
// group had written no offset.
#include <algorithm>

#include "harness/engine/member_role.h"

namespace freshet::engine {
namespace {

struct Cause {
  const char* word;
  std::int64_t goes_on_at;
};

// `reached`: where the member had come. A client that finds out by the leader's epoch tells the place of the
// cut as the position, which lies below that.
Cause cause_of(const cluster::Reset& reset, std::int64_t reached) {
  if (reset.low_watermark >= 0 && reset.position < reset.low_watermark)
    return {"expired", reset.low_watermark};
  const bool above = reset.high_watermark >= 0 && reset.position > reset.high_watermark;
  const std::int64_t go_on = above ? reset.high_watermark : std::max<std::int64_t>(reset.position, 0);
  return {reached > go_on ? "truncated" : "unknown", go_on};
}

}  // namespace

// Records that were read before it become visible first: they are older than what comes next.
void MemberRole::on(const cluster::Reset& reset, Nanos now) {
  resets_.push_back(reset);
  settle_resets(now);
}

void MemberRole::settle_resets(Nanos now) {
  std::erase_if(resets_, [&](const cluster::Reset& reset) {
    Assignment* assignment = find(reset.from);
    if (assignment && waiting_.holds(reset.from)) return false;
    if (assignment) settle_reset(*assignment, reset, now);
    return true;
  });
}

void MemberRole::settle_reset(Assignment& assignment, const cluster::Reset& reset, Nanos now) {
  const std::int64_t reached = std::max(assignment.position, reset.position);
  const Cause cause = cause_of(reset, reached);
  const bool back = cause.goes_on_at < reached;
  const std::int64_t position = back ? reached : reset.position;
  note_reset(reset.from, cause.word, position, cause.goes_on_at, now);
  if (cause.goes_on_at > position && started_) {
    recorder_.count(stream_of(reset.from), static_cast<std::uint16_t>(spec_.pass),
                    context_.time.since_start(now), measure::Count::expired,
                    static_cast<std::uint64_t>(cause.goes_on_at - position));
  }
  if (back) {
    if (assignment.live) assignment.live->truncated(cause.goes_on_at);
    if (assignment.replay) assignment.replay->truncated(cause.goes_on_at);
    assignment.position = cause.goes_on_at;
  }
  member_->seek(reset.from, cause.goes_on_at);
  assignment.next_to_store = cause.goes_on_at;  // else who takes over next runs into the same
}

// The group has read the partition before, and there is no offset to go on from.
void MemberRole::note_missing_offsets(const cluster::Assigned& assigned, Nanos now) {
  for (const cluster::TopicPartition from : assigned.without_offset) {
    const std::int64_t applied =
        pass().progress[from.topic][static_cast<std::size_t>(from.partition)].applied;
    const auto given =
        std::ranges::find(assigned.partitions, from, [](const auto& partition) { return partition.first; });
    if (applied < 0 || given == assigned.partitions.end()) continue;
    note_reset(from, "no_start_offset", applied, given->second, now);
  }
}

void MemberRole::note_reset(cluster::TopicPartition from, const char* cause, std::int64_t position,
                            std::int64_t goes_on_at, Nanos now) {
  context_.notes.add(now, "reset",
                     {{"group", pass().name},
                      {"stream", context_.plan.streams[stream_of(from)].name},
                      {"partition", from.partition},
                      {"position", position},
                      {"cause", cause},
                      {"goes_on_at", goes_on_at}});
}

}  // namespace freshet::engine
