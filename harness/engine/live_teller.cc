#include "harness/engine/live_teller.h"

#include <algorithm>
#include <array>

namespace freshet::engine {
namespace {

constexpr std::array kStages = {"joining", "probing", "running", "draining", "closing", "over"};

// So long after its end a second's lags have come to the writer, as long as their members go on.
constexpr Nanos kHandOver = 500 * base::kMillisecond;
// A partition of which nothing has been told for so long has no member that tells.
constexpr Nanos kUntold = 2 * base::kSecond;

int phase_at(const plan::Plan& plan, Nanos since) {
  const auto found = std::ranges::find_if(
      plan.phases, [since](const plan::Phase& phase) { return since >= phase.begin && since < phase.end; });
  return found == plan.phases.end() ? -1 : static_cast<int>(found - plan.phases.begin());
}

}  // namespace

LiveTeller::LiveTeller(const Context& context, std::function<void(const results::Live&)> tell)
    : context_(context), tell_(std::move(tell)), tally_(context.plan) {
  for (const plan::StreamLanes& lanes : context.lanes) {
    std::vector<plan::TimeCursor>& due = due_.emplace_back();
    for (int lane = 0; lane < lanes.lanes(); ++lane) due.emplace_back(lanes, lane);
  }
}

// Some 20 ns an event, every event once.
void LiveTeller::offer(Nanos until) {
  for (std::size_t stream = 0; stream < due_.size(); ++stream) {
    std::uint64_t events = 0;
    for (plan::TimeCursor& lane : due_[stream]) {
      for (; lane.tau() <= until && lane.tau() != base::kNever; lane.advance()) ++events;
    }
    tally_.offer(stream, events);
  }
}

// A partition that nobody reads, or whose member stands still: acknowledged events wait there. The oldest of
// them was due after the lag was told last, or it was what that lag was of; so this is the most that the lag
// can be.
void LiveTeller::add_untold(results::LivePass& live, Nanos since) const {
  const Pass& pass = context_.passes[live.pass];
  if (!pass.live) return;
  const auto topic =
      static_cast<std::size_t>(std::ranges::find(pass.streams, live.stream) - pass.streams.begin());
  for (std::size_t partition = 0; partition < pass.progress[topic].size(); ++partition) {
    const measure::Progress& progress = pass.progress[topic][partition];
    const Nanos until = progress.lag_until.load(std::memory_order_acquire);
    const Nanos untold = since - (until == base::kNever ? 0 : until);
    const std::int64_t acked = context_.acked_ends[live.stream][partition].load(std::memory_order_relaxed);
    if (untold < kUntold || acked <= progress.position.load(std::memory_order_acquire)) continue;
    const Nanos lag = untold + pass.lag[topic][partition].load(std::memory_order_relaxed);
    live.freshness_lag = std::max(live.freshness_lag, lag);
    live.consumer_lag = std::max(live.consumer_lag, lag);
  }
}

// Once members leave nobody tells lags any more: the last ones stay.
void LiveTeller::tell_lags(results::Live& live, Nanos since) {
  const bool go_on = context_.stage.load(std::memory_order_acquire) <= Stage::draining;
  for (std::size_t i = 0; i < live.passes.size(); ++i) {
    if (go_on) {
      add_untold(live.passes[i], since);
    } else if (!last_.passes.empty()) {
      live.passes[i].freshness_lag = last_.passes[i].freshness_lag;
      live.passes[i].consumer_lag = last_.passes[i].consumer_lag;
    }
  }
  if (go_on) last_ = live;
}

void LiveTeller::tell(Nanos now) {
  const bool started = context_.time.started();
  const Nanos since = started ? std::max<Nanos>(context_.time.since_start(now), 0) : 0;
  if (started) offer(std::min(since, context_.last_tau()));
  results::Live live = tally_.now(base::second_of(since - kHandOver) - 1);
  live.stage = kStages[static_cast<std::size_t>(context_.stage.load(std::memory_order_acquire))];
  live.elapsed = since;
  live.phase = started ? phase_at(context_.plan, since) : -1;
  if (started) tell_lags(live, since);
  tell_(live);
}

}  // namespace freshet::engine
