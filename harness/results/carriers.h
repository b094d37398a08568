// carriers.csv: of compacted topics, the events that stand for those of their key that were removed (E5).
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "harness/results/tables.h"

namespace freshet::results {

template <>
struct TableOf<measure::Carrier> {
  static const Table table;
};

void append(std::string& out, const measure::Carrier& row);
bool parse(std::string_view line, measure::Carrier& row);

struct SeenEvent {
  std::uint16_t stream = 0, pass = 0, lane = 0;
  std::uint64_t n = 0;
  friend auto operator<=>(const SeenEvent&, const SeenEvent&) = default;
};
using Carriers = std::map<SeenEvent, measure::Carrier>;

}  // namespace freshet::results
