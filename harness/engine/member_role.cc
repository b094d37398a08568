#include "harness/engine/member_role.h"

#include <algorithm>

#include "harness/measure/envelope.h"

namespace freshet::engine {
namespace {

constexpr int kEventsPerStep = 64;
// How late it may be noticed that a report has settled an event (L1).
constexpr Nanos kLookEvery = 5 * base::kMillisecond;
constexpr Nanos kPaceGrain = base::kMillisecond;

measure::Received received(const cluster::Record& record, const measure::Envelope& envelope, Nanos at) {
  return {.offset = record.offset,
          .n = envelope.n,
          .tau = envelope.tau,
          .sent = envelope.sent,
          .received = at,
          .key = envelope.key,
          .bytes = static_cast<std::uint32_t>(record.value.size()),
          .lane = envelope.lane,
          .attempt = envelope.attempt,
          .tier = envelope.tier,
          .flags = envelope.flags};
}

}  // namespace

MemberRole::MemberRole(Context& context, cluster::Cluster& cluster, base::Wake& wake,
                       measure::Recorder& recorder, MemberSpec spec, MemberStatus& status)
    : context_(context),
      cluster_(cluster),
      wake_(wake),
      recorder_(recorder),
      spec_(std::move(spec)),
      status_(status),
      waiting_(spec_.queue) {
  for (const std::size_t stream : pass().streams) {
    by_partition_.emplace_back(static_cast<std::size_t>(context.plan.streams[stream].partitions), nullptr);
  }
}

MemberRole::~MemberRole() = default;

base::Status MemberRole::join() {
  auto made = cluster_.make_member(spec_.options, wake_);
  if (!made) return made.error();
  member_ = std::move(made).value();
  return base::Ok{};
}

std::uint16_t MemberRole::stream_of(cluster::TopicPartition from) const {
  return static_cast<std::uint16_t>(pass().streams[from.topic]);
}

MemberRole::Assignment* MemberRole::find(cluster::TopicPartition from) {
  return by_partition_[from.topic][static_cast<std::size_t>(from.partition)];
}

// The wall clock at which what is of that τ was written; its milliseconds rounded down, as records carry
// them.
void MemberRole::start_at_time(const base::Clock& clock) {
  const Nanos start = clock.wall() - context_.time.since_start(clock.now());
  const Nanos from = spec_.starts_at < 0 ? context_.prefill_wall : start;
  spec_.options.start = {cluster::StartAt::From::time, (from + spec_.starts_at) / base::kMillisecond};
}

Stepped MemberRole::step(const base::Clock& clock) {
  const Stage stage = context_.stage.load(std::memory_order_acquire);
  if (status_.closed.load(std::memory_order_relaxed)) return {};
  if (context_.time.started()) {
    if (const auto elsewhere = attend(clock, stage)) return *elsewhere;
    if (!started_) open_shards(clock.now());
    roll(clock);
  }
  if (!member_) return {.next = clock.now() + 20 * base::kMillisecond};
  bool worked = apply_due(clock);
  if (stage >= Stage::closing || pass().over.load(std::memory_order_acquire))
    return {.worked = leave(clock) || worked, .next = clock.now() + base::kMillisecond};
  worked = poll_some(clock) || worked;
  if (started_ && waiting_.empty()) pass_ends(clock.now());
  if (!resets_.empty()) settle_resets(clock.now());
  if (started_ && !pass().live) look_whether_caught_up(clock.now());
  store_applied();
  note_resumed(clock.now());
  report_status();
  return {.worked = worked, .next = worked ? clock.now() : next_step(clock.now())};
}

// Polls until nothing is there, the waiting queue is full, or a step's share is done.
bool MemberRole::poll_some(const base::Clock& clock) {
  for (int i = 0; i < kEventsPerStep; ++i) {
    if (waiting_.full()) return i > 0;
    std::optional<cluster::MemberEvent> event = member_->poll();
    if (!event) {
      if (waiting_.empty()) idle_in_second_ = true;
      return i > 0;
    }
    if (const auto* record = std::get_if<cluster::Record>(&*event)) {
      on(*record, clock);
      continue;
    }
    // Order matters at changes: what was applied is stored before the next poll lets partitions go.
    const Nanos now = clock.now();
    std::visit(
        [&](const auto& happened) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(happened)>, cluster::Record>) on(happened, now);
        },
        *event);
    store_applied();
  }
  return true;
}

