// A run as one page that opens from disk or mail without a network: the story of the run, its charts and
// tables.
#pragma once

#include <string>

#include "harness/judge/verdict.h"
#include "harness/results/settle.h"

namespace freshet::reports {

// The page of reports/html/ with the run's data (html_data.h) in it. Pure.
std::string html(const results::Settled& settled, const judge::Verdict& verdict);

}  // namespace freshet::reports
