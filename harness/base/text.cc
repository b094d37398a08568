#include "harness/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "harness/base/quoted.h"

namespace freshet::base {
namespace {

// ---- The nearest word ------------------------------------------------------------------------------------

char folded(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Edit distance with transposition of neighbours as one edit (optimal string alignment), case folded.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = folded(a[i - 1]) == folded(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0U : 1U)});
      if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) && folded(a[i - 2]) == folded(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

// ---- Text -> number --------------------------------------------------------------------------------------

struct Unit {
  std::string_view word;
  double times;
  double per = 1;  // dividing is exact where multiplying by 1/60 is not
};

struct Quantity {
  double number = 0;
  std::string_view unit;  // what follows the number, without blanks around it
};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// A decimal number without sign or exponent, and the rest. Nothing when it does not start with a digit (so
// neither "-3", "nan" nor "inf" is one).
std::optional<Quantity> split(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  Quantity quantity;
  const auto [rest, failed] =
      std::from_chars(text.data(), text.data() + text.size(), quantity.number, std::chars_format::fixed);
  if (failed != std::errc{} || rest[-1] == '.') return std::nullopt;
  quantity.unit = trimmed({rest, static_cast<std::size_t>(text.data() + text.size() - rest)});
  return quantity;
}

// What is wrong with `text` and what is wanted; names the unit that may have been meant.
Error refusal(std::string_view what, std::string_view text, std::string_view problem,
              std::string_view expected) {
  return usage_error(fmt::format("{} {}: {}; expected {}", what, quoted(text), problem, expected));
}

// Reads `text` as a number with one of `units`. `what` and `expected` are for the message.
Result<double> parse_quantity(std::string_view what, std::string_view text, std::span<const Unit> units,
                              std::string_view expected) {
  if (trimmed(text).empty()) return refusal(what, text, "is empty", expected);
  const auto quantity = split(text);
  if (!quantity) {
    const bool negative = trimmed(text)[0] == '-';
    return refusal(what, text, negative ? "is negative" : "does not start with a number", expected);
  }
  for (const Unit& unit : units) {
    if (quantity->unit == unit.word) return quantity->number * unit.times / unit.per;
  }
  if (quantity->unit.empty()) return refusal(what, text, "has no unit", expected);
  std::vector<std::string> words;
  for (const Unit& unit : units) words.emplace_back(unit.word);
  std::string problem = fmt::format("unknown unit {}", quoted(quantity->unit));
  if (const std::string near = nearest(quantity->unit, words); !near.empty()) {
    problem += fmt::format(" (nearest: \"{}\")", near);
  }
  return refusal(what, text, problem, expected);
}

constexpr std::array<Unit, 10> kDurations{{{"ns", 1},
                                           {"us", 1e3},
                                           {"µs", 1e3},
                                           {"ms", 1e6},
                                           {"s", 1e9},
                                           {"m", 60e9},
                                           {"min", 60e9},
                                           {"h", 3600e9},
                                           {"d", 86400e9},
                                           {"days", 86400e9}}};
constexpr std::array<Unit, 9> kRates{{{"/s", 1},
                                      {"k/s", 1e3},
                                      {"M/s", 1e6},
                                      {"/min", 1, 60},
                                      {"k/min", 1e3, 60},
                                      {"M/min", 1e6, 60},
                                      {"/h", 1, 3600},
                                      {"k/h", 1e3, 3600},
                                      {"M/h", 1e6, 3600}}};
constexpr std::array<Unit, 1> kShares{{{"%", 1, 100}}};
constexpr std::array<Unit, 11> kBytes{{{"", 1},
                                       {"B", 1},
                                       {"kB", 1e3},
                                       {"KB", 1e3},
                                       {"MB", 1e6},
                                       {"GB", 1e9},
                                       {"TB", 1e12},
                                       {"KiB", 0x1p10},
                                       {"MiB", 0x1p20},
                                       {"GiB", 0x1p30},
                                       {"TiB", 0x1p40}}};

constexpr std::string_view kDurationExpected =
    "a duration such as \"250us\", \"20ms\", \"2s\", \"1.5 min\" or \"1h\"";
constexpr std::string_view kRateExpected = "a rate such as \"400/s\", \"2k/s\" or \"6000/min\"";
constexpr std::string_view kShareExpected = "a share such as \"45%\", from 0% to 100%";
constexpr std::string_view kBytesExpected =
    "bytes such as \"512\", \"512B\", \"1KiB\", \"2 GiB\" or \"10MB\"";

// ---- Number -> text --------------------------------------------------------------------------------------

// Three significant digits, never in exponent form for what people see here.
std::string three_digits(double value) {
  const double magnitude = std::abs(value);
  if (magnitude == 0) return "0";
  if (magnitude < 1e-9) return fmt::format("{:.2e}", value);
  // Rounding can carry into the next decade (9.996 -> 10.0): the decade is that of the rounded value.
  const std::string rounded = fmt::format("{:.2e}", magnitude);
  const int decade = std::stoi(rounded.substr(rounded.find('e') + 1));
  return fmt::format("{:.{}f}", value, std::max(0, 2 - decade));
}

// The largest of `units` (ascending) in which the rounded value is at least 1.
std::string scaled(double value, std::span<const Unit> units) {
  std::size_t chosen = 0;
  for (std::size_t i = 1; i < units.size(); ++i) {
    // 0.9995 of a unit rounds to 1.00 of it.
    if (std::abs(value) >= 0.9995 * units[i].times) chosen = i;
  }
  return fmt::format("{} {}", three_digits(value / units[chosen].times), units[chosen].word);
}

constexpr std::array<Unit, 4> kShownDurations{{{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
constexpr std::array<Unit, 4> kShownRates{{{"/s", 1}, {"k/s", 1e3}, {"M/s", 1e6}, {"G/s", 1e9}}};
constexpr std::array<Unit, 6> kShownBytes{
    {{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"PB", 1e15}}};

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  std::string best;
  std::size_t best_distance = 0;
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    const std::size_t edits = distance(word, candidate);
    // Two words that share nothing are never near, however short.
    if (edits > std::max<std::size_t>(2, longer / 3) || edits >= longer) continue;
    if (best.empty() || edits < best_distance) {
      best = candidate;
      best_distance = edits;
    }
  }
  return best;
}

Result<Nanos> parse_duration(std::string_view text) {
  const auto ns = parse_quantity("duration", text, kDurations, kDurationExpected);
  if (!ns) return ns.error();
  constexpr double kLongest = 9e18;  // 285 years; Nanos ends at 9.22e18
  if (*ns > kLongest) return refusal("duration", text, "is too long", kDurationExpected);
  return static_cast<Nanos>(*ns + 0.5);
}

Result<double> parse_rate(std::string_view text) {
  return parse_quantity("rate", text, kRates, kRateExpected);
}

Result<double> parse_share(std::string_view text) {
  const auto share = parse_quantity("share", text, kShares, kShareExpected);
  if (share && *share > 1) return refusal("share", text, "is over 100%", kShareExpected);
  return share;
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  const auto bytes = parse_quantity("size", text, kBytes, kBytesExpected);
  if (!bytes) return bytes.error();
  if (*bytes > 0x1p63) return refusal("size", text, "is too large", kBytesExpected);
  if (*bytes != std::floor(*bytes))
    return refusal("size", text, "is not a whole number of bytes", kBytesExpected);
  return static_cast<std::uint64_t>(*bytes);
}

std::string format_duration(Nanos ns) {
  if (ns == kNever) return "never";
  if (ns == 0) return "0 s";
  const auto value = static_cast<double>(ns);
  const double magnitude = std::abs(value);
  if (magnitude >= 120 * 3600e9) return fmt::format("{} d", three_digits(value / 86400e9));
  if (magnitude >= 120 * 60e9) return fmt::format("{} h", three_digits(value / 3600e9));
  if (magnitude >= 1000e9) return fmt::format("{} min", three_digits(value / 60e9));
  return scaled(value, kShownDurations);
}

std::string format_rate(double per_second) {
  return scaled(per_second, kShownRates);
}

std::string format_bytes(double bytes) {
  if (std::abs(bytes) < 999.5) return fmt::format("{:.0f} B", bytes);
  return scaled(bytes, kShownBytes);
}

std::string format_count(std::uint64_t n) {
  std::string text = std::to_string(n);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), 1, ' ');
  }
  return text;
}

std::string format_share(double share) {
  const double percent = share * 100;
  std::string text = three_digits(percent);
  // Almost all is not all: as many digits as it takes to see the difference.
  for (int digits = 1; percent < 100 && text == "100" && digits <= 9; ++digits) {
    if (const auto finer = fmt::format("{:.{}f}", percent, digits); std::stod(finer) < 100) text = finer;
  }
  return text + " %";
}

}  // namespace freshet::base