void MemberRole::on(const cluster::Record& record, const base::Clock& clock) {
  Assignment* assignment = find(record.from);
  if (!assignment) return;  // of an assignment that has gone; the next owner gets it
  receive(*assignment, record, clock);
}

void MemberRole::receive(Assignment& assignment, const cluster::Record& record, const base::Clock& clock) {
  const Nanos monotonic = clock.now();
  // The start may have come in the middle of a step.
  if (!started_ && context_.time.started()) open_shards(monotonic);
  assignment.position = record.offset + 1;
  measure::Envelope envelope;
  const measure::Decoded decoded = measure::read_envelope(record.value, context_.run_id, envelope);
  // No live pass knows of what was written before the run (E4).
  const bool prefilled = decoded == measure::Decoded::ok && (envelope.flags & measure::kPrefill) != 0;
  const bool event =
      decoded == measure::Decoded::ok && !(envelope.flags & measure::kProbe) && !(prefilled && pass().live);
  if (!event && !prefilled) note_other(record, decoded, monotonic);
  if (!started_) {  // only probes and other runs' records lie before the start
    assignment.next_to_store = record.offset + 1;
    return;
  }
  Waiting::Item item{.record = received(record, envelope, context_.time.since_start(monotonic)),
                     .from = record.from,
                     .event = event};
  if (event) {
    const std::uint16_t stream = stream_of(record.from);
    recorder_.count(stream, static_cast<std::uint16_t>(spec_.pass), item.record.received,
                    measure::Count::received);
    context_.totals[stream].received.fetch_add(1, std::memory_order_relaxed);
  }
  if (spec_.service.none()) return apply(item, context_.time.since_start(clock.now()));
  // What is no event takes no service, but stands in line: it must not pass those before it.
  if (event) {
    const Nanos service = spec_.service.of(stream_of(record.from), item.record.lane, item.record.n);
    busy_until_ = std::max(busy_until_, item.record.received) + service;
  }
  item.due = busy_until_;
  waiting_.push(item);
}

// A record that is no event of ours: a probe (T6), another run's, or a damaged one.
void MemberRole::note_other(const cluster::Record& record, measure::Decoded decoded, Nanos monotonic) {
  if (decoded == measure::Decoded::ok) {
    pass().probed[record.from.topic][static_cast<std::size_t>(record.from.partition)].store(true);
  } else if (started_) {
    recorder_.count(stream_of(record.from), static_cast<std::uint16_t>(spec_.pass),
                    context_.time.since_start(monotonic),
                    decoded == measure::Decoded::foreign ? measure::Count::foreign : measure::Count::corrupt);
    trace_place(recorder_, TraceKind::alien, place_of(record.from), record.offset,
                context_.time.since_start(monotonic), decoded == measure::Decoded::foreign ? 1 : 2);
  }
}

// Makes visible what has been served by now (T3): at the end of its service or now, whichever is later.
bool MemberRole::apply_due(const base::Clock& clock) {
  bool worked = false;
  for (int i = 0; i < kEventsPerStep && !waiting_.empty(); ++i) {
    Waiting::Item& item = waiting_.front();
    if (!item.dropped) {
      const Nanos now = context_.time.since_start(clock.now());
      if (item.due > now) break;
      if (base::second_of(now) != second_) break;  // roll first
      apply(item, now);
    }
    waiting_.pop();
    worked = true;
  }
  return worked;
}

void MemberRole::apply(Waiting::Item& item, Nanos visible) {
  Assignment* assignment = find(item.from);
  if (!assignment) return;
  if (item.event) {
    trace_seen(recorder_, place_of(item.from), item.record, visible);
  } else {
    trace_place(recorder_, TraceKind::passed, place_of(item.from), item.record.offset + 1, visible);
  }
  if (assignment->live) {
    // A record taken just after the turn of a second belongs to the new one: its lag rows are closed first.
    if (base::second_of(visible) != second_) assignment->live->roll(visible);
    if (item.event) assignment->live->apply(item.record, visible);
    if (item.event && assignment->resumed < 0) {
      assignment->resumed = visible;
      assignment->resumed_tau = item.record.tau;
    }
    assignment->live->passed(item.record.offset + 1, visible);
  } else if (assignment->replay) {
    if (item.event) assignment->replay->apply(item.record, visible);
    assignment->replay->passed(item.record.offset + 1, visible);
  }
  assignment->next_to_store = item.record.offset + 1;
}

