// What a run would do, as text. A pure function of the plan and its facts.
#pragma once

#include <string>

#include "harness/cli/load.h"
#include "reports/text.h"

namespace freshet::cli {

std::string check_text(const Prepared& prepared, const reports::Style& style);

// The few lines of it that a refusal to load somebody's cluster shows: what would be sent, where.
std::string load_text(const Prepared& prepared);

}  // namespace freshet::cli
