// What the plan's indices are called in the files that people read; null for "all".
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "harness/plan/plan.h"

namespace freshet::results {

class Names {
 public:
  explicit Names(const plan::Plan& plan) : plan_(plan) {}
  std::string stream(int i) const { return plan_.streams[static_cast<std::size_t>(i)].name; }
  std::string klass(int i) const { return plan_.streams[static_cast<std::size_t>(i)].klass; }
  std::string pass(int i) const {
    const auto p = static_cast<std::size_t>(i);
    return p < plan_.groups.size() ? plan_.groups[p].name : plan_.replays[p - plan_.groups.size()].name;
  }
  std::string pass_kind(int i) const {
    return std::string(plan::word_of(plan_.replays[static_cast<std::size_t>(i) - plan_.groups.size()].kind));
  }
  std::string read(int i) const { return plan_.reads[static_cast<std::size_t>(i)].name; }
  // Of the group whose view the read looks at.
  std::string read_group(int i) const {
    return plan_.groups[plan_.reads[static_cast<std::size_t>(i)].group].name;
  }
  nlohmann::json phase(int i) const {
    return i < 0 ? nlohmann::json() : nlohmann::json(plan_.phases[static_cast<std::size_t>(i)].name);
  }
  nlohmann::json tier(int stream, int i) const {
    if (i < 0) return nlohmann::json();
    const std::size_t population = plan_.streams[static_cast<std::size_t>(stream)].population;
    return plan_.populations[population].tiers[static_cast<std::size_t>(i)].name;
  }
  // Length of a phase, or of all measured ones, s.
  double seconds(int i) const {
    base::Nanos sum = 0;
    for (std::size_t p = 0; p < plan_.phases.size(); ++p) {
      const bool counts = i < 0 ? plan_.phases[p].measured() : static_cast<std::size_t>(i) == p;
      if (counts) sum += plan_.phases[p].end - plan_.phases[p].begin;
    }
    return static_cast<double>(sum) / static_cast<double>(base::kSecond);
  }

 private:
  const plan::Plan& plan_;
};

}  // namespace freshet::results
