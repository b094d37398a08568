// From a scenario file to a plan: the only door to Lua. The file is evaluated once, in a sandbox without
// files, clock or chance, and gives either a plan or every error that was found in it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/plan/plan.h"

namespace freshet::scenario {

struct ScenarioError {
  int line = 0;         // in the file, from 1; 0 when no line is to blame (a missing file, -P)
  std::string message;  // what was found, what was expected, the nearest legal name
  friend bool operator==(const ScenarioError&, const ScenarioError&) = default;
};

struct Options {
  std::map<std::string, std::string> params;  // -P name=value
  std::optional<std::uint64_t> seed;          // stronger than the scenario's
};

struct Loaded {
  plan::Plan plan;  // REQUIRES errors.empty(), but for plan.params, which are always what was found
  std::vector<ScenarioError> errors;  // in the order of their lines
  bool ok() const { return errors.empty(); }
};

// Reads and evaluates the file. Never throws, never ends the program, whatever the file holds; takes bounded
// time and memory. May be called by any thread.
Loaded load_scenario(const std::string& path, const Options& options);

// The same for a text; `file` is what errors and the plan call it.
Loaded load_scenario_text(std::string_view text, const std::string& file, const Options& options);

// The params the file declares, as far as it could be evaluated: for check and --help.
std::vector<plan::Param> describe_params(const std::string& path);

// "file:line: message", or "file: message" when the error has no line.
std::string format_error(const std::string& file, const ScenarioError& error);

}  // namespace freshet::scenario