// Offsets are stored at v (T3), once a step and partition.
void MemberRole::store_applied() {
  bool any = false;
  for (const auto& assignment : assignments_) {
    if (assignment->next_to_store < 0) continue;
    if (spec_.commit != plan::CommitPolicy::none) member_->store(assignment->from, assignment->next_to_store);
    assignment->next_to_store = -1;
    any = true;
  }
  if (any && spec_.commit == plan::CommitPolicy::after_apply) member_->commit();
}

void MemberRole::on(const cluster::Assigned& assigned, Nanos now) {
  Json rows = Json::array();
  for (const auto& [from, start] : assigned.partitions) {
    auto assignment = std::make_unique<Assignment>();
    assignment->from = from;
    assignment->start = start;
    assignment->position = start;
    by_partition_[from.topic][static_cast<std::size_t>(from.partition)] = assignment.get();
    std::int64_t unknown = -1;
    pass().began_at[from.topic][static_cast<std::size_t>(from.partition)].compare_exchange_strong(unknown,
                                                                                                  start);
    if (started_) open(*assignment, now);
    // The start is written, so that a member that takes over goes on from here (T6).
    if (spec_.commit != plan::CommitPolicy::none && start >= 0) member_->store(from, start);
    assignments_.push_back(std::move(assignment));
    rows.push_back({{"topic", pass().streams[from.topic]}, {"partition", from.partition}, {"start", start}});
  }
  note_missing_offsets(assigned, now);
  if (spec_.commit != plan::CommitPolicy::none) member_->commit();
  context_.notes.add(now, "assigned",
                     {{"group", pass().name}, {"member", spec_.index}, {"partitions", rows}});
  status_.assigned_at.store(now);
  status_.owned.store(static_cast<int>(assignments_.size()), std::memory_order_release);
}

void MemberRole::release(const std::vector<cluster::TopicPartition>& partitions, bool clean, Nanos now) {
  note_resumed(now);
  Json rows = Json::array();
  for (const cluster::TopicPartition from : partitions) {
    Assignment* assignment = find(from);
    if (!assignment) continue;
    waiting_.drop(from);
    if (clean) store_applied();
    seal(*assignment, clean, now);
    by_partition_[from.topic][static_cast<std::size_t>(from.partition)] = nullptr;
    std::erase_if(assignments_, [&](const auto& held) { return held.get() == assignment; });
    rows.push_back({{"topic", pass().streams[from.topic]}, {"partition", from.partition}});
  }
  context_.notes.add(now, clean ? "revoked" : "lost",
                     {{"group", pass().name}, {"member", spec_.index}, {"partitions", rows}});
  status_.assigned_at.store(now);
  status_.owned.store(static_cast<int>(assignments_.size()), std::memory_order_release);
}

void MemberRole::on(const cluster::End& end, Nanos now) {
  Assignment* assignment = find(end.from);
  if (!assignment) return;
  assignment->position = std::max(assignment->position, end.offset);
  assignment->end = end.offset;
  if (started_ && waiting_.empty()) pass_ends(now);
}

// An End lies behind the records before it: it is passed when none of them waits for its service any more.
void MemberRole::pass_ends(Nanos now) {
  const Nanos since = context_.time.since_start(now);
  for (const auto& assignment : assignments_) {
    if (assignment->end < 0) continue;
    trace_place(recorder_, TraceKind::passed, place_of(assignment->from), assignment->end, since);
    if (assignment->live) assignment->live->passed(assignment->end, since);
    if (assignment->replay) {
      assignment->replay->passed(assignment->end, since);
      caught_up(*assignment, now);
    }
    assignment->end = -1;
  }
}

// Where records keep coming the cluster never tells an End: there a pass has caught up when it has read all
// that has been acknowledged.
void MemberRole::look_whether_caught_up(Nanos now) {
  for (const auto& assignment : assignments_) {
    const auto topic = assignment->from.topic;
    const auto partition = static_cast<std::size_t>(assignment->from.partition);
    const std::int64_t end = context_.acked_ends[pass().streams[topic]][partition].load();
    const std::int64_t read = std::max(assignment->start, pass().progress[topic][partition].position.load());
    if (end >= 0 && read >= end) caught_up(*assignment, now);
  }
}

