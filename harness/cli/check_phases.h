// The phases of a plan and what happens in them, as text.
#pragma once

#include <string>

#include "harness/cli/load.h"
#include "reports/text.h"

namespace freshet::cli {

std::string phases_text(const Prepared& prepared, const reports::Style& style);

// False for the windows of an isolation schedule that only repeat its first pair.
bool stands_for_itself(const plan::Plan& plan, std::size_t phase);

}  // namespace freshet::cli
