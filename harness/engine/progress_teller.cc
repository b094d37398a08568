#include "harness/engine/progress_teller.h"

#include <algorithm>

namespace freshet::engine {
namespace {

constexpr Nanos kTellEvery = base::kSecond;

}  // namespace

// How far the passes that have begun and not ended have come, in offsets.
std::vector<Progress::Pass> ProgressTeller::passes(Nanos now) const {
  std::vector<Progress::Pass> all;
  for (std::size_t p = context_.plan.groups.size(); p < context_.passes.size(); ++p) {
    const Pass& pass = context_.passes[p];
    if (pass.over.load(std::memory_order_relaxed)) continue;
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

// Of the phases, the classes at each group, and the passes, once the run goes.
void ProgressTeller::tell_run(Progress& progress, Nanos since, double seconds) const {
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

void ProgressTeller::tell(Nanos now) {
  if (!options_.on_progress || now - told_ < kTellEvery) return;
  const Stage stage = context_.stage.load(std::memory_order_relaxed);
  if (stage == Stage::over) return;
  Progress progress;
  progress.stage = static_cast<Progress::Stage>(stage);
  progress.length = context_.plan.end();
  const double seconds = told_ == 0 ? 1 : static_cast<double>(now - told_) / base::kSecond;
  Sums sums;
  for (const Totals& totals : context_.totals) {
    sums.sent += totals.sent.load(std::memory_order_relaxed);
    sums.acked += totals.acked.load(std::memory_order_relaxed);
    sums.received += totals.received.load(std::memory_order_relaxed);
  }
  progress.sent = static_cast<double>(sums.sent - before_.sent) / seconds;
  progress.acked = static_cast<double>(sums.acked - before_.acked) / seconds;
  progress.received = static_cast<double>(sums.received - before_.received) / seconds;
  if (context_.time.started()) {
    tell_run(progress, std::max<Nanos>(context_.time.since_start(now), 0), seconds);
    progress.passes = passes(now);
  }
  told_ = now;
  before_ = sums;
  options_.on_progress(progress);
}

}  // namespace freshet::engine
