// The validity rules (V) in words: for `freshet help validity`, the README and the verdict.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace freshet::judge {

struct Rule {
  std::string_view id;        // "V1 own-delay"
  std::string_view sentence;  // what makes a run invalid
  std::string_view limit;     // from where on
};

// V8: part of the ratio by which it may be off, and bytes of a batch from which on its ratio is that of what
// the records hold.
inline constexpr double kPayloadOff = 0.25;
inline constexpr std::uint64_t kJudgedBatch = 16 << 10;

// In the order in which they are looked at: the first that is broken is the reason.
std::span<const Rule> rules();
// By its number: "V1". REQUIRES: there is such a rule.
const Rule& rule(std::string_view number);

}  // namespace freshet::judge
