// Reads the fields of one table of a scenario: types, units and limits are checked, what is wrong is an error
// with the field's line, and what was never asked for is an unknown key. Internal to scenario/.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/plan/plan.h"
#include "harness/scenario/errors.h"
#include "harness/scenario/value.h"

namespace freshet::scenario {

using base::Nanos;

template <class T>
struct Range {
  T least, most;
};

// A part of a log, by time or by bytes of values; the other is 0.
struct Extent {
  Nanos time = 0;
  double bytes = 0;
};

class Reader {
 public:
  // `where` begins every message: `stream "chat_turn"`. `table` outlives the reader; what is no table at all
  // is an error, and then every field has its fallback.
  Reader(const Value& table, std::string where, Errors& errors);

  // Each gives the fallback when the field is missing or wrong; the latter is an error.
  std::string text(const char* key, std::string fallback);
  std::string name(const char* key, std::string fallback);  // see is_name()
  bool flag(const char* key, bool fallback);
  double number(const char* key, double fallback, Range<double> range);
  std::int64_t whole(const char* key, std::int64_t fallback, Range<std::int64_t> range);
  Nanos duration(const char* key, Nanos fallback, Range<Nanos> range);
  double rate(const char* key, double fallback);   // above 0
  double share(const char* key, double fallback);  // 0 … 1
  std::uint32_t bytes(const char* key, std::uint32_t fallback, Range<std::uint32_t> range);
  Extent extent(const char* key);  // "10m" or "2GiB"; nothing when it is missing or wrong
  // One of the words.
  template <class E>
  E choice(const char* key, E fallback, std::span<const std::pair<const char*, E>> words);
  template <class E>
  E choice(const char* key, E fallback, std::initializer_list<std::pair<const char*, E>> words) {
    return choice(key, fallback, std::span<const std::pair<const char*, E>>(words.begin(), words.size()));
  }
  // A client's or a topic's own settings, untouched: numbers and booleans become texts.
  plan::Settings settings(const char* key);

  // The field as it is; null when it is missing (or unknown, which is said already).
  const Value* take(const char* key);
  // The list part, by place from 0. `expected` is for the message when it is missing or of another type.
  std::string item_name(std::size_t place, std::string_view expected);
  Nanos item_duration(std::size_t place, Nanos fallback, Range<Nanos> range);
  std::uint32_t item_bytes(std::size_t place, std::uint32_t fallback, Range<std::uint32_t> range);
  const std::vector<Value>& items() const { return table_->items; }

  // Of the table that the field has.
  Reader within(const char* key, const Value& table) const;

  // What to say of every unknown key instead of the nearest one.
  void hint(std::string text) { hint_ = std::move(text); }
  // The last call: refuses keys that no other call asked for, and more list items than `most_items`.
  void finish(std::size_t most_items);

  // An error in the field's line (the table's, when it is missing): "where: key: message".
  void problem(std::string_view key, const std::string& message);
  void problem(const std::string& message);                          // about the whole table
  void problem_item(std::size_t place, const std::string& message);  // about what stands there
  void problem_at(int line, std::string_view key, const std::string& message);
  void set_where(std::string where) { where_ = std::move(where); }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  int line() const { return table_->line; }
  Errors& errors() { return errors_; }

 private:
  const Value* find(std::string_view key) const;
  const Value* take(const char* key, Value::Type wanted, std::string_view expected);
  std::size_t choose(const char* key, std::span<const std::string> words);

  const Value* table_;
  std::string where_;
  Errors& errors_;
  std::vector<std::string> asked_;
  std::string hint_;
};

// Names become parts of topics and files: 1 to 64 letters, digits, "_", "-" or ".", the first a letter or
// digit.
bool is_name(std::string_view name);
inline constexpr std::string_view kNameExpected =
    "a name of 1 to 64 letters, digits, \"_\", \"-\" or \".\", beginning with a letter or digit";

template <class E>
E Reader::choice(const char* key, E fallback, std::span<const std::pair<const char*, E>> words) {
  std::vector<std::string> names;
  for (const auto& [word, value] : words) names.emplace_back(word);
  const std::size_t chosen = choose(key, names);
  return chosen < words.size() ? words[chosen].second : fallback;
}

}  // namespace freshet::scenario
