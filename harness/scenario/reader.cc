#include "harness/scenario/reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "harness/base/text.h"

namespace freshet::scenario {
namespace {

const Value& no_table() {
  static const Value kEmpty;
  return kEmpty;
}

constexpr std::string_view kDurationExpected = "a duration such as \"20ms\", \"2s\" or \"1.5 min\"";
constexpr std::string_view kRateExpected = "a rate such as \"400/s\", \"2k/s\" or \"6000/min\"";
constexpr std::string_view kShareExpected = "a share such as \"45%\"";
constexpr std::string_view kExtentExpected = "a time such as \"10m\" or bytes such as \"2GiB\"";
constexpr Nanos kLongestExtent = 400LL * 86'400 * base::kSecond;
constexpr std::string_view kBytesExpected = "a size such as \"512B\", \"1KiB\" or \"10MB\"";

// A text, or a number: the parse function then says which unit it lacks.
bool is_scalar(const Value& value) {
  return value.is(Value::Type::text) || value.is(Value::Type::number);
}

std::string plain(double number) {
  return fmt::format("{}", number);
}

// How a limit is written in a scenario: "2s", not "2.00 s".
std::string plain_duration(Nanos ns) {
  constexpr std::pair<Nanos, const char*> kUnits[] = {
      {86'400 * base::kSecond, "d"}, {3'600 * base::kSecond, "h"}, {60 * base::kSecond, "min"},
      {base::kSecond, "s"},          {base::kMillisecond, "ms"},   {base::kMicrosecond, "us"}};
  for (const auto& [length, unit] : kUnits) {
    if (ns >= length && ns % length == 0) return fmt::format("\"{}{}\"", ns / length, unit);
  }
  return ns == 0 ? "\"0s\"" : fmt::format("\"{}ns\"", ns);
}

}  // namespace

bool is_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= 64 && letter(name[0]) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || c == '_' || c == '-' || c == '.'; });
}

Reader::Reader(const Value& table, std::string where, Errors& errors)
    : table_(&table), where_(std::move(where)), errors_(errors) {
  if (table.is(Value::Type::table)) return;
  if (!table.is(Value::Type::unknown)) {
    errors_.add(table.line, fmt::format("{}: found {}, expected a table {{ … }}", where_, describe(table)));
  }
  table_ = &no_table();
}

const Value* Reader::find(std::string_view key) const {
  const auto found = std::ranges::find(table_->fields, key, &Value::key);
  return found == table_->fields.end() ? nullptr : &*found;
}

const Value* Reader::take(const char* key) {
  if (std::ranges::find(asked_, key) == asked_.end()) asked_.emplace_back(key);
  const Value* value = find(key);
  return value == nullptr || value->is(Value::Type::unknown) ? nullptr : value;
}

const Value* Reader::take(const char* key, Value::Type wanted, std::string_view expected) {
  const Value* value = take(key);
  if (value == nullptr || value->is(wanted)) return value;
  problem(key, fmt::format("found {}, expected {}", describe(*value), expected));
  return nullptr;
}

void Reader::problem(std::string_view key, const std::string& message) {
  const Value* value = find(key);
  problem_at(value == nullptr ? table_->line : value->line, key, message);
}

void Reader::problem_at(int line, std::string_view key, const std::string& message) {
  errors_.add(line, fmt::format("{}: {}: {}", where_, key, message));
}

void Reader::problem_item(std::size_t place, const std::string& message) {
  const Value& item = table_->items[place];
  errors_.add(item.line, fmt::format("{}: found {}, {}", where_, describe(item), message));
}

void Reader::problem(const std::string& message) {
  errors_.add(table_->line, fmt::format("{}: {}", where_, message));
}

std::string Reader::text(const char* key, std::string fallback) {
  const Value* value = take(key, Value::Type::text, "a text");
  return value == nullptr ? fallback : value->text;
}

std::string Reader::name(const char* key, std::string fallback) {
  const Value* value = take(key, Value::Type::text, "a name");
  if (value == nullptr) return fallback;
  if (is_name(value->text)) return value->text;
  problem(key, fmt::format("found {}, expected {}", describe(*value), kNameExpected));
  return fallback;
}

bool Reader::flag(const char* key, bool fallback) {
  const Value* value = take(key, Value::Type::boolean, "true or false");
  return value == nullptr ? fallback : value->boolean;
}

