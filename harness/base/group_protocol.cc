#include "harness/base/group_protocol.h"

#include <charconv>

namespace freshet::base {
namespace {

using Settings = std::map<std::string, std::string>;

struct Exclusion {
  const char* name;
  const char* instead;
};
// librdkafka 2.x refuses these with group.protocol=consumer.
constexpr Exclusion kClassicOnly[] = {
    {"session.timeout.ms", "the group's own setting on the broker, group.consumer.session.timeout.ms"},
    {"heartbeat.interval.ms", "the group's own setting on the broker, group.consumer.heartbeat.interval.ms"},
    {"partition.assignment.strategy", "group.remote.assignor, \"uniform\" or \"range\""},
    {"group.protocol.type", "no setting: the protocol has none"},
};

std::string value_of(const Settings& settings, const char* name, const char* fallback) {
  const auto found = settings.find(name);
  return found == settings.end() ? fallback : found->second;
}

long long number_of(const Settings& settings, const char* name, const char* fallback) {
  const std::string text = value_of(settings, name, fallback);
  long long number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::optional<std::string> group_settings_conflict(const Settings& settings) {
  if (value_of(settings, "group.protocol", "classic") == "consumer") {
    for (const auto& [name, instead] : kClassicOnly) {
      if (settings.contains(name))
        return std::string(name) + " cannot be set with group.protocol=consumer; use " + instead;
    }
    return std::nullopt;
  }
  if (settings.contains("group.remote.assignor")) {
    return "group.remote.assignor says nothing without group.protocol=consumer; use "
           "partition.assignment.strategy";
  }
  // The defaults are librdkafka's.
  const long long session = number_of(settings, "session.timeout.ms", "45000");
  const long long heartbeat = number_of(settings, "heartbeat.interval.ms", "3000");
  if (heartbeat >= session) {
    return "heartbeat.interval.ms is " + std::to_string(heartbeat) + " and session.timeout.ms " +
           std::to_string(session) +
           ": a member would be put out between two heartbeats; expected at most a third of it";
  }
  const long long poll = number_of(settings, "max.poll.interval.ms", "300000");
  if (poll >= session) return std::nullopt;
  return "max.poll.interval.ms is " + std::to_string(poll) + ", less than session.timeout.ms with " +
         std::to_string(session) + "; expected at least that";
}

}  // namespace freshet::base
