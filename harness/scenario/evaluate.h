// Runs a scenario's text in the sandbox. Internal to scenario/.
#pragma once

#include <lua.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/scenario/errors.h"
#include "harness/scenario/sandbox.h"
#include "harness/scenario/value.h"

namespace freshet::scenario {

struct Evaluation {
  std::optional<Value> scenario;  // what `return scenario { … }` gave; nothing when there is no such thing
  std::vector<plan::Param> params;
};

// Runs the text in the sandbox, whose state has to be new, and hands what it returns to `take`: a C function
// that gets (value, argument). All of it protected; false, and `errors` says why, when it failed.
bool run_text(Sandbox& sandbox, std::string_view text, lua_CFunction take, void* argument, Errors& errors);

// Why Sandbox::run() has just failed with this status, and in which line of the user's.
ScenarioError failure_of(const Sandbox& sandbox, int status);

// REQUIRES: text is UTF-8 without NUL. When there is no scenario in what it returns, `errors` says why.
Evaluation evaluate(std::string_view text, const Options& options, Errors& errors);

}  // namespace freshet::scenario
