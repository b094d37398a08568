// V7: what the cluster and the clients turned out to be, against what the scenario asks for.
#include "harness/plan/durability.h"

#include "harness/results/client_json.h"
#include "harness/results/json_fields.h"
#include "harness/results/rows.h"

namespace freshet::results {
namespace {

plan::Settings settings_at(const Json& json, const char* key) {
  plan::Settings settings;
  const Json* found = field_at(json, key);
  if (!found || !found->is_object()) return settings;
  for (const auto& [name, value] : found->items()) {
    if (value.is_string()) settings[name] = value.get<std::string>();
  }
  return settings;
}

std::optional<int> replication_at(const Json& json) {
  const std::int64_t told = integer_at(json, "replication", -1);
  return told < 0 ? std::nullopt : std::optional(static_cast<int>(told));
}

// What was told of a stream's topic and producer; nothing where nobody told.
std::vector<plan::Durability> told_of(const Json& manifest, const Facts& facts, const plan::Stream& stream) {
  std::vector<plan::Durability> told;
  const std::string topic = text_at(manifest, "prefix") + stream.name;
  if (const Json* topics = field_at(manifest, "topics")) {
    if (const Json* found = field_at(*topics, topic.c_str()))
      told.push_back(plan::durability_of(replication_at(*found), settings_at(*found, "config"), {}));
  }
  if (const Json* clients = field_at(manifest, "failover_settings"))
    told.push_back(
        plan::durability_of(std::nullopt, {}, settings_at(*clients, ("producer " + topic).c_str())));
  for (const Json& event : facts.events) {
    if (text_at(event, "kind") != "topic_at_end" || text_at(event, "stream") != stream.name) continue;
    plan::Settings config;
    if (const std::string insync = text_at(event, "min.insync.replicas"); !insync.empty())
      config["min.insync.replicas"] = insync;
    told.push_back(plan::durability_of(replication_at(event), config, {}));
  }
  return told;
}

}  // namespace

std::vector<DurabilityRow> durability_rows(const plan::Plan& plan, const Json& manifest, const Facts& facts) {
  std::vector<DurabilityRow> rows;
  for (std::size_t s = 0; s < plan.streams.size(); ++s) {
    const plan::Durability asked = plan::asked_durability(plan, plan.streams[s]);
    for (const plan::Durability& told : told_of(manifest, facts, plan.streams[s])) {
      for (const plan::Shortfall& less : plan::shortfalls(asked, told))
        rows.push_back({static_cast<int>(s), less.what, less.asked, less.found});
    }
  }
  return rows;
}

Json to_json(const Names& names, const DurabilityRow& row) {
  return {
      {"stream", names.stream(row.stream)}, {"what", row.what}, {"asked", row.asked}, {"found", row.found}};
}

}  // namespace freshet::results
