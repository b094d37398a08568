#include "harness/cli/signals.h"

#include <signal.h>

#include "harness/engine/run.h"

namespace freshet::cli {
namespace {

std::atomic<int> stop_request{engine::kGoOn};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may touch it");

// Only what is safe in a signal handler.
extern "C" void on_stop_signal(int number) {
  const int before = stop_request.load(std::memory_order_relaxed);
  if (before < engine::kStopNow) {
    stop_request.store(before + 1, std::memory_order_release);
  } else {
    signal(number, SIG_DFL);
    raise(number);
  }
}

void handle(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, nullptr);
}

}  // namespace

StopOnSignal::StopOnSignal() {
  stop_request.store(engine::kGoOn);
  handle(SIGINT, on_stop_signal);
  handle(SIGTERM, on_stop_signal);
  handle(SIGPIPE, SIG_IGN);  // a connection that the broker closed is an error to report, not the end
  handle(SIGXFSZ, SIG_IGN);  // so is a file that may not grow any more
}

StopOnSignal::~StopOnSignal() {
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
  handle(SIGPIPE, SIG_DFL);
  handle(SIGXFSZ, SIG_DFL);
}

const std::atomic<int>& StopOnSignal::requested() const {
  return stop_request;
}

}  // namespace freshet::cli
