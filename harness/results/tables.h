// The comma-separated tables of a host's facts: one line a row, whole numbers in ns, events or bytes.
// FORMAT.md says what each column means. A row is a delta or a maximum over the time since the last flush, so
// rows of one key add up (or their greatest counts) whatever arrived late (H2).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/measure/read_log.h"
#include "harness/measure/recorder.h"

namespace freshet::results {

using base::Nanos;

struct Table {
  std::string_view file;     // "counts.csv"
  std::string_view format;   // first line of the file: format and version
  std::string_view columns;  // second line
};

// Staleness of a series in a second of τ, counted exactly (E7).
struct CohortKey {
  std::uint16_t stream = 0, pass = 0;
  std::uint8_t tier = 0;
  std::int64_t second = 0;
  friend auto operator<=>(const CohortKey&, const CohortKey&) = default;
};
struct CohortCounts {
  std::uint64_t samples = 0;
  std::array<std::uint64_t, measure::kMaximumThresholds> over{};
  std::array<std::uint64_t, measure::kMaximumThresholds> over_without_own{};
  void add(const CohortCounts& other);
};
struct CohortRow {
  CohortKey key;
  CohortCounts counts;
};

// One bucket of the parts of D (T1) of a second of τ.
struct PartsRow {
  std::uint16_t stream = 0, pass = 0;
  std::int64_t second = 0;
  std::uint32_t bucket = 0;
  measure::Parts::Sum sum;
};
void add(measure::Parts::Sum& sum, const measure::Parts::Sum& other);

// Proof of what a lane was given (E3).
struct LaneRow {
  std::uint16_t stream = 0, lane = 0;
  std::uint64_t sent = 0, hash = 0;
};

template <class Row>
struct TableOf;
template <>
struct TableOf<CohortRow> {
  static const Table table;
};
template <>
struct TableOf<measure::CountSecond> {
  static const Table table;
};
template <>
struct TableOf<measure::LagSecond> {
  static const Table table;
};
template <>
struct TableOf<measure::OffsetSecond> {
  static const Table table;
};
template <>
struct TableOf<measure::ReceiverSecond> {
  static const Table table;
};
template <>
struct TableOf<PartsRow> {
  static const Table table;
};
template <>
struct TableOf<measure::WorstEvent> {
  static const Table table;
};
template <>
struct TableOf<LaneRow> {
  static const Table table;
};
template <>
struct TableOf<measure::OverBound> {
  static const Table table;
};
template <>
struct TableOf<measure::LoggedRead> {
  static const Table table;
};

void append(std::string& out, const CohortRow& row);
void append(std::string& out, const measure::CountSecond& row);
void append(std::string& out, const measure::LagSecond& row);
void append(std::string& out, const measure::OffsetSecond& row);
void append(std::string& out, const measure::ReceiverSecond& row);
void append(std::string& out, const PartsRow& row);
void append(std::string& out, const measure::WorstEvent& row);
void append(std::string& out, const LaneRow& row);
void append(std::string& out, const measure::OverBound& row);
void append(std::string& out, const measure::LoggedRead& row);

// False when the line is not exactly such a row. Does not look whether the indices exist in the plan.
bool parse(std::string_view line, CohortRow& row);
bool parse(std::string_view line, measure::CountSecond& row);
bool parse(std::string_view line, measure::LagSecond& row);
bool parse(std::string_view line, measure::OffsetSecond& row);
bool parse(std::string_view line, measure::ReceiverSecond& row);
bool parse(std::string_view line, PartsRow& row);
bool parse(std::string_view line, measure::WorstEvent& row);
bool parse(std::string_view line, LaneRow& row);
bool parse(std::string_view line, measure::OverBound& row);
bool parse(std::string_view line, measure::LoggedRead& row);

}  // namespace freshet::results
