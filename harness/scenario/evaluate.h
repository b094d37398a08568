// Runs a scenario's text in the sandbox. Internal to scenario/.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/scenario/errors.h"
#include "harness/scenario/value.h"

namespace freshet::scenario {

struct Evaluation {
  std::optional<Value> scenario;  // what `return scenario { … }` gave; nothing when there is no such thing
  std::vector<plan::Param> params;
};

// REQUIRES: text is UTF-8 without NUL. When there is no scenario in what it returns, `errors` says why.
Evaluation evaluate(std::string_view text, const Options& options, Errors& errors);

}  // namespace freshet::scenario
