// What a replay does to the live groups beside it (D2).
#pragma once

#include <string>
#include <vector>

#include "harness/results/evidence.h"
#include "harness/results/figures.h"

namespace freshet::results {

// on ÷ off. A numerator that is a lower bound gives one; a denominator that is not exact gives nothing.
Ratio ratio_of(const Quantile& on, const Quantile& off);

// By schedule, then live group and stream.
std::vector<IsolationRow> isolation_rows(const Settling& s);

// isolation.csv: one line a pair and one with pair "all" for each row, of the target and of the loopback log
// before it. "" when the run had no isolation windows.
std::string isolation_csv(const plan::Plan& plan, const Figures& figures);

}  // namespace freshet::results
