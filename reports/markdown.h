// A run as Markdown, for pull requests and job summaries, and as GitHub's annotations of a scenario's lines.
#pragma once

#include <string>

#include "harness/judge/verdict.h"
#include "harness/results/settle.h"

namespace freshet::reports {

// The verdict with its reason, the SLOs, staleness and lag over the measured phases, what disturbances cost,
// the rules of validity that do not hold; the whole summary folded away beneath. `folder`: as a reader may
// type it. Nothing of the scenario's or the cluster's is taken for markup. Pure.
std::string markdown(const results::Settled& settled, const judge::Verdict& verdict,
                     const std::string& folder);

// A line "::error file=…,line=…::…" for each SLO that does not hold, at its line of the scenario; one without
// a place for a run that is invalid or was interrupted; "" for one that passed. `scenario`: the file as the
// repository knows it.
std::string github_annotations(const judge::Verdict& verdict, const std::string& scenario);

}  // namespace freshet::reports
