#include "harness/engine/faults.h"

#include <algorithm>

namespace freshet::engine {
namespace {

// How often a running command is looked after; its end is known that late.
constexpr Nanos kLook = 5 * base::kMillisecond;
// From SIGTERM to SIGKILL.
constexpr Nanos kGrace = 5 * base::kSecond;
constexpr int kNotStarted = 127;  // the status of what could not be started, as a shell has it

// What was cut off may have left half of a secret, which nobody would know for one.
void drop_cut_line(CommandEnd& end) {
  if (end.dropped == 0) return;
  const std::size_t line = std::min(end.output.find('\n'), end.output.size() - 1) + 1;
  end.output.erase(0, line);
  end.dropped += line;
}

}  // namespace

Faults::Faults(Context& context, Commands& commands, std::vector<std::string> secrets)
    : context_(context),
      commands_(commands),
      secrets_(std::move(secrets)),
      faults_(context.plan.faults.size()) {
  std::erase(secrets_, "");
}

Stepped Faults::step(const base::Clock& clock) {
  if (done()) return {};
  const bool never = context_.stage.load(std::memory_order_acquire) >= Stage::closing;
  if (!context_.time.started()) {
    if (never) done_.store(true, std::memory_order_release);
    return {.worked = never, .next = clock.now() + 20 * base::kMillisecond};
  }
  bool worked = false;
  for (std::size_t f = 0; f < faults_.size(); ++f) worked = advance(f, clock) || worked;
  if (std::ranges::all_of(faults_, [](const Open& open) { return open.state == State::over; })) {
    done_.store(true, std::memory_order_release);
    return {.worked = true};
  }
  return {.worked = worked, .next = next(clock)};
}

// Interrupted, or over: what was to come does not come any more.
bool Faults::cut_short() const {
  return context_.sending_until.load(std::memory_order_acquire) != base::kNever ||
         context_.stage.load(std::memory_order_acquire) >= Stage::closing;
}

bool Faults::may_undo(std::size_t f, Nanos now) const {
  const plan::Fault& fault = context_.plan.faults[f];
  return cut_short() || context_.time.since_start(now) >= fault.at + fault.after;
}

bool Faults::advance(std::size_t f, const base::Clock& clock) {
  const plan::Fault& fault = context_.plan.faults[f];
  Open& open = faults_[f];
  const Nanos now = clock.now();
  switch (open.state) {
    case State::waiting:
      if (context_.time.since_start(now) >= fault.at && fault.at <= context_.last_tau() &&
          context_.stage.load(std::memory_order_acquire) < Stage::closing) {
        start(f, false, now);
      } else if (cut_short()) {
        open.state = State::over;
      } else {
        return false;
      }
      return true;
    case State::running:
    case State::undoing:
      watch(f, clock);
      return true;
    case State::ran:
      if (fault.undo.empty()) {
        open.state = State::over;
      } else if (may_undo(f, now)) {
        start(f, true, now);
      } else {
        return false;
      }
      return true;
    case State::over:
      return false;
  }
  return false;
}

void Faults::start(std::size_t f, bool undo, Nanos now) {
  const plan::Fault& fault = context_.plan.faults[f];
  const std::string& text = undo ? fault.undo : fault.run;
  Open& open = faults_[f];
  open.state = undo ? State::undoing : State::running;
  open.began = now;
  open.terminate = now + fault.timeout;
  open.timed_out = false;
  context_.notes.add(now, "command_begins", {{"fault", f}, {"undo", undo}, {"command", masked(text)}});
  auto started = commands_.start(text, now);
  if (!started) return ended(f, {.status = kNotStarted, .output = started.error().message}, now);
  open.command = std::move(started).value();
}

void Faults::watch(std::size_t f, const base::Clock& clock) {
  Open& open = faults_[f];
  if (auto end = open.command->poll(clock.now())) return ended(f, *std::move(end), clock.now());
  if (clock.now() < open.terminate) return;
  open.command->terminate(open.timed_out);
  open.timed_out = true;
  open.terminate = clock.now() + kGrace;
}

void Faults::ended(std::size_t f, CommandEnd end, Nanos now) {
  const plan::Fault& fault = context_.plan.faults[f];
  Open& open = faults_[f];
  const bool undo = open.state == State::undoing;
  drop_cut_line(end);
  context_.notes.add(now, "command_ended",
                     {{"fault", f},
                      {"undo", undo},
                      {"command", masked(undo ? fault.undo : fault.run)},
                      {"status", end.status},
                      {"timed_out", open.timed_out},
                      {"began", context_.time.since_start(open.began)},
                      {"output", masked(std::move(end.output))},
                      {"output_dropped", end.dropped}});
  open.command.reset();
  open.state = undo ? State::over : State::ran;
}

Nanos Faults::next(const base::Clock& clock) const {
  const Nanos now = clock.now();
  Nanos next = now + 100 * base::kMillisecond;  // an interruption is seen at the latest then
  for (std::size_t f = 0; f < faults_.size(); ++f) {
    const plan::Fault& fault = context_.plan.faults[f];
    switch (faults_[f].state) {
      case State::waiting:
        next = std::min(next, context_.time.monotonic(fault.at));
        break;
      case State::ran:
        next = std::min(next, context_.time.monotonic(fault.at + fault.after));
        break;
      case State::running:
      case State::undoing:
        next = std::min(next, now + kLook);
        break;
      case State::over:
        break;
    }
  }
  return std::max(next, now + 1);
}

std::string Faults::masked(std::string text) const {
  for (const std::string& secret : secrets_) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3))
      text.replace(at, secret.size(), "***");
  }
  return text;
}

}  // namespace freshet::engine
