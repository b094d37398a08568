// How a run is going, as text: a block that is drawn in place on a terminal, or one line for a log.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/time.h"
#include "reports/text.h"

namespace freshet::reports {

using base::Nanos;

struct Progress {
  std::string stage;  // "prefilling", "joining", "probing", "running", "draining", "closing"
  std::string phase;  // "" before the start
  Nanos phase_elapsed = 0, phase_length = 0, elapsed = 0, length = 0;
  double offered = 0, sent = 0, acked = 0, received = 0;  // events/s
  struct Row {
    std::string klass, group;
    Nanos p99 = -1;  // of what became visible since the last one; -1: nothing did
    Nanos bound = 0;
    Nanos freshness_lag = 0;
  };
  std::vector<Row> rows;
  struct Pass {  // a replay, backlog or bootstrap pass under way, in offsets
    std::string name;
    std::uint64_t read = 0, to_read = 0;
    Nanos elapsed = 0;
  };
  std::vector<Pass> passes;
  std::uint64_t prefilled = 0, to_prefill = 0;  // stage "prefilling": events, in `elapsed`
};

// Several lines, none wider than the style's width (a terminal would break it and the block could not be
// drawn over), at most `height` of them.
std::string progress_block(const Progress& progress, std::size_t height, const Style& style);

// One line without an end: rates, the p99 that is nearest to its bound or furthest over it, the freshness lag
// of each group (the highest of its classes).
std::string progress_line(const Progress& progress);

// What takes a block of that many lines off the terminal again: the cursor is at its begin after it.
std::string erase_block(const std::string& block);

}  // namespace freshet::reports
