// A run as a row of a table that grows by a row a run, for programs that look for changes in it (Apache
// Otava).
#pragma once

#include <string>

#include "harness/base/result.h"
#include "harness/judge/verdict.h"
#include "harness/results/settle.h"

namespace freshet::reports {

// Columns: time (UTC), run, scenario, target, commit, version, load_hash, verdict, lower_bounds, then for
// each class, group and measured phase PHASE/CLASS/GROUP/p50, p90 and p99, as far as E8 gives them. These are
// natural logarithms of microseconds: nearer to normal than the quantiles, which a t-test wants, and never
// negative, or Otava, which divides by the mean, would take a rise for a fall. Every field of a metric is a
// number: Otava reads no other. Where a quantile is only known to be at least so much, that is what stands
// there, and lower_bounds counts them; 0 stands as the histograms' lowest value, 1 us.
// Names hold no comma and no quote: other bytes than letters, digits and _-. are %XX.
//
// The whole file with the run added. `file`: what it was, "" for none. `commit`: of what was tested, or "".
// Errors, usage: the run deserves no trust, is in the file already, had another load or other columns; the
// file ends within a line.
base::Result<std::string> with_history_row(const std::string& file, const results::Settled& settled,
                                           const judge::Verdict& verdict, const std::string& commit);

}  // namespace freshet::reports
