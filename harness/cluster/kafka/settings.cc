#include "harness/cluster/kafka/settings.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>

#include "harness/base/group_protocol.h"
#include "harness/base/text.h"
#include "harness/cluster/kafka/conflicts.h"
#include "harness/cluster/kafka/profiles.h"

namespace freshet::cluster {
namespace {

struct Names {
  std::vector<std::string> sorted;
  std::map<std::string, std::string> canonical;  // any name -> librdkafka's own
};

// librdkafka lists its aliases only in its own documentation table, which it can print.
std::string properties_table() {
  char* text = nullptr;
  std::size_t size = 0;
  FILE* out = open_memstream(&text, &size);
  if (out == nullptr) return {};
  rd_kafka_conf_properties_show(out);
  std::fclose(out);
  const std::unique_ptr<char, decltype(&std::free)> owned(text, &std::free);
  return {text, size};
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// A row is "name | C/P/* | range | default | importance | description"; an alias' description begins with
// "Alias for `name`".
void read_row(std::string_view line, Names& names) {
  const auto bar = line.find('|');
  if (bar == std::string_view::npos) return;
  const std::string name(trimmed(line.substr(0, bar)));
  if (name.empty() || name == "Property" || name.front() == '-') return;
  names.sorted.push_back(name);
  constexpr std::string_view kAlias = "Alias for `";
  const auto alias = line.find(kAlias);
  if (alias == std::string_view::npos) {
    names.canonical[name] = name;
    return;
  }
  const auto from = alias + kAlias.size();
  // "enable.auto.commit" is a name of its own for a client and an old alias for a topic: the first row wins.
  names.canonical.emplace(name, line.substr(from, line.find('`', from) - from));
}

const Names& names() {
  static const Names known = [] {
    Names result;
    std::istringstream table(properties_table());
    for (std::string line; std::getline(table, line);) read_row(line, result);
    std::sort(result.sorted.begin(), result.sorted.end());
    result.sorted.erase(std::unique(result.sorted.begin(), result.sorted.end()), result.sorted.end());
    return result;
  }();
  return known;
}

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

const std::vector<std::string>& known_settings() {
  return names().sorted;
}

std::string canonical_setting(const std::string& name) {
  const auto found = names().canonical.find(name);
  return found == names().canonical.end() ? name : found->second;
}

base::Status check_setting(const std::string& name, const std::string& value) {
  const std::string canonical = canonical_setting(name);
  for (const ReasonedSetting& ours : observing_needs()) {
    if (canonical == ours.name) {
      return base::usage_error(fmt::format("'{}' is set by freshet itself: {}", name, ours.why));
    }
  }
  const std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> scratch(rd_kafka_conf_new(),
                                                                                   &rd_kafka_conf_destroy);
  std::array<char, 512> why{};
  switch (rd_kafka_conf_set(scratch.get(), name.c_str(), value.c_str(), why.data(), why.size())) {
    case RD_KAFKA_CONF_OK:
      return base::Ok{};
    case RD_KAFKA_CONF_UNKNOWN: {
      const std::string near = base::nearest(name, known_settings());
      return base::usage_error(fmt::format("librdkafka {} has no setting '{}'{}", rd_kafka_version_str(),
                                           name,
                                           near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
    }
    default:
      // The library's own text would repeat the value, so a secret's is not passed on.
      return base::usage_error(is_secret(name) ? fmt::format("the value of '{}' is not legal", name)
                                               : fmt::format("setting '{}': {}", name, why.data()));
  }
}

base::Status check_client_settings(const Settings& settings, const std::string& where) {
  for (const auto& [name, value] : settings) {
    if (auto status = check_setting(name, value); !status) {
      return base::usage_error(fmt::format("{}: {}", where, status.error().message));
    }
  }
  return base::Ok{};
}

void overlay(Settings& below, const Settings& layer) {
  for (const auto& [name, value] : layer) below[canonical_setting(name)] = value;
}

Settings client_defaults() {
  return {{"enable.metrics.push", "false"}};
}

Settings producer_defaults(const Settings& chosen) {
  Settings settings = client_defaults();
  const auto acks = chosen.find("request.required.acks");
  const bool weaker = acks != chosen.end() && acks->second != "all" && acks->second != "-1";
  const auto idempotence = chosen.find("enable.idempotence");
  const bool declined = idempotence != chosen.end() && lowered(idempotence->second) == "false";
  if (!weaker && !declined) settings["enable.idempotence"] = "true";
  if (!weaker) settings["request.required.acks"] = "all";
  return settings;
}

namespace {

Settings layered(const KafkaOptions& options, const Settings& plan) {
  Settings settings;
  overlay(settings, plan);
  overlay(settings, options.file_settings);
  overlay(settings, options.command_line_settings);
  return settings;
}

}  // namespace

Settings producer_layers(const KafkaOptions& options, const Settings& plan) {
  const Settings chosen = layered(options, plan);
  Settings settings = producer_defaults(chosen);
  overlay(settings, chosen);
  return settings;
}

Settings member_layers(const KafkaOptions& options, const Settings& plan) {
  Settings settings = client_defaults();
  overlay(settings, layered(options, plan));
  return settings;
}

base::Status check_planned(const PlannedClient& client, const KafkaOptions& options) {
  if (auto status = check_client_settings(client.settings, client.where); !status) return status;
  const bool producer = client.kind == PlannedClient::Kind::producer;
  const Settings settings =
      producer ? producer_layers(options, client.settings) : member_layers(options, client.settings);
  const auto conflict =
      producer ? producer_settings_conflict(settings) : base::group_settings_conflict(settings);
  if (!conflict) return base::Ok{};
  return base::usage_error(fmt::format("{}: {}", client.where, *conflict));
}

Settings masked(Settings settings) {
  for (auto& [name, value] : settings) {
    if (is_secret(name)) value = "***";
  }
  return settings;
}

std::string rdkafka_version() {
  return rd_kafka_version_str();
}

std::string rdkafka_features() {
  const std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> conf(rd_kafka_conf_new(),
                                                                                &rd_kafka_conf_destroy);
  std::array<char, 512> value{};
  std::size_t size = value.size();
  if (rd_kafka_conf_get(conf.get(), "builtin.features", value.data(), &size) != RD_KAFKA_CONF_OK) return {};
  return value.data();
}

}  // namespace freshet::cluster
