// What of several runs belongs together, matched by name, and how they differ.
#pragma once

#include <string>
#include <vector>

#include "harness/results/figures.h"
#include "reports/compare.h"

namespace freshet::reports {

// other - first, ns. A quantile that is only known to be at least so much makes the difference one-sided.
struct Difference {
  enum class Kind { exact, at_least, at_most, not_available };
  Kind kind = Kind::not_available;
  base::Nanos ns = 0;
};
Difference difference(const results::Quantile& first, const results::Quantile& other);
std::string side_of(const Difference& difference);           // "≥" at_least, "≤" at_most, else ""
std::string difference_words(const Difference& difference);  // "+1.20 ms", "≥+3.00 s", "n/a"

// "a", "b" … "z", "27"
std::string letter_of(std::size_t run);
// "a = runs/x: incident-burst on kafka, …"
std::string run_line(std::size_t index, const ComparedRun& run);

// A class at a group in a phase (all tiers) of one run. staleness null: the run has no such events.
struct ComparedFigures {
  const results::StalenessRow* staleness = nullptr;
  // The highest in the phase, and the time after it. Not available: not known, or the phase disturbs nothing.
  // A time at_least: fresh again after longer than that.
  results::Quantile freshness_lag, consumer_lag, time_to_fresh;
};
struct ComparedRow {
  std::string klass, group, phase;    // phase "": all measured ones
  std::vector<ComparedFigures> runs;  // as many as there are runs
};
// REQUIRES: runs outlive the result. In the order of the first run, then what only later ones have.
std::vector<ComparedRow> compared_rows(const std::vector<ComparedRun>& runs);

// A table of a phase as words, whatever draws it: of each class at each group the runs' figures, then the
// difference of each run to the first.
struct ComparedTable {
  struct Line {
    std::string of;     // "account_lock at copilot"
    std::string label;  // "a", "b - a"
    std::vector<std::string> cells;
  };
  std::string phase, title;
  std::vector<std::string> heads;
  std::vector<Line> lines;
};
// Of each phase its staleness, then its lags: all measured phases first.
std::vector<ComparedTable> compared_tables(const std::vector<ComparedRun>& runs);

}  // namespace freshet::reports
