// A run as one page that opens from disk or mail without a network: the story of the run, its charts and
// tables.
#pragma once

#include <string>

#include "harness/judge/verdict.h"
#include "harness/results/settle.h"

namespace freshet::reports {

// The page of reports/html/ with the run's data in it (html_data.h) as JSON in which no '<' stands, so that
// no text of a scenario, a key or an error can end the block. The page's own script writes it as text only.
// Pure.
std::string html(const results::Settled& settled, const judge::Verdict& verdict);

}  // namespace freshet::reports
