// The validity rules (V) in words: for `freshet help validity`, the README and the verdict.
#pragma once

#include <span>
#include <string_view>

namespace freshet::judge {

struct Rule {
  std::string_view id;        // "V1 own-delay"
  std::string_view sentence;  // what makes a run invalid
  std::string_view limit;     // from where on
};

// In the order in which they are looked at: the first that is broken is the reason.
std::span<const Rule> rules();
// By its number: "V1". REQUIRES: there is such a rule.
const Rule& rule(std::string_view number);

}  // namespace freshet::judge
