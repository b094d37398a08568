// Where the errors of a scenario are gathered, so that one run shows all of them. Internal to scenario/.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/quoted.h"
#include "harness/scenario/scenario.h"

namespace freshet::scenario {

// Keeps each error once, and no more than kMost of them: a loop may find the same one a million times.
class Errors {
 public:
  static constexpr std::size_t kMost = 500;

  void add(int line, std::string message);
  bool empty() const { return found_ == 0; }
  std::size_t found() const { return found_; }  // those that are not kept, too
  std::vector<ScenarioError> in_order() const;  // of their lines

 private:
  std::size_t found_ = 0;
  std::vector<ScenarioError> errors_;
  std::set<std::pair<int, std::string>> kept_;
};

// The part of a message that helps with a misspelt name: `; nearest: "bound"`, or when nothing is near
// `; expected one of: a, b, c`. "" when there is nothing to choose from.
std::string suggestion(const std::string& word, const std::vector<std::string>& legal);

using base::quoted;

}  // namespace freshet::scenario
