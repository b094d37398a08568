// The run's timeline as columns, small enough for a page.
#pragma once

#include <nlohmann/json.hpp>

#include "harness/results/settle.h"

namespace freshet::reports {

// At most so many values go into a page; a longer or broader run is down-sampled.
inline constexpr std::size_t kTimelineValues = 300'000;

// {"second": x, "width": w, "produced": [{"stream", offered, sent, acked}],
//  "series": [{"stream", "group", "p50", "p99", "max", "freshness", "consumer", "offset", "visible"}]}
// and of series that reads look at "view" (the greatest view staleness), "reads" and "stale", null in seconds
// without reads.
// x is a second since the start; times are whole µs, rates events/s, null where there is none. width 1: a
// value a second. Else each w seconds give three values, the least, the greatest and the last of them, at the
// first third, the second and the third: no peak is lost and nothing is averaged. Of live groups only.
struct TimeGrid {
  std::size_t seconds = 0, width = 1;
};
// Every second that was recorded, as finely as so many values allow.
TimeGrid time_grid(const results::Settled& settled, std::size_t values = kTimelineValues);
// REQUIRES: grid.seconds at least those that were recorded.
nlohmann::json html_timeline(const results::Settled& settled, const TimeGrid& grid);

}  // namespace freshet::reports
