#include "harness/engine/conductor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/measure/envelope.h"

namespace freshet::engine {
namespace {

constexpr Nanos kTick = 5 * base::kMillisecond;
constexpr Nanos kTellEvery = base::kSecond;
// τ = 0 lies this far ahead when it is set, so that every role knows it in time.
constexpr Nanos kStartAhead = 50 * base::kMillisecond;
constexpr Nanos kProbeAgain = 500 * base::kMillisecond;
// How long reports may take after the client was told to give up, and members to leave.
constexpr Nanos kReportsWithin = 2 * base::kSecond;
constexpr Nanos kLeaveWithin = 10 * base::kSecond;

}  // namespace

Conductor::Conductor(Context& context, cluster::Admin& admin, std::vector<Reports*> reports, Writer& writer,
                     const Faults* faults, const RunOptions& options, int senders, Nanos hold)
    : context_(context),
      admin_(admin),
      reports_(std::move(reports)),
      writer_(writer),
      faults_(faults),
      options_(options),
      senders_(senders),
      hold_(hold) {}

int Conductor::stop_request() const {
  return options_.stop ? options_.stop->load(std::memory_order_acquire) : kGoOn;
}

Stepped Conductor::step(const base::Clock& clock) {
  const Nanos now = clock.now();
  if (began_ < 0) began_ = stage_began_ = now;
  switch (context_.stage.load(std::memory_order_relaxed)) {
    case Stage::joining:
      joining(now);
      break;
    case Stage::probing:
      probing(now, clock);
      break;
    case Stage::running:
      running(now);
      break;
    case Stage::draining:
      draining(now);
      break;
    case Stage::closing:
      closing(now);
      break;
    case Stage::over:
      return {};
  }
  tell_progress(now);
  return {.worked = true, .next = clock.now() + kTick};
}

void Conductor::enter(Stage stage, Nanos now) {
  stage_began_ = now;
  context_.stage.store(stage, std::memory_order_release);
}

void Conductor::fail(std::string why, Nanos now) {
  failure_ = std::move(why);
  enter(Stage::closing, now);
}

// ---- The start (T6) ----

// Partitions of the pass that none of its members has; "" when each is owned once.
std::string Conductor::unowned(const Pass& pass) const {
  int partitions = 0, owned = 0;
  for (const std::size_t stream : pass.streams) partitions += context_.plan.streams[stream].partitions;
  for (int m = 0; m < pass.members; ++m) owned += status_of(pass, m).owned.load();
  if (owned == partitions) return "";
  return fmt::format("group {} owns {} of {} partitions", pass.name, owned, partitions);
}

const MemberStatus& Conductor::status_of(const Pass& pass, int member) const {
  return context_.member_status[pass.first_member + static_cast<std::size_t>(member)];
}

std::string Conductor::missing_assignment() const {
  constexpr Nanos kAtStart = -1;
  for (const Pass& pass : context_.passes) {
    if (!pass.live || !pass.starts) continue;
    if (std::string missing = unowned(pass); !missing.empty()) return missing;
    // Range assigns topic by topic: each member gets at least ⌊P/M⌋ of each.
    const int members = plan::members_at(pass.attendance, kAtStart);
    int fair = 0;
    for (const std::size_t stream : pass.streams) fair += context_.plan.streams[stream].partitions / members;
    for (int m = 0; m < pass.members; ++m) {
      if (!pass.attendance[static_cast<std::size_t>(m)].present(kAtStart)) continue;
      if (const int own = status_of(pass, m).owned.load(); own < fair)
        return fmt::format("a member of group {} owns {} partitions, {} expected", pass.name, own, fair);
    }
  }
  return "";
}

std::string Conductor::refusal() const {
  for (const auto& producer : context_.producers) {
    if (std::string why = producer->refusal(); !why.empty()) return why;
  }
  return context_.refusal.get();
}

void Conductor::joining(Nanos now) {
  if (stop_request() != kGoOn) return fail("interrupted before the start", now);
  if (const std::string why = refusal(); !why.empty()) return fail("the cluster refuses: " + why, now);
  const std::string missing = missing_assignment();
  if (!missing.empty()) {
    held_since_ = 0;
    if (now - began_ > options_.start_timeout) {
      fail(fmt::format("the groups did not get ready within {} s: {}", options_.start_timeout / base::kSecond,
                       missing),
           now);
    }
    return;
  }
  // Held: nobody's assignment changed for a heartbeat interval.
  Nanos changed = held_since_ == 0 ? now : held_since_;
  for (const MemberStatus& status : context_.member_status)
    changed = std::max(changed, status.assigned_at.load());
  held_since_ = changed;
  if (now - held_since_ >= hold_) enter(Stage::probing, now);
}

std::string Conductor::missing_probe() const {
  for (std::size_t s = 0; s < reports_.size(); ++s) {
    const auto& acked = reports_[s]->probes();
    for (std::size_t p = 0; p < acked.size(); ++p) {
      if (!acked[p].load(std::memory_order_acquire)) {
        return fmt::format("topic {} partition {} did not acknowledge a probe", context_.topic(s), p);
      }
    }
  }
  for (const Pass& pass : context_.passes) {
    if (!pass.live || !pass.starts) continue;
    for (std::size_t topic = 0; topic < pass.streams.size(); ++topic) {
      for (std::size_t p = 0; p < pass.probed[topic].size(); ++p) {
        if (pass.probed[topic][p].load(std::memory_order_acquire)) continue;
        return fmt::format("group {} did not see a probe of topic {} partition {}", pass.name,
                           context_.topic(pass.streams[topic]), p);
      }
    }
  }
  return "";
}

void Conductor::send_probes(const base::Clock& clock) {
  // A compacted topic takes no record without a key.
  static constexpr std::array<std::byte, 5> kKey = {std::byte{'p'}, std::byte{'r'}, std::byte{'o'},
                                                    std::byte{'b'}, std::byte{'e'}};
  std::array<std::byte, measure::kEnvelopeSize> value{};
  for (std::size_t s = 0; s < context_.producers.size(); ++s) {
    for (int partition = 0; partition < context_.plan.streams[s].partitions; ++partition) {
      measure::Envelope envelope;
      envelope.run = context_.run_id;
      envelope.n = static_cast<std::uint64_t>(partition);
      envelope.stream = static_cast<std::uint16_t>(s);
      envelope.flags = measure::kProbe;
      measure::write_envelope(envelope, value);
      // A probe that the client does not take is sent again with the next round.
      (void)context_.producers[s]->send(partition, kKey, value, clock.wall() / base::kMillisecond);
    }
  }
  probes_sent_ = clock.now();
}

// Each live group's start offset is written for every partition, so that a take-over never starts elsewhere.
// Uses a set-up call: before τ = 0 the conductor may wait.
std::string Conductor::missing_start_offset() {
  for (std::size_t g = 0; g < context_.plan.groups.size(); ++g) {
    const plan::Group& group = context_.plan.groups[g];
    if (group.never_starts || group.commit == plan::CommitPolicy::none) continue;
    for (const plan::GroupStream& read : group.streams) {
      const auto offsets =
          admin_.committed(context_.group(group.name), context_.topic(read.stream),
                           context_.plan.streams[read.stream].partitions, options_.connect_timeout);
      if (!offsets) return offsets.error().message;
      if (std::any_of(offsets->begin(), offsets->end(), [](std::int64_t offset) { return offset < 0; })) {
        return fmt::format("group {} has not written a start offset for every partition of {}", group.name,
                           context_.topic(read.stream));
      }
    }
  }
  return "";
}

void Conductor::probing(Nanos now, const base::Clock& clock) {
  if (stop_request() != kGoOn) return fail("interrupted before the start", now);
  if (const std::string why = refusal(); !why.empty()) return fail("the cluster refuses: " + why, now);
  if (!missing_assignment().empty()) return enter(Stage::joining, now);  // it was not the final one
  std::string missing = probes_sent_ == 0 ? "probes were not sent yet" : missing_probe();
  if (missing.empty()) missing = missing_start_offset();
  if (!missing.empty()) {
    if (probes_sent_ == 0 || now - probes_sent_ > kProbeAgain) send_probes(clock);
    if (now - began_ > options_.start_timeout) {
      fail(fmt::format("no way from end to end within {} s: {}", options_.start_timeout / base::kSecond,
                       missing),
           now);
    }
    return;
  }
  if (options_.rehearse) return end_rehearsal(now);
  // Probes sent again may still be on their way; they carry their flag and count nowhere.
  const Nanos start = std::max(clock.now() + kStartAhead, options_.start_not_before);
  start_took_ = start - began_;
  context_.time.start_at(start);
  enter(Stage::running, now);
}

void Conductor::end_rehearsal(Nanos now) {
  rehearsed_at_ = now;
  for (const Pass& pass : context_.passes) {
    Nanos last = 0;
    for (int m = 0; m < pass.members; ++m) last = std::max(last, status_of(pass, m).assigned_at.load());
    assigned_at_.push_back(last);
  }
  enter(Stage::closing, now);
}

// ---- The run ----

void Conductor::note_phases(Nanos since) {
  for (; phases_noted_ < context_.plan.phases.size(); ++phases_noted_) {
    const plan::Phase& phase = context_.plan.phases[phases_noted_];
    if (since < phase.begin) return;
    context_.notes.add(context_.time.monotonic(phase.begin), "phase",
                       {{"name", phase.name}, {"begin", phase.begin}, {"end", phase.end}});
  }
}

// P1: a pass ends when it has read to the end of every partition, or when its time is over; its members
// leave.
void Conductor::end_pass(std::size_t index, Nanos now) {
  Pass& pass = context_.passes[index];
  const plan::Replay& replay = context_.plan.replays[index - context_.plan.groups.size()];
  Nanos latest = 0;
  for (const auto& topic : pass.caught_up) {
    for (const auto& at : topic) latest = std::max(latest, at.load(std::memory_order_acquire));
  }
  const Nanos gives_up =
      replay.lasts > 0 ? context_.time.monotonic(context_.plan.phases[replay.phase].begin + replay.lasts)
                       : base::kNever;
  const bool finished = latest != base::kNever;
  if (!finished && now < gives_up) return;
  context_.notes.add(finished ? latest : gives_up, finished ? "replay_finished" : "replay_given_up",
                     {{"pass", index}, {"group", pass.name}});
  pass.over.store(true, std::memory_order_release);
}

void Conductor::end_passes(Nanos now) {
  for (std::size_t p = context_.plan.groups.size(); p < context_.passes.size(); ++p) {
    if (!context_.passes[p].over.load(std::memory_order_relaxed)) end_pass(p, now);
  }
}

void Conductor::running(Nanos now) {
  const Nanos since = context_.time.since_start(now);
  if (since >= 0) note_phases(since);
  end_passes(now);
  const int request = context_.unwritable.load(std::memory_order_acquire) ? kStopNow : stop_request();
  if (request != kGoOn && !interrupted_) {
    interrupted_ = true;
    context_.sending_until.store(std::clamp<Nanos>(since, 0, context_.plan.end()), std::memory_order_release);
    context_.notes.add(now, "interrupted", {{"sending_until", context_.last_tau()}});
  }
  if (since > context_.last_tau() || interrupted_) {
    enter(Stage::draining, now);
    context_.notes.add(now, "drain_begins");
  }
}

bool Conductor::all_settled() const {
  if (context_.senders_done.load(std::memory_order_acquire) < senders_) return false;
  for (const auto& producer : context_.producers) {
    if (producer->in_flight() > 0) return false;
  }
  for (const Pass& pass : context_.passes) {
    if (!pass.live) continue;
    if (!pass.starts || !unowned(pass).empty()) return false;  // nobody reads: its events stay undelivered
    for (int m = 0; m < pass.members; ++m) {
      if (!status_of(pass, m).drained.load()) return false;
    }
  }
  return true;
}

void Conductor::draining(Nanos now) {
  end_passes(now);
  const bool now_asked = stop_request() == kStopNow || context_.unwritable.load(std::memory_order_acquire);
  const Nanos drained_for = now - stage_began_;
  if (all_settled()) {
    drained_in_ = drained_for;
  } else if (drained_for < context_.plan.drain && !now_asked) {
    return;
  } else if (!context_.give_up.load(std::memory_order_relaxed)) {
    // The drain is over: senders write down what they could not hand over, the clients give up what they
    // hold.
    drained_ = false;
    drained_in_ = drained_for;
    context_.give_up.store(true, std::memory_order_release);
    for (const auto& producer : context_.producers) producer->purge();
    context_.notes.add(now, "drain_given_up", {{"after_ns", drained_for}});
    return;
  } else {
    const bool reported = std::all_of(context_.producers.begin(), context_.producers.end(),
                                      [](const auto& producer) { return producer->in_flight() == 0; });
    const bool senders = context_.senders_done.load(std::memory_order_acquire) >= senders_;
    if (!(reported && senders) && drained_for < drained_in_ + kReportsWithin) return;
  }
  ended_at_ = context_.time.since_start(now);
  context_.notes.add(now, "run_ends", {{"drained", drained_}});
  enter(Stage::closing, now);
}

void Conductor::closing(Nanos now) {
  bool closed = true;
  for (const MemberStatus& status : context_.member_status) closed = closed && status.closed.load();
  // What a fault did is undone, however the run ends; commands have time limits of their own.
  if (faults_ && !faults_->done()) return;
  if (!closed && now - stage_began_ < kLeaveWithin && stop_request() != kStopNow) return;
  if (!closed) context_.notes.add(now, "members_did_not_leave");
  enter(Stage::over, now);
}

// ---- Progress ----

// How far the passes that have begun and not ended have come, in offsets.
std::vector<Progress::Pass> Conductor::pass_progress(Nanos now) const {
  std::vector<Progress::Pass> all;
  for (std::size_t p = context_.plan.groups.size(); p < context_.passes.size(); ++p) {
    const Pass& pass = context_.passes[p];
    if (pass.over.load(std::memory_order_relaxed) || !context_.time.started()) continue;
    Progress::Pass row{.name = pass.name};
    bool begun = false;
    for (std::size_t topic = 0; topic < pass.streams.size(); ++topic) {
      for (std::size_t i = 0; i < pass.began_at[topic].size(); ++i) {
        const std::int64_t began = pass.began_at[topic][i].load(std::memory_order_relaxed);
        const std::int64_t position = pass.progress[topic][i].position.load(std::memory_order_relaxed);
        const std::int64_t end = context_.log_ends[pass.streams[topic]][i].load(std::memory_order_relaxed);
        if (began < 0) continue;
        begun = true;
        row.read += static_cast<std::uint64_t>(std::max<std::int64_t>(position - began, 0));
        row.to_read += static_cast<std::uint64_t>(std::max<std::int64_t>(std::max(end, position) - began, 0));
      }
    }
    const plan::Replay& replay = context_.plan.replays[p - context_.plan.groups.size()];
    row.elapsed = context_.time.since_start(now) - context_.plan.phases[replay.phase].begin;
    if (begun) all.push_back(row);
  }
  return all;
}

void Conductor::tell_progress(Nanos now) {
  if (!options_.on_progress || now - told_ < kTellEvery) return;
  const Stage stage = context_.stage.load(std::memory_order_relaxed);
  if (stage == Stage::over) return;
  Progress progress;
  progress.stage = static_cast<Progress::Stage>(stage);
  progress.length = context_.plan.end();
  const double seconds = told_ == 0 ? 1 : static_cast<double>(now - told_) / base::kSecond;
  std::uint64_t sent = 0, acked = 0, received = 0;
  for (const Totals& totals : context_.totals) {
    sent += totals.sent.load(std::memory_order_relaxed);
    acked += totals.acked.load(std::memory_order_relaxed);
    received += totals.received.load(std::memory_order_relaxed);
  }
  progress.sent = static_cast<double>(sent - told_sent_) / seconds;
  progress.acked = static_cast<double>(acked - told_acked_) / seconds;
  progress.received = static_cast<double>(received - told_received_) / seconds;
  if (context_.time.started()) {
    const Nanos since = std::max<Nanos>(context_.time.since_start(now), 0);
    progress.elapsed = since;
    for (const plan::Phase& phase : context_.plan.phases) {
      if (since < phase.begin || since >= phase.end) continue;
      progress.phase = phase.name;
      progress.phase_elapsed = since - phase.begin;
      progress.phase_length = phase.end - phase.begin;
    }
    const Nanos from = std::max<Nanos>(since - static_cast<Nanos>(seconds * base::kSecond), 0);
    for (const plan::StreamLanes& lanes : context_.lanes) {
      if (since > from)
        progress.offered += lanes.expected(from, std::min(since, context_.plan.end())) / seconds;
    }
    for (std::size_t g = 0; g < context_.plan.groups.size(); ++g) {
      for (const plan::GroupStream& read : context_.plan.groups[g].streams) {
        Progress::Row& row = progress.rows.emplace_back();
        row.klass = context_.plan.streams[read.stream].klass;
        row.group = context_.plan.groups[g].name;
        row.bound = read.bound;
        row.p99 = writer_.recent_p99(static_cast<std::uint16_t>(read.stream), static_cast<std::uint16_t>(g));
        row.freshness_lag = context_.current_lag(g, read.stream);
      }
    }
  }
  progress.passes = pass_progress(now);
  told_ = now;
  told_sent_ = sent;
  told_acked_ = acked;
  told_received_ = received;
  options_.on_progress(progress);
}

}  // namespace freshet::engine
