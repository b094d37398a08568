#include "harness/scenario/errors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/base/text.h"

namespace freshet::scenario {

void Errors::add(int line, std::string message) {
  ++found_;
  if (errors_.size() >= kMost || !kept_.emplace(line, message).second) return;
  errors_.push_back({line, std::move(message)});
}

std::vector<ScenarioError> Errors::in_order() const {
  std::vector<ScenarioError> all = errors_;
  std::ranges::stable_sort(all, {}, &ScenarioError::line);
  if (all.size() == kMost) all.push_back({0, "there are more errors than these"});
  return all;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& legal) {
  if (legal.empty()) return "";
  if (const std::string near = base::nearest(word, legal); !near.empty()) {
    return fmt::format("; nearest: \"{}\"", near);
  }
  return fmt::format("; expected one of: {}", fmt::join(legal, ", "));
}

}  // namespace freshet::scenario
