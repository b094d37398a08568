// A member's comings and goings as the plan has them: it joins, leaves, vanishes and pauses at its times.
#include <algorithm>

#include "harness/engine/member_role.h"

namespace freshet::engine {

// What the plan asks of the member now; nullopt: to be there and poll. What lies beyond the last τ that
// counts does not happen.
std::optional<Stepped> MemberRole::attend(const base::Clock& clock, Stage stage) {
  if (!member_) {
    if (auto waits = wait_for_stay(clock, stage)) return waits;
  }
  if (stage >= Stage::closing) return std::nullopt;
  const plan::Stay& stay = spec_.attendance.stays[stay_];
  const bool ends = stay.until <= std::min(context_.time.since_start(clock.now()), context_.last_tau());
  if (!ends) return leaving_ ? std::nullopt : pause(clock, stage);
  if (!started_) open_shards(clock.now());
  roll(clock);
  if (stay.killed) {
    vanish(clock.now());
    return Stepped{.worked = true, .next = clock.now()};
  }
  if (!leaving_) note_move("member_stops", stay.ended_by, clock.now());
  const bool worked = leave(clock);
  return Stepped{.worked = worked, .next = clock.now() + base::kMillisecond};
}

std::optional<Stepped> MemberRole::wait_for_stay(const base::Clock& clock, Stage stage) {
  const auto& stays = spec_.attendance.stays;
  const Nanos now = clock.now();
  const auto never_again = [&] {
    status_.closed.store(true, std::memory_order_release);
    return Stepped{.worked = true};
  };
  status_.drained.store(true, std::memory_order_release);  // nothing is pending where nobody is
  const bool over = stage >= Stage::closing || pass().over.load(std::memory_order_acquire);
  if (over || stay_ >= stays.size() || stays[stay_].from > context_.last_tau()) return never_again();
  const Nanos joins = context_.time.monotonic(stays[stay_].from);
  if (now < joins) return Stepped{.next = std::min(joins, now + base::kSecond)};
  if (spec_.starts_at != plan::kWholeLog) start_at_time(clock);
  if (const base::Status joined = join(); !joined) {
    context_.notes.add(now, "member_error", {{"group", pass().name}, {"error", joined.error().message}});
    return never_again();
  }
  status_.drained.store(false, std::memory_order_release);
  note_move("member_joins", stays[stay_].began_by, now);
  return std::nullopt;
}

// Time goes on in its shards, which are the harness's; the member itself does nothing, and its client's own
// threads live on.
std::optional<Stepped> MemberRole::pause(const base::Clock& clock, Stage stage) {
  if (pause_ >= spec_.attendance.pauses.size()) return std::nullopt;
  const plan::Pause& planned = spec_.attendance.pauses[pause_];
  const Nanos since = context_.time.since_start(clock.now());
  if (since < planned.from || planned.from > context_.last_tau()) return std::nullopt;
  if (since >= planned.until || stage >= Stage::closing) {
    if (pausing_) note_move("member_resumes", planned.change, clock.now());
    pausing_ = false;
    ++pause_;
    return std::nullopt;
  }
  if (!pausing_) {
    note_move("member_pauses", planned.change, clock.now(), {{"partitions", partitions_held()}});
    for (const auto& assignment : assignments_) {
      assignment->resumed = -1;
      assignment->resumed_told = false;
    }
  }
  pausing_ = true;
  if (!started_) open_shards(clock.now());
  roll(clock);
  status_.drained.store(false, std::memory_order_release);
  const Nanos second_end = (base::second_of(since) + 1) * base::kSecond;
  const Nanos next = std::min({planned.until, second_end, next_look()});
  return Stepped{.worked = true, .next = context_.time.monotonic(next)};
}

// As in a crash: what was applied and not committed is served again by whoever gets the partitions.
void MemberRole::vanish(Nanos now) {
  note_resumed(now);
  note_move("member_killed", spec_.attendance.stays[stay_].ended_by, now,
            {{"partitions", partitions_held()}});
  gone(false, now);
}

// Leaves the group: stores, seals what it still holds, and polls until the client has gone.
bool MemberRole::leave(const base::Clock& clock) {
  if (!leaving_) {
    leaving_ = true;
    store_applied();
    member_->close();
  }
  const bool worked = poll_some(clock);
  if (!member_->closed()) return worked;
  gone(true, clock.now());
  return true;
}

void MemberRole::gone(bool clean, Nanos now) {
  while (!waiting_.empty()) waiting_.pop();
  for (const auto& assignment : assignments_) seal(*assignment, clean, now);
  assignments_.clear();
  for (auto& topic : by_partition_) std::fill(topic.begin(), topic.end(), nullptr);
  recorder_.cut();
  status_.assigned_at.store(now);
  status_.owned.store(0, std::memory_order_release);
  status_.drained.store(true, std::memory_order_release);
  leaving_ = pausing_ = false;
  busy_until_ = 0;
  second_ = -1;
  member_->abandon();
  member_.reset();
  ++stay_;
  const bool more = stay_ < spec_.attendance.stays.size();
  if (!more || context_.stage.load(std::memory_order_acquire) >= Stage::closing)
    status_.closed.store(true, std::memory_order_release);
}

void MemberRole::note_move(const char* kind, std::size_t change, Nanos now, Json fields) {
  fields["group"] = pass().name;
  fields["member"] = spec_.index;
  if (change != plan::kNoChange) fields["change"] = change;
  context_.notes.add(now, kind, std::move(fields));
}

// Once an assignment or pause: partitions of which something was applied again.
void MemberRole::note_resumed(Nanos now) {
  const auto untold = [](const auto& held) { return held->resumed >= 0 && !held->resumed_told; };
  if (std::none_of(assignments_.begin(), assignments_.end(), untold)) return;
  Json rows = Json::array();
  for (const auto& assignment : assignments_) {
    if (!untold(assignment)) continue;
    assignment->resumed_told = true;
    rows.push_back({{"topic", stream_of(assignment->from)},
                    {"partition", assignment->from.partition},
                    {"at", assignment->resumed},
                    {"tau", assignment->resumed_tau}});
  }
  context_.notes.add(now, "resumed", {{"group", pass().name}, {"member", spec_.index}, {"partitions", rows}});
}

Json MemberRole::partitions_held() const {
  Json rows = Json::array();
  for (const auto& held : assignments_) {
    rows.push_back({{"topic", stream_of(held->from)}, {"partition", held->from.partition}});
  }
  return rows;
}

}  // namespace freshet::engine
