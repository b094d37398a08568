#include "reports/html_marks.h"

#include <fmt/format.h>

#include <map>
#include <string>
#include <tuple>

#include "harness/base/text.h"
#include "reports/names.h"

namespace freshet::reports {
namespace {

using nlohmann::json;
using results::Settled;

std::string text_at(const json& event, const char* field) {
  const auto found = event.find(field);
  return found != event.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t number_at(const json& event, const char* field, std::int64_t otherwise) {
  const auto found = event.find(field);
  return found != event.end() && found->is_number_integer() ? found->get<std::int64_t>() : otherwise;
}

struct Told {
  std::string kind, text;  // kind "": no mark
  base::Nanos at = 0;
  std::uint64_t count = 1;
};

std::uint64_t partitions_of(const json& event) {
  const auto found = event.find("partitions");
  return found != event.end() && found->is_array() ? found->size() : 1;
}

Told unavailable(const Settled& settled, const json& event, base::Nanos at) {
  const std::int64_t stream = number_at(event, "stream", -1);
  if (stream < 0 || static_cast<std::size_t>(stream) >= settled.plan.streams.size()) return {};
  return {"unavailable",
          class_name(settled.plan, static_cast<int>(stream)) + ": partitions without acknowledgements",
          number_at(event, "from", at), 1};
}

Told command(const json& event, const std::string& kind, base::Nanos at) {
  const auto undo = event.find("undo");
  const bool undone = undo != event.end() && undo->is_boolean() && undo->get<bool>();
  const std::string what = (undone ? "undo: " : "") + text_at(event, "command");
  if (kind == "command_begins") return {"fault", "begins: " + what, at, 1};
  return {"fault", fmt::format("ended, status {}: {}", number_at(event, "status", -1), what), at, 1};
}

Told told(const Settled& settled, const json& event) {
  const std::string kind = text_at(event, "kind");
  const base::Nanos at = number_at(event, "t", 0);
  const std::string group = text_at(event, "group");
  if (kind == "command_begins" || kind == "command_ended") return command(event, kind, at);
  if (kind == "ack_gap") return unavailable(settled, event, at);
  if (kind == "assigned" || kind == "revoked" || kind == "lost")
    return {"rebalance", fmt::format("{}: partitions {}", group, kind), at, partitions_of(event)};
  if (kind.ends_with("error")) {
    const std::string who = group.empty() ? text_at(event, "stream") : group;
    return {"error", fmt::format("{}: {}", who, text_at(event, "error")), at, 1};
  }
  if (kind == "reset")
    return {"error", fmt::format("{}: position not in the log, {}", group, text_at(event, "cause")), at, 1};
  if (kind.starts_with("member_"))
    return {"member",
            fmt::format("{}: a member {}", group, kind == "member_killed" ? "is killed" : kind.substr(7)), at,
            1};
  if (kind == "replay_finished" || kind == "replay_given_up") {
    const std::int64_t pass = number_at(event, "pass", -1);
    const bool known = pass >= 0 && static_cast<std::size_t>(pass) < settled.plan.passes();
    return {"pass",
            fmt::format("{} {}", known ? pass_name(settled.plan, static_cast<int>(pass)) : "a pass",
                        kind == "replay_finished" ? "caught up" : "gave up"),
            at, 1};
  }
  return {};
}

}  // namespace

json html_marks(const Settled& settled) {
  // By second, kind and text: when first, and how many.
  using Key = std::tuple<std::int64_t, std::string, std::string>;
  std::map<Key, std::pair<base::Nanos, std::uint64_t>> marks;
  for (const json& event : settled.events) {
    if (!event.is_object()) continue;
    const Told one = told(settled, event);
    if (one.kind.empty() || one.at < 0) continue;
    const Key key(base::second_of(one.at), one.kind, one.text);
    const auto [found, added] = marks.try_emplace(key, one.at, one.count);
    if (added) continue;
    found->second.first = std::min(found->second.first, one.at);
    found->second.second += one.count;
  }
  json all = json::array();
  for (const auto& [key, mark] : marks) {
    if (all.size() == kMarks) break;
    all.push_back(
        {{"t", mark.first}, {"kind", std::get<1>(key)}, {"text", std::get<2>(key)}, {"count", mark.second}});
  }
  return {{"left_out", marks.size() - all.size()}, {"marks", std::move(all)}};
}

}  // namespace freshet::reports
