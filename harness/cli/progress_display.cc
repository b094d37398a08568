#include "harness/cli/progress_display.h"

namespace freshet::cli {
namespace {

constexpr base::Nanos kLineEvery = 5 * base::kSecond;

const char* stage_name(engine::Progress::Stage stage) {
  using Stage = engine::Progress::Stage;
  switch (stage) {
    case Stage::prefilling:
      return "prefilling";
    case Stage::joining:
      return "joining";
    case Stage::probing:
      return "probing";
    case Stage::running:
      return "running";
    case Stage::draining:
      return "draining";
    case Stage::closing:
      return "closing";
  }
  return "";
}

}  // namespace

reports::Progress as_text_progress(const engine::Progress& progress) {
  reports::Progress text;
  text.stage = stage_name(progress.stage);
  text.phase = progress.phase;
  text.phase_elapsed = progress.phase_elapsed;
  text.phase_length = progress.phase_length;
  text.elapsed = progress.elapsed;
  text.length = progress.length;
  text.offered = progress.offered;
  text.sent = progress.sent;
  text.acked = progress.acked;
  text.received = progress.received;
  for (const engine::Progress::Row& row : progress.rows) {
    text.rows.push_back({row.klass, row.group, row.p99, row.bound, row.freshness_lag});
  }
  for (const engine::Progress::Pass& pass : progress.passes)
    text.passes.push_back({pass.name, pass.read, pass.to_read, pass.elapsed});
  text.prefilled = progress.prefilled;
  text.to_prefill = progress.to_prefill;
  return text;
}

ProgressDisplay::ProgressDisplay(const Look& look, const std::atomic<int>& stop)
    : stop_(stop), style_(stderr_style(look)), in_place_(stderr_is_terminal()) {}

void ProgressDisplay::show(const engine::Progress& progress) {
  tell_stop();
  const reports::Progress text = as_text_progress(progress);
  if (in_place_) {
    const std::string block = reports::progress_block(text, stderr_height() - 1, style_);
    notice(reports::erase_block(drawn_) + block);
    drawn_ = block;
    return;
  }
  const std::string place = text.stage + "/" + text.phase;
  const bool due = text.elapsed - last_elapsed_ >= kLineEvery && text.stage != "closing";
  if (place == last_place_ && !due) return;
  last_place_ = place;
  last_elapsed_ = text.elapsed;
  notice(reports::progress_line(text) + "\n");
}

void ProgressDisplay::finish() {
  clear();
  tell_stop();
}

void ProgressDisplay::clear() {
  if (!drawn_.empty()) notice(reports::erase_block(drawn_));
  drawn_.clear();
}

void ProgressDisplay::tell_stop() {
  const int stop = stop_.load(std::memory_order_acquire);
  if (stop == stop_told_) return;
  stop_told_ = stop;
  clear();
  notice(stop == engine::kStopSending
             ? "interrupted: sending has ended, what is on its way is waited for (again: stop at once)\n"
             : "interrupted again: stopping at once, what was measured is kept\n");
}

}  // namespace freshet::cli
