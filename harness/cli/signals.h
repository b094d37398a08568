// Ctrl-C and SIGTERM while a run is on: the first ends sending and drains, the second stops at once, a third
// ends the process as if nothing had been set up.
#pragma once

#include <atomic>

namespace freshet::cli {

// Sets the handlers while it lives. One at a time.
class StopOnSignal {
 public:
  StopOnSignal();
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  // An engine::StopRequest.
  const std::atomic<int>& requested() const;
};

}  // namespace freshet::cli
