#include "harness/engine/topics.h"

#include <fmt/format.h>

namespace freshet::engine {
namespace {

std::string shape(int partitions, int replication, const plan::Settings& config) {
  std::string text = fmt::format("partitions={} replication={}", partitions, replication);
  for (const auto& [key, value] : config) text += fmt::format(" {}={}", key, value);
  return text;
}

// Only what the scenario asks for is compared; a cluster's other settings are its own.
bool same_shape(const plan::Stream& asked, const cluster::TopicDescription& found) {
  if (asked.partitions != found.partitions || asked.replication != found.replication) return false;
  for (const auto& [key, value] : asked.topic_config) {
    const auto has = found.config.find(key);
    if (has == found.config.end() || has->second != value) return false;
  }
  return true;
}

base::Error other_shape(const std::string& topic, const plan::Stream& asked,
                        const cluster::TopicDescription& found) {
  plan::Settings named;
  for (const auto& [key, value] : asked.topic_config) {
    const auto has = found.config.find(key);
    named[key] = has == found.config.end() ? "(not told)" : has->second;
  }
  return base::usage_error(
      fmt::format("topic {} exists in another shape\n  found:    {}\n  expected: {}\nUse another --prefix, "
                  "or delete the topic.",
                  topic, shape(found.partitions, found.replication, named),
                  shape(asked.partitions, asked.replication, asked.topic_config)));
}

}  // namespace

base::Result<Topics> prepare_topics(const plan::Plan& plan, const std::string& prefix, cluster::Admin& admin,
                                    base::Nanos timeout) {
  Topics topics;
  std::vector<const plan::Stream*> missing;
  for (const plan::Stream& stream : plan.streams) {
    const auto found = admin.describe_topic(prefix + stream.name, timeout);
    if (!found) return found.error();
    if (!found->has_value()) {
      missing.push_back(&stream);
    } else if (!same_shape(stream, **found)) {
      return other_shape(prefix + stream.name, stream, **found);
    }
  }
  for (const plan::Stream* stream : missing) {
    const std::string name = prefix + stream->name;
    const base::Status made =
        admin.create_topic({name, stream->partitions, stream->replication, stream->topic_config}, timeout);
    if (!made) {
      if (!topics.created.empty()) (void)admin.delete_topics(topics.created, timeout);
      return made.error();
    }
    topics.created.push_back(name);
  }
  topics.described = nlohmann::json::object();
  for (const plan::Stream& stream : plan.streams) {
    const auto found = admin.describe_topic(prefix + stream.name, timeout);
    if (!found || !found->has_value()) continue;  // made a moment ago and not known everywhere yet
    topics.described[prefix + stream.name] = {{"partitions", (*found)->partitions},
                                              {"replication", (*found)->replication},
                                              {"config", (*found)->config}};
  }
  return topics;
}

}  // namespace freshet::engine
