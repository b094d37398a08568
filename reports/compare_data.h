// What the page of several runs is drawn from. Times in columns are whole µs, elsewhere ns. Pure.
#pragma once

#include <nlohmann/json.hpp>

#include "reports/compare.h"

namespace freshet::reports {

//   caveats      sentences, the gravest first; same_load
//   runs         [{name, folder, scenario, target, started, load_hash, outcome, reason}]
//   plan         {phases}: those of the first run
//   timeline     {second, width} (html_timeline.h), of the longest run
//   pairs        of each class at each group: {class, group, bound_ns, runs}, by run {p99, max, freshness},
//                columns over `timeline`; null: the run has none
//   spectra      {class, group, phase, runs, differences}, by run a curve (html_data.h) or null, and what it
//                differs by from the first run's: {us, sides, maximum_us, maximum_side} or null. `us` at the
//                percentiles of the curves, as far as both reach and one is no lower bound; a side is "≥" or
//                "≤" where one of them is (compare_rows.h). phase "": all measured ones
//   tables       {phase, title, heads, lines: [{of, label, cells}]} (compare_rows.h)
nlohmann::json compare_data(const std::vector<ComparedRun>& runs);

}  // namespace freshet::reports
