// Words for people: the nearest legal name, numbers with units, units as people write them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/time.h"

namespace freshet::base {

// The candidate with the smallest edit distance to `word` (case folded), or "" when none is near enough to be
// meant (distance over a third of the longer length, at least 2).
std::string nearest(std::string_view word, std::span<const std::string> candidates);

// Text -> number. Each refuses a missing, unknown or doubled unit, NaN, and trailing words, and says what it
// found and an example of what is expected. Negative values are refused.
Result<Nanos> parse_duration(std::string_view text);       // "250us" "20ms" "2s" "1.5 min" "1h"  -> ns
Result<double> parse_rate(std::string_view text);          // "400/s" "6000/min" "2k/s"  -> events per second
Result<double> parse_share(std::string_view text);         // "45%" -> 0.45; 0..100 % only
Result<std::uint64_t> parse_bytes(std::string_view text);  // "512" "512B" "1KiB" "2 GiB" "10MB" -> bytes

// Number -> text, three significant digits, the unit that fits: "24.1 ms", "1.20 s", "850 us".
std::string format_duration(Nanos ns);
std::string format_rate(double per_second);  // "2.00 k/s"
std::string format_bytes(double bytes);      // "12.4 MB" (decimal)
std::string format_count(std::uint64_t n);   // "1 234 567"
std::string format_share(double share);      // "0.0124 %"

}  // namespace freshet::base
