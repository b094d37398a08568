#include "harness/engine/durability.h"

#include <fmt/format.h>

#include "harness/plan/durability.h"

namespace freshet::engine {
namespace {

base::Status as_asked(const plan::Plan& plan, const plan::Stream& stream, const std::string& topic,
                      const plan::Durability& found) {
  const auto less = plan::shortfalls(plan::asked_durability(plan, stream), found);
  if (less.empty()) return base::Ok{};
  return base::cluster_error(
      fmt::format("topic {} is less durable than asked: {}", topic, plan::sentence(less.front())));
}

plan::Settings settings_in(const Json& described) {
  const auto config = described.find("config");
  return config == described.end() ? plan::Settings() : config->get<plan::Settings>();
}

}  // namespace

base::Status enough_brokers(const plan::Plan& plan, const cluster::ClusterDescription& cluster) {
  for (const plan::Stream& stream : plan.streams) {
    if (stream.replication <= static_cast<int>(cluster.brokers.size())) continue;
    return base::cluster_error(
        fmt::format("stream {} asks for replication {}, and the cluster has {} broker{}", stream.name,
                    stream.replication, cluster.brokers.size(), cluster.brokers.size() == 1 ? "" : "s"));
  }
  return base::Ok{};
}

base::Status durable_topics(const plan::Plan& plan, const std::string& prefix, const Topics& topics) {
  for (const plan::Stream& stream : plan.streams) {
    const std::string name = prefix + stream.name;
    const auto described = topics.described.find(name);
    if (described == topics.described.end()) continue;
    const auto found =
        plan::durability_of(described->at("replication").get<int>(), settings_in(*described), {});
    if (auto status = as_asked(plan, stream, name, found); !status) return status;
  }
  return base::Ok{};
}

base::Status durable_producers(const plan::Plan& plan, const std::string& prefix,
                               const cluster::Cluster& cluster) {
  const auto settings = cluster.failover_settings();
  for (const plan::Stream& stream : plan.streams) {
    const std::string name = prefix + stream.name;
    const auto found = settings.find("producer " + name);
    if (found == settings.end()) continue;  // the built-in log
    const auto durability = plan::durability_of(std::nullopt, {}, found->second);
    if (auto status = as_asked(plan, stream, name, durability); !status) return status;
  }
  return base::Ok{};
}

void note_topics_at_end(const Context& context, cluster::Admin& admin, Notes& notes, Nanos now,
                        Nanos timeout) {
  for (std::size_t s = 0; s < context.plan.streams.size(); ++s) {
    const plan::Stream& stream = context.plan.streams[s];
    if (stream.replication <= 1 && !stream.topic_config.contains("min.insync.replicas")) continue;
    const auto found = admin.describe_topic(context.topic(s), timeout);
    if (!found || !found->has_value()) {
      notes.add(now, "topic_unknown_at_end",
                {{"stream", stream.name}, {"why", found ? "it is not there" : found.error().message}});
      if (!found) return;  // a cluster that does not answer is not asked again
      continue;
    }
    Json fields = {{"stream", stream.name}, {"replication", (*found)->replication}};
    const auto insync = (*found)->config.find("min.insync.replicas");
    if (insync != (*found)->config.end()) fields["min.insync.replicas"] = insync->second;
    notes.add(now, "topic_at_end", std::move(fields));
  }
}

}  // namespace freshet::engine
