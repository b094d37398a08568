// Tells once a second how the run is going: rates since the last time, the phase, the latest staleness and
// lag of each class at each group, and how far passes have come. For people to watch; no figure rests on it.
#pragma once

#include <vector>

#include "harness/engine/context.h"
#include "harness/engine/run.h"
#include "harness/engine/writer.h"

namespace freshet::engine {

class ProgressTeller {
 public:
  ProgressTeller(const Context& context, Writer& writer, const RunOptions& options)
      : context_(context), writer_(writer), options_(options) {}

  // Calls options.on_progress when a second has gone by; nothing without one.
  void tell(Nanos now);

 private:
  struct Sums {
    std::uint64_t sent = 0, acked = 0, received = 0;
  };
  std::vector<Progress::Pass> passes(Nanos now) const;
  void tell_run(Progress& progress, Nanos since, double seconds) const;

  const Context& context_;
  Writer& writer_;
  const RunOptions& options_;
  Nanos told_ = 0;
  Sums before_;
};

}  // namespace freshet::engine
