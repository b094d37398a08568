// What a host's events.jsonl tells: every event is kept, and those that figures rest on are understood.
#include <fmt/core.h>

#include <algorithm>

#include "harness/results/host_reader.h"
#include "harness/results/json_fields.h"
#include "harness/results/line_file.h"

namespace freshet::results {

void HostReader::events() {
  const std::string content = text(Flushed::events);
  Lines lines(content);
  std::uint64_t bad = 0;
  for (std::string_view line; lines.next(line);) {
    if (!take_event(Json::parse(line, nullptr, false))) ++bad;
  }
  if (bad > 0) damage("events.jsonl", fmt::format("{} damaged lines left out", bad));
}

bool HostReader::take_event(Json event) {
  if (!event.is_object() || text_at(event, "kind").empty() || !field_at(event, "t") ||
      !field_at(event, "t")->is_number_integer()) {
    return false;
  }
  if (text_at(event, "kind") == "reset") take_reset(event);
  if (text_at(event, "kind") == "prefilled") take_prefilled(event);
  facts_.events.push_back(std::move(event));
  return true;
}

void HostReader::take_reset(const Json& event) {
  ResetRow row;
  row.stream = row.pass = -1;
  for (std::size_t s = 0; s < plan_.streams.size(); ++s) {
    if (plan_.streams[s].name == text_at(event, "stream")) row.stream = static_cast<int>(s);
  }
  for (std::size_t p = 0; p < plan_.passes(); ++p) {
    const std::string& name =
        p < plan_.groups.size() ? plan_.groups[p].name : plan_.replays[p - plan_.groups.size()].name;
    if (name == text_at(event, "group")) row.pass = static_cast<int>(p);
  }
  row.partition = static_cast<int>(integer_at(event, "partition", -1));
  if (row.stream < 0 || row.pass < 0 || !partition_ok(static_cast<std::size_t>(row.stream), row.partition))
    return;
  for (const auto& [word, cause] : kResetCauses) {
    if (word == text_at(event, "cause")) row.cause = cause;
  }
  row.position = integer_at(event, "position", 0);
  row.goes_on_at = integer_at(event, "goes_on_at", 0);
  row.at = integer_at(event, "t", 0);
  facts_.resets.push_back(row);
}

void HostReader::take_prefilled(const Json& event) {
  const Json* partitions = field_at(event, "partitions");
  if (!partitions || !partitions->is_array()) return;
  for (std::size_t s = 0; s < plan_.streams.size(); ++s) {
    if (plan_.streams[s].name != text_at(event, "stream") || !prefill_[s]) continue;
    std::vector<std::int64_t>& first = facts_.prefilled[s].first;
    first.assign(static_cast<std::size_t>(lanes_[s].partitions()), -1);
    for (std::size_t p = 0; p < std::min(first.size(), partitions->size()); ++p) {
      if ((*partitions)[p].is_object()) first[p] = integer_at((*partitions)[p], "first", -1);
    }
  }
}

}  // namespace freshet::results
