// What happened in a run, condensed to what fits on a time axis.
#pragma once

#include <nlohmann/json.hpp>

#include "harness/results/settle.h"

namespace freshet::reports {

inline constexpr std::size_t kMarks = 2'000;

// {"marks": [{"t" (ns), "kind", "text", "count"}], "left_out": n}, in order of time. Kinds: fault (commands),
// member (members that join, leave, are killed or pause), rebalance, unavailable (partitions that
// acknowledged nothing while events were due), pass (replays and the like), error. What is alike within a
// second is one mark with its count; beyond kMarks the first ones are kept and the others counted.
nlohmann::json html_marks(const results::Settled& settled);

}  // namespace freshet::reports
