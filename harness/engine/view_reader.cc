#include "harness/engine/view_reader.h"

namespace freshet::engine {
namespace {

constexpr int kReadsPerStep = 64;
// How soon a read is tried again for which the log had no room. It then happens later, and says so.
constexpr Nanos kRetry = base::kMillisecond;

}  // namespace

ViewReader::ViewReader(Context& context) : context_(context) {
  for (std::size_t read = 0; read < context.plan.reads.size(); ++read) {
    cursors_.emplace_back(context.plan, context.lanes, read);
  }
  seen_.words.reserve(plan::kMostReadKeys);
}

Stepped ViewReader::step(const base::Clock& clock) {
  if (done_) return {};
  if (!context_.time.started()) return {.next = clock.now() + 20 * base::kMillisecond};
  for (int i = 0; i < kReadsPerStep; ++i) {
    const std::size_t read = next_due();
    if (read == cursors_.size()) {
      done_ = true;
      return {.worked = true};
    }
    const Nanos due = cursors_[read].due();
    if (context_.time.since_start(clock.now()) < due)
      return {.worked = i > 0, .next = context_.time.monotonic(due)};
    if (!look(read, clock)) return {.worked = i > 0, .next = clock.now() + kRetry};
    cursors_[read].advance();
  }
  return {.worked = true, .next = clock.now()};
}

// Reads beyond the last τ that counts are not done: there is nothing they could be resolved against.
std::size_t ViewReader::next_due() const {
  const Nanos until = context_.last_tau();
  std::size_t first = cursors_.size();
  Nanos best = base::kNever;
  for (std::size_t read = 0; read < cursors_.size(); ++read) {
    const Nanos due = cursors_[read].due();
    if (due > until || due >= best) continue;
    best = due;
    first = read;
  }
  return first;
}

// r is taken after the words: a reader that is held up in between takes the view for older than it is, never
// for younger.
bool ViewReader::look(std::size_t index, const base::Clock& clock) {
  const plan::Read& read = context_.plan.reads[index];
  const plan::PlannedRead& planned = cursors_[index].read();
  const measure::View& view = *context_.passes[read.group].view;
  seen_.read = static_cast<std::uint16_t>(index);
  seen_.n = planned.n;
  seen_.account = planned.account;
  seen_.due = planned.due;
  seen_.words.clear();
  for (const std::size_t stream : read.streams) {
    const std::uint32_t keys = context_.plan.streams[stream].keys_of_account();
    for (std::uint32_t key = planned.account * keys; key < (planned.account + 1) * keys; ++key)
      seen_.words.push_back(view.read(static_cast<std::uint16_t>(stream), key));
  }
  seen_.at = context_.time.since_start(clock.now());
  return context_.reads->push(seen_);
}

}  // namespace freshet::engine
