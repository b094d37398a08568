// Shows a run's progress on stderr: drawn in place on a terminal, else a line every few seconds. Called by
// one thread at a time.
#pragma once

#include <atomic>
#include <string>

#include "harness/cli/console.h"
#include "harness/engine/run.h"
#include "reports/progress.h"

namespace freshet::cli {

class ProgressDisplay {
 public:
  ProgressDisplay(const Look& look, const std::atomic<int>& stop);

  void show(const engine::Progress& progress);
  // The run is over: takes a drawn block off the terminal, says what is still unsaid.
  void finish();

 private:
  void clear();
  void tell_stop();

  const std::atomic<int>& stop_;
  reports::Style style_;
  bool in_place_;
  std::string drawn_;
  int stop_told_ = engine::kGoOn;
  std::string last_place_;  // stage and phase of the last line
  base::Nanos last_elapsed_ = 0;
};

reports::Progress as_text_progress(const engine::Progress& progress);

}  // namespace freshet::cli
