// Runs side by side: the same phases, the difference at each quantile, of the highest lags and of the time to
// fresh. The first run is what the others are compared with.
#pragma once

#include <string>
#include <vector>

#include "harness/judge/verdict.h"
#include "harness/results/settle.h"
#include "reports/text.h"

namespace freshet::reports {

struct ComparedRun {
  std::string folder;  // as a reader may type it
  results::Settled settled;
  judge::Verdict verdict;
};

bool same_load(const std::vector<ComparedRun>& runs);  // E3

// What has to be known before any difference is read: loads that differ, runs that deserve no trust, and that
// single runs are an anecdote. A sentence each.
std::vector<std::string> comparison_caveats(const std::vector<ComparedRun>& runs);

std::string comparison(const std::vector<ComparedRun>& runs, const Style& style);
std::string comparison_markdown(const std::vector<ComparedRun>& runs);
// One page with charts of all runs over the same axes, that opens from disk or mail without a network.
std::string comparison_html(const std::vector<ComparedRun>& runs);

}  // namespace freshet::reports
