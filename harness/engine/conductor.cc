#include "harness/engine/conductor.h"

#include <fmt/format.h>

#include <algorithm>

namespace freshet::engine {
namespace {

constexpr Nanos kTick = 5 * base::kMillisecond;
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
      readiness_(context, admin, std::move(reports), options.connect_timeout),
      progress_(context, writer, options),
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
  progress_.tell(now);
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

std::string Conductor::refusal() const {
  for (const auto& producer : context_.producers) {
    if (std::string why = producer->refusal(); !why.empty()) return why;
  }
  return context_.refusal.get();
}

void Conductor::joining(Nanos now) {
  if (stop_request() != kGoOn) return fail("interrupted before the start", now);
  if (const std::string why = refusal(); !why.empty()) return fail("the cluster refuses: " + why, now);
  const std::string missing = readiness_.missing_assignment();
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

void Conductor::probing(Nanos now, const base::Clock& clock) {
  if (stop_request() != kGoOn) return fail("interrupted before the start", now);
  if (const std::string why = refusal(); !why.empty()) return fail("the cluster refuses: " + why, now);
  if (!readiness_.missing_assignment().empty())
    return enter(Stage::joining, now);  // it was not the final one
  std::string missing = probes_sent_ == 0 ? "probes were not sent yet" : readiness_.missing_probe();
  if (missing.empty()) missing = readiness_.missing_start_offset();
  if (!missing.empty()) {
    if (probes_sent_ == 0 || now - probes_sent_ > kProbeAgain) {
      readiness_.send_probes(clock);
      probes_sent_ = clock.now();
    }
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
    for (int m = 0; m < pass.members; ++m)
      last = std::max(last, context_.status_of(pass, m).assigned_at.load());
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
    if (!pass.starts || !readiness_.unowned(pass).empty())
      return false;  // nobody reads: its events stay undelivered
    for (int m = 0; m < pass.members; ++m) {
      if (!context_.status_of(pass, m).drained.load()) return false;
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

}  // namespace freshet::engine
