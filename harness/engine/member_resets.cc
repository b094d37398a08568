// A member whose position lies outside of the log.
#include <algorithm>

#include "harness/engine/member_role.h"

namespace freshet::engine {

// P4: below the log's start the events between are expired; above its end the log was cut. A client that
// finds out by the leader's epoch tells the place of the cut, which lies below where the member had come.
void MemberRole::on(const cluster::Reset& reset, Nanos now) {
  const Assignment* assignment = find(reset.from);
  const std::int64_t reached = assignment ? std::max(assignment->position, reset.position) : reset.position;
  const bool below = reset.low_watermark >= 0 && reset.position < reset.low_watermark;
  const bool above = reset.high_watermark >= 0 && reset.position > reset.high_watermark;
  const std::int64_t go_on = below   ? reset.low_watermark
                             : above ? reset.high_watermark
                                     : std::max<std::int64_t>(reset.position, 0);
  const bool truncated = !below && reached > go_on;
  context_.notes.add(now, "reset",
                     {{"group", pass().name},
                      {"stream", context_.plan.streams[stream_of(reset.from)].name},
                      {"partition", reset.from.partition},
                      {"position", truncated ? reached : reset.position},
                      {"cause", below       ? "expired"
                                : truncated ? "truncated"
                                            : "unknown"},
                      {"goes_on_at", go_on}});
  if (below && started_) {
    recorder_.count(stream_of(reset.from), static_cast<std::uint16_t>(spec_.pass),
                    context_.time.since_start(now), measure::Count::expired,
                    static_cast<std::uint64_t>(reset.low_watermark - reset.position));
  }
  if (truncated) forget_above(reset.from, go_on);
  member_->seek(reset.from, go_on);
}

// Offsets from the cut on are given to other events: those are new, not redelivered (K2).
void MemberRole::forget_above(cluster::TopicPartition from, std::int64_t offset) {
  measure::Progress& progress = pass().progress[from.topic][static_cast<std::size_t>(from.partition)];
  for (std::atomic<std::int64_t>* mark : {&progress.applied, &progress.taken}) {
    std::int64_t known = mark->load(std::memory_order_acquire);
    while (known > offset && !mark->compare_exchange_weak(known, offset)) {
    }
  }
  if (Assignment* assignment = find(from)) assignment->position = offset;
}

}  // namespace freshet::engine