double Reader::number(const char* key, double fallback, Range<double> range) {
  const Value* value = take(key, Value::Type::number, "a number");
  if (value == nullptr) return fallback;
  if (value->number >= range.least && value->number <= range.most) return value->number;
  problem(key, fmt::format("found {}, expected {} to {}", describe(*value), plain(range.least),
                           plain(range.most)));
  return fallback;
}

std::int64_t Reader::whole(const char* key, std::int64_t fallback, Range<std::int64_t> range) {
  const Value* value = take(key, Value::Type::number, "a whole number");
  if (value == nullptr) return fallback;
  const double found = value->number;
  if (found == std::floor(found) && found >= static_cast<double>(range.least) &&
      found <= static_cast<double>(range.most)) {
    return static_cast<std::int64_t>(found);
  }
  problem(key, fmt::format("found {}, expected a whole number, {} to {}", describe(*value), range.least,
                           range.most));
  return fallback;
}

namespace {

// What is wrong with a field that has a unit, or its value.
template <class T>
base::Result<T> parse_field(const Value& value, base::Result<T> (*parse)(std::string_view),
                            std::string_view expected) {
  if (!is_scalar(value))
    return base::usage_error(fmt::format("found {}, expected {}", describe(value), expected));
  return parse(value.text);
}

base::Result<Nanos> parse_duration_in(const Value& value, Range<Nanos> range) {
  auto parsed = parse_field(value, base::parse_duration, kDurationExpected);
  if (!parsed || (*parsed >= range.least && *parsed <= range.most)) return parsed;
  return base::usage_error(fmt::format("found {}, expected {} to {}", describe(value),
                                       plain_duration(range.least), plain_duration(range.most)));
}

base::Result<std::uint32_t> parse_bytes_in(const Value& value, Range<std::uint32_t> range) {
  const auto parsed = parse_field(value, base::parse_bytes, kBytesExpected);
  if (!parsed) return parsed.error();
  if (*parsed >= range.least && *parsed <= range.most) return static_cast<std::uint32_t>(*parsed);
  return base::usage_error(
      fmt::format("found {}, expected {} to {} bytes", describe(value), range.least, range.most));
}

}  // namespace

Nanos Reader::duration(const char* key, Nanos fallback, Range<Nanos> range) {
  const Value* value = take(key);
  if (value == nullptr) return fallback;
  const auto parsed = parse_duration_in(*value, range);
  if (parsed) return *parsed;
  problem(key, parsed.error().message);
  return fallback;
}

double Reader::rate(const char* key, double fallback) {
  constexpr double kFastest = 1e7;
  const Value* value = take(key);
  if (value == nullptr) return fallback;
  const auto parsed = parse_field(*value, base::parse_rate, kRateExpected);
  if (!parsed) {
    problem(key, parsed.error().message);
  } else if (!(*parsed > 0)) {
    problem(key, fmt::format("found {}, expected a rate above 0", describe(*value)));
  } else if (*parsed > kFastest) {
    problem(key, fmt::format("found {}, expected at most {}", describe(*value), base::format_rate(kFastest)));
  } else {
    return *parsed;
  }
  return fallback;
}

double Reader::share(const char* key, double fallback) {
  const Value* value = take(key);
  if (value == nullptr) return fallback;
  const auto parsed = parse_field(*value, base::parse_share, kShareExpected);
  if (parsed) return *parsed;
  problem(key, parsed.error().message);
  return fallback;
}

std::uint32_t Reader::bytes(const char* key, std::uint32_t fallback, Range<std::uint32_t> range) {
  const Value* value = take(key);
  if (value == nullptr) return fallback;
  const auto parsed = parse_bytes_in(*value, range);
  if (parsed) return *parsed;
  problem(key, parsed.error().message);
  return fallback;
}

std::uint32_t Reader::item_bytes(std::size_t place, std::uint32_t fallback, Range<std::uint32_t> range) {
  const Value& item = table_->items[place];
  if (item.is(Value::Type::unknown)) return fallback;
  const auto parsed = parse_bytes_in(item, range);
  if (parsed) return *parsed;
  errors_.add(item.line, fmt::format("{}: {}", where_, parsed.error().message));
  return fallback;
}