void MemberRole::caught_up(const Assignment& assignment, Nanos now) {
  Nanos never = base::kNever;
  pass()
      .caught_up[assignment.from.topic][static_cast<std::size_t>(assignment.from.partition)]
      .compare_exchange_strong(never, now, std::memory_order_acq_rel);
}

void MemberRole::on(const cluster::MemberError& error, Nanos now) {
  if (error.refused) context_.refusal.set(error.message);
  context_.notes.add(
      now, "member_error",
      {{"group", pass().name}, {"member", spec_.index}, {"fatal", error.fatal}, {"error", error.message}});
}

// Closes the seconds that have ended, before anything of a new one happens.
void MemberRole::roll(const base::Clock& clock) {
  const Nanos since = context_.time.since_start(clock.now());
  const std::int64_t second = base::second_of(since);
  if (second == second_) return look_for_settled(since);
  for (const auto& assignment : assignments_) {
    if (!assignment->live) continue;
    assignment->live->roll(since);
    pass().lag[assignment->from.topic][static_cast<std::size_t>(assignment->from.partition)].store(
        assignment->live->freshness_lag(since), std::memory_order_relaxed);
  }
  receiver_second(clock);
  second_ = second;
  recorder_.cut();
}

// L1: events that fail or are lost are settled by a report, of which nobody tells the member.
void MemberRole::look_for_settled(Nanos since) {
  if (since < looked_ + kLookEvery) return;
  looked_ = since;
  for (const auto& assignment : assignments_) {
    if (assignment->live) assignment->live->look(since);
  }
}

// Since start: when the oldest event that is waited for will be late enough to ask. kNever: not in this
// second.
Nanos MemberRole::next_look() const {
  const Nanos second_end = (second_ + 1) * base::kSecond;
  Nanos oldest = base::kNever;
  for (const auto& assignment : assignments_) {
    const Nanos lag = assignment->live ? assignment->live->freshness_lag(second_end) : 0;
    if (lag > 0) oldest = std::min(oldest, second_end - lag);
  }
  return oldest == base::kNever ? base::kNever : std::max(looked_, oldest) + kLookEvery;
}

void MemberRole::receiver_second(const base::Clock& clock) {
  const Nanos cpu = clock.thread_cpu();
  const Nanos since = context_.time.since_start(clock.now());
  // A roll that comes late spans several seconds: the share is over all of them.
  const auto seconds = static_cast<double>(std::max<std::int64_t>(base::second_of(since) - second_, 1));
  if (second_ >= 0) {
    recorder_.receiver({.pass = static_cast<std::uint16_t>(spec_.pass),
                        .member = static_cast<std::uint16_t>(spec_.index),
                        .second = second_,
                        .busy = static_cast<double>(cpu - cpu_at_second_) / (seconds * base::kSecond),
                        .data_queued = !idle_in_second_,
                        .waiting = static_cast<std::int32_t>(waiting_.take_most())});
  }
  cpu_at_second_ = cpu;
  idle_in_second_ = false;
}

void MemberRole::report_status() {
  if (!started_) return;
  const Nanos after_last = context_.last_tau() + 1;
  bool drained = waiting_.empty();
  for (const auto& assignment : assignments_) {
    if (assignment->live && drained) drained = assignment->live->freshness_lag(after_last) == 0;
  }
  status_.drained.store(drained, std::memory_order_release);
}

// A pass that is not live has a pace and no staleness: to meet each event's time would only burn a core.
Nanos MemberRole::next_due(Nanos now) const {
  const Nanos due = context_.time.monotonic(waiting_.front().due);
  return pass().live || due <= now ? due : std::max(due, now + kPaceGrain);
}

Nanos MemberRole::next_step(Nanos now) const {
  Nanos next = now + base::kSecond;
  if (!context_.time.started()) return std::min(next, now + 20 * base::kMillisecond);
  next = context_.time.monotonic((second_ + 1) * base::kSecond);
  if (const Nanos look = next_look(); look != base::kNever)
    next = std::min(next, context_.time.monotonic(look));
  if (!waiting_.empty()) next = std::min(next, next_due(now));
  const plan::Attendance& plan = spec_.attendance;
  if (stay_ < plan.stays.size() && plan.stays[stay_].until != base::kNever)
    next = std::min(next, context_.time.monotonic(plan.stays[stay_].until));
  if (pause_ < plan.pauses.size()) next = std::min(next, context_.time.monotonic(plan.pauses[pause_].from));
  return std::max(next, now + 1);
}

}  // namespace freshet::engine
