// What the page of a run is drawn from. Beside the summary as in summary.json (with its verdict):
//
//   plan, manifest   as in the run folder; the scenario's text is in the plan only
//   slo_use          by SLO: which part of its bound the figure takes, 1 = at the bound; null where none is
//   timeline         columns over the seconds of the run (html_timeline.h)
//   marks            what happened, for the time axis (html_marks.h)
//   spectra          the staleness curves; `us` at p = 1 - 2^(-k/steps) for k = 0, 1, …
//   partitions, worst
//
// Times in the columns are whole µs, elsewhere ns. Pure.
#pragma once

#include <nlohmann/json.hpp>

#include "harness/judge/verdict.h"
#include "harness/results/settle.h"

namespace freshet::reports {

// {stream, group, tier, phase, events, us, at_least_from, maximum_us, maximum_at_least}
nlohmann::json html_spectrum(const results::Spectrum& spectrum);
nlohmann::json html_data(const results::Settled& settled, const judge::Verdict& verdict);

}  // namespace freshet::reports
