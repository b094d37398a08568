// Runs side by side: the same phases, the difference at each quantile. The first run is what the others are
// compared with.
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

// other - first, ns. A quantile that is only known to be at least so much makes the difference one-sided.
struct Difference {
  enum class Kind { exact, at_least, at_most, not_available };
  Kind kind = Kind::not_available;
  base::Nanos ns = 0;
};
Difference difference(const results::Quantile& first, const results::Quantile& other);
std::string difference_words(const Difference& difference);  // "+1.20 ms", "≥+3.00 s", "n/a"

// Staleness of a class at a group in a phase (all tiers), in every run: runs are matched by name.
struct ComparedStaleness {
  std::string klass, group, phase;                 // phase "": all measured ones
  std::vector<const results::StalenessRow*> runs;  // null: the run has no such events
};
// REQUIRES: runs outlive the result. In the order of the first run, then what only later ones have.
std::vector<ComparedStaleness> compared_staleness(const std::vector<ComparedRun>& runs);

bool same_load(const std::vector<ComparedRun>& runs);  // E3

// What has to be known before any difference is read: loads that differ, runs that deserve no trust, and that
// single runs are an anecdote. A sentence each.
std::vector<std::string> comparison_caveats(const std::vector<ComparedRun>& runs);

std::string comparison(const std::vector<ComparedRun>& runs, const Style& style);
std::string comparison_markdown(const std::vector<ComparedRun>& runs);

}  // namespace freshet::reports
