// Settings of a Kafka consumer group that exclude each other, and what to use instead.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace freshet::base {

// What in a consumer's settings (librdkafka's canonical names, all layers together) cannot be had at once, as
// a sentence that names what to use instead; nothing when there is no such thing. With KIP-848
// (group.protocol=consumer) the broker decides what a classic group's client decides itself.
std::optional<std::string> group_settings_conflict(const std::map<std::string, std::string>& settings);

}  // namespace freshet::base