Extent Reader::extent(const char* key) {
  constexpr double kMostBytes = 1e15;
  const Value* value = take(key);
  if (value == nullptr) return {};
  const std::string& text = value->text;
  const bool bytes = text.ends_with('B');  // and not a bare number, which would have no unit
  if (value->is(Value::Type::text) && bytes) {
    const auto parsed = base::parse_bytes(text);
    if (parsed && *parsed > 0 && static_cast<double>(*parsed) <= kMostBytes)
      return {0, static_cast<double>(*parsed)};
    problem(key, parsed ? fmt::format("found {}, expected \"1B\" to \"1000TB\"", describe(*value))
                        : parsed.error().message);
    return {};
  }
  const auto parsed = parse_field(*value, base::parse_duration, kExtentExpected);
  if (parsed && *parsed > 0 && *parsed <= kLongestExtent) return {*parsed, 0};
  problem(key,
          parsed ? fmt::format("found {}, expected more than nothing and at most \"400d\"", describe(*value))
                 : fmt::format("found {}, expected {}", describe(*value), kExtentExpected));
  return {};
}

// words.size() when the field is missing or none of them.
std::size_t Reader::choose(const char* key, std::span<const std::string> words) {
  const std::vector<std::string> legal(words.begin(), words.end());
  const std::string expected = fmt::format("\"{}\"", fmt::join(legal, "\", \""));
  const Value* value = take(key, Value::Type::text, expected);
  if (value == nullptr) return words.size();
  const auto found = std::ranges::find(legal, value->text);
  if (found == legal.end()) {
    problem(key, fmt::format("found {}, expected {}", describe(*value), expected));
  }
  return static_cast<std::size_t>(found - legal.begin());
}

plan::Settings Reader::settings(const char* key) {
  plan::Settings settings;
  const Value* table = take(key, Value::Type::table, "a table of settings");
  if (table == nullptr) return settings;
  if (!table->items.empty()) problem(key, "found a list, expected settings such as [\"linger.ms\"] = 5");
  for (const Value& value : table->fields) {
    if (value.is(Value::Type::boolean)) {
      settings[value.key] = value.boolean ? "true" : "false";
    } else if (is_scalar(value)) {
      settings[value.key] = value.text;
    } else if (!value.is(Value::Type::unknown)) {
      errors_.add(value.line, fmt::format("{}: {}: {}: found {}, expected a text, a number, true or false",
                                          where_, key, quoted(value.key), describe(value)));
    }
  }
  return settings;
}

std::string Reader::item_name(std::size_t place, std::string_view expected) {
  if (place >= table_->items.size()) {
    if (table_ != &no_table()) problem(fmt::format("found nothing, expected {}", expected));
    return "";
  }
  const Value& item = table_->items[place];
  if (item.is(Value::Type::unknown)) return "";
  if (!item.is(Value::Type::text)) {
    errors_.add(item.line, fmt::format("{}: found {}, expected {}", where_, describe(item), expected));
    return "";
  }
  if (is_name(item.text)) return item.text;
  errors_.add(item.line, fmt::format("{}: found {}, expected {}", where_, describe(item), kNameExpected));
  return "";
}

Nanos Reader::item_duration(std::size_t place, Nanos fallback, Range<Nanos> range) {
  if (place >= table_->items.size()) {
    if (table_ != &no_table()) problem(fmt::format("has no length; expected {}", kDurationExpected));
    return fallback;
  }
  const Value& item = table_->items[place];
  if (item.is(Value::Type::unknown)) return fallback;
  const auto parsed = parse_duration_in(item, range);
  if (parsed) return *parsed;
  errors_.add(item.line, fmt::format("{}: {}", where_, parsed.error().message));
  return fallback;
}

Reader Reader::within(const char* key, const Value& table) const {
  return {table, fmt::format("{}: {}", where_, key), errors_};
}

void Reader::finish(std::size_t most_items) {
  for (const Value& value : table_->fields) {
    if (std::ranges::find(asked_, value.key) != asked_.end()) continue;
    errors_.add(value.line, fmt::format("{}: unknown key {}{}", where_, quoted(value.key),
                                        hint_.empty() ? suggestion(value.key, asked_) : hint_));
  }
  for (std::size_t i = most_items; i < table_->items.size(); ++i) {
    const Value& item = table_->items[i];
    if (item.is(Value::Type::unknown)) continue;
    errors_.add(item.line,
                fmt::format("{}: found {} without a name; expected key = value", where_, describe(item)));
  }
}

}  // namespace freshet::scenario
