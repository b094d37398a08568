// What the scenario tests share: loading a text, and errors as "line: message".
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/scenario/scenario.h"

namespace freshet::scenario {

inline Loaded load(const std::string& text, const Options& options = {}) {
  return load_scenario_text(text, "test.lua", options);
}

inline std::vector<std::string> errors_of(const Loaded& loaded) {
  std::vector<std::string> errors;
  for (const ScenarioError& error : loaded.errors) {
    errors.push_back(std::to_string(error.line) + ": " + error.message);
  }
  return errors;
}

inline std::vector<std::string> errors_in(const std::string& text, const Options& options = {}) {
  return errors_of(load(text, options));
}

// The plan of a text that must be legal.
inline plan::Plan plan_of(const std::string& text, const Options& options = {}) {
  Loaded loaded = load(text, options);
  EXPECT_THAT(errors_of(loaded), testing::IsEmpty()) << text;
  return std::move(loaded.plan);
}

}  // namespace freshet::scenario
