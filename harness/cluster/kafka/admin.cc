#include "harness/cluster/kafka/admin.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/cluster/kafka/refusal.h"

namespace freshet::cluster {
namespace {

using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroy<rd_kafka_NewTopic_destroy>>;
using DeleteTopic = std::unique_ptr<rd_kafka_DeleteTopic_t, Destroy<rd_kafka_DeleteTopic_destroy>>;
using DeleteGroup = std::unique_ptr<rd_kafka_DeleteGroup_t, Destroy<rd_kafka_DeleteGroup_destroy>>;
using ConfigResource = std::unique_ptr<rd_kafka_ConfigResource_t, Destroy<rd_kafka_ConfigResource_destroy>>;
using TopicNames = std::unique_ptr<rd_kafka_TopicCollection_t, Destroy<rd_kafka_TopicCollection_destroy>>;

// How long an answer may still take after the cluster has refused to talk to us: with several addresses,
// another one may do better.
constexpr Nanos kAfterTrouble = base::kSecond;
constexpr Nanos kLookForTrouble = 50 * base::kMillisecond;

std::string address_of(const rd_kafka_Node_t* node) {
  return fmt::format("{}:{}", rd_kafka_Node_host(node), rd_kafka_Node_port(node));
}

// Pointers to what `owners` own, as the library takes them.
template <class Owner>
auto pointers_to(const std::vector<Owner>& owners) {
  std::vector<typename Owner::pointer> pointers;
  for (const Owner& owner : owners) pointers.push_back(owner.get());
  return pointers;
}

}  // namespace

base::Error KafkaAdmin::unanswered(const char* what, std::string_view why) const {
  std::string complaints = quiet_.complaints.text();
  // What a listener does with a client that speaks TLS or SASL to it when it does not, or the other way
  // round.
  if (complaints.find("closed by peer") != std::string::npos) {
    complaints += "; it may be that security.protocol is not this listener's";
  }
  return base::cluster_error(
      fmt::format("{} at {}: {}{}{}", what, address_, why, complaints.empty() ? "" : " — ", complaints));
}

base::Error KafkaAdmin::refused(const char* what, const std::string& right) const {
  return base::cluster_error(fmt::format("{} at {}: {}", what, address_, right));
}

Event KafkaAdmin::answer(rd_kafka_queue_t* queue, Nanos deadline, std::string_view& trouble) {
  for (;;) {
    const Nanos now = clock_.now();
    Event event(rd_kafka_queue_poll(queue, milliseconds(std::min(kLookForTrouble, deadline - now))));
    if (event || now >= deadline) return event;
    const std::string_view found = drain_errors(quiet_.errors.get(), quiet_.complaints);
    if (found.empty()) continue;
    if (trouble.empty()) deadline = std::min(deadline, clock_.now() + kAfterTrouble);
    trouble = found;
  }
}

template <class Send>
base::Result<Event> KafkaAdmin::ask(const char* what, rd_kafka_admin_op_t operation, Nanos deadline,
                                    Send send) {
  const int timeout = milliseconds(deadline - clock_.now());
  const AdminOptions options(rd_kafka_AdminOptions_new(client(), operation));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout, nullptr, 0);
  drain_errors(quiet_.errors.get(), quiet_.complaints);
  quiet_.complaints.clear();
  const Queue queue(rd_kafka_queue_new(client()));
  send(options.get(), queue.get());
  std::string_view trouble;
  Event event = answer(queue.get(), deadline, trouble);
  const bool answered = event && rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (!answered && !trouble.empty()) return unanswered(what, trouble);
  if (!event || rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR__TIMED_OUT) {
    return unanswered(what, fmt::format("no answer within {} ms", timeout));
  }
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return unanswered(what, rd_kafka_event_error_string(event.get()));
  }
  return event;
}

base::Result<ClusterDescription> KafkaAdmin::describe_cluster(Timeout timeout) {
  const Nanos deadline = clock_.now() + timeout;
  auto event =
      ask("describing the cluster", RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER, deadline,
          [this](auto* options, auto* queue) { rd_kafka_DescribeCluster(client(), options, queue); });
  if (!event) return event.error();
  const auto* result = rd_kafka_event_DescribeCluster_result(event->get());
  ClusterDescription description;
  if (const char* id = rd_kafka_DescribeCluster_result_cluster_id(result)) description.id = id;
  std::size_t count = 0;
  const auto** nodes = rd_kafka_DescribeCluster_result_nodes(result, &count);
  for (std::size_t i = 0; i < count; ++i) description.brokers.push_back(address_of(nodes[i]));
  if (count == 0) return description;
  // A cluster that does not let us read its configuration can still be measured.
  auto config = config_of(RD_KAFKA_RESOURCE_BROKER, std::to_string(rd_kafka_Node_id(nodes[0])), deadline);
  if (config) description.config = std::move(config).value();
  return description;
}

base::Result<Settings> KafkaAdmin::config_of(rd_kafka_ResourceType_t type, const std::string& name,
                                             Nanos deadline) {
  const ConfigResource resource(rd_kafka_ConfigResource_new(type, name.c_str()));
  auto event = ask("reading the configuration", RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, deadline,
                   [&](auto* options, auto* queue) {
                     rd_kafka_ConfigResource_t* asked = resource.get();
                     rd_kafka_DescribeConfigs(client(), &asked, 1, options, queue);
                   });
  if (!event) return event.error();
  std::size_t count = 0;
  const auto** resources =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event->get()), &count);
  Settings config;
  if (count == 0) return config;
  if (const auto error = rd_kafka_ConfigResource_error(resources[0])) {
    if (is_missing_right(error)) {
      const bool topic = type == RD_KAFKA_RESOURCE_TOPIC;
      return refused("reading the configuration",
                     missing_right("DescribeConfigs", topic ? topic_resource(name) : "the cluster"));
    }
    return unanswered("reading the configuration", rd_kafka_err2str(error));
  }
  std::size_t entries = 0;
  const auto** entry = rd_kafka_ConfigResource_configs(resources[0], &entries);
  for (std::size_t i = 0; i < entries; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entry[i]);
    if (value != nullptr && rd_kafka_ConfigEntry_is_sensitive(entry[i]) == 0) {
      config[rd_kafka_ConfigEntry_name(entry[i])] = value;
    }
  }
  return config;
}

base::Result<std::optional<TopicDescription>> KafkaAdmin::shape_of(const std::string& name, Nanos deadline) {
  const char* asked = name.c_str();
  const TopicNames names(rd_kafka_TopicCollection_of_topic_names(&asked, 1));
  auto event = ask(
      "describing a topic", RD_KAFKA_ADMIN_OP_DESCRIBETOPICS, deadline,
      [&](auto* options, auto* queue) { rd_kafka_DescribeTopics(client(), names.get(), options, queue); });
  if (!event) return event.error();
  std::size_t count = 0;
  const auto** topics =
      rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(event->get()), &count);
  if (count == 0) return std::optional<TopicDescription>();
  if (const auto* error = rd_kafka_TopicDescription_error(topics[0]); rd_kafka_error_code(error) != 0) {
    if (rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
      return std::optional<TopicDescription>();
    if (is_missing_right(rd_kafka_error_code(error)))
      return refused("describing a topic",
                     missing_right("Describe (which Read and Write bring)", topic_resource(name)));
    return unanswered("describing a topic", fmt::format("'{}': {}", name, rd_kafka_error_string(error)));
  }
  TopicDescription description;
  std::size_t partitions = 0;
  const auto** partition = rd_kafka_TopicDescription_partitions(topics[0], &partitions);
  description.partitions = static_cast<int>(partitions);
  for (std::size_t i = 0; i < partitions; ++i) {
    std::size_t replicas = 0;
    rd_kafka_TopicPartitionInfo_replicas(partition[i], &replicas);
    description.replication = static_cast<int>(replicas);
    if (rd_kafka_TopicPartitionInfo_leader(partition[i]) == nullptr) return std::optional(TopicDescription());
  }
  return std::optional(std::move(description));
}

base::Result<std::optional<TopicDescription>> KafkaAdmin::describe_topic(const std::string& name,
                                                                         Timeout timeout) {
  const Nanos deadline = clock_.now() + timeout;
  auto shape = shape_of(name, deadline);
  if (!shape || !shape->has_value()) return shape;
  auto config = config_of(RD_KAFKA_RESOURCE_TOPIC, name, deadline);
  if (!config) {  // the topic may have been deleted between the two questions
    const auto again = shape_of(name, deadline);
    if (again && !again->has_value()) return again;
    return config.error();
  }
  (*shape)->config = std::move(config).value();
  return shape;
}

base::Status KafkaAdmin::create_topic(const TopicSpec& topic, Timeout timeout) {
  const Nanos deadline = clock_.now() + timeout;
  std::array<char, 512> why{};
  const NewTopic spec(
      rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, topic.replication, why.data(), why.size()));
  if (!spec) return base::usage_error(fmt::format("topic '{}': {}", topic.name, why.data()));
  for (const auto& [name, value] : topic.config) {
    rd_kafka_NewTopic_set_config(spec.get(), name.c_str(), value.c_str());
  }
  auto event =
      ask("creating a topic", RD_KAFKA_ADMIN_OP_CREATETOPICS, deadline, [&](auto* options, auto* queue) {
        rd_kafka_NewTopic_t* asked = spec.get();
        rd_kafka_CreateTopics(client(), &asked, 1, options, queue);
      });
  if (!event) return event.error();
  std::size_t count = 0;
  const auto** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
  if (count > 0 && is_missing_right(rd_kafka_topic_result_error(results[0]))) {
    return refused("creating a topic", missing_right("Create", topic_resource(topic.name)));
  }
  if (count > 0 && rd_kafka_topic_result_error(results[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* text = rd_kafka_topic_result_error_string(results[0]);
    return base::cluster_error(
        fmt::format("creating topic '{}' at {}: {}", topic.name, address_,
                    text != nullptr ? text : rd_kafka_err2str(rd_kafka_topic_result_error(results[0]))));
  }
  // The controller has created it; the brokers learn of it a moment later.
  for (;;) {
    const auto shape = shape_of(topic.name, deadline);
    if (!shape) return shape.error();
    if (shape->has_value() && (*shape)->partitions == topic.partitions) return base::Ok{};
    if (!rest(deadline))
      return unanswered("creating a topic", fmt::format("'{}' did not appear", topic.name));
  }
}

base::Result<std::vector<ListedTopic>> KafkaAdmin::list_topics(Timeout timeout) {
  quiet_.complaints.clear();
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto error = rd_kafka_metadata(client(), 1, nullptr, &metadata, milliseconds(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return unanswered("listing topics", rd_kafka_err2str(error));
  const std::unique_ptr<const rd_kafka_metadata_t, Destroy<rd_kafka_metadata_destroy>> owned(metadata);
  std::vector<ListedTopic> topics;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    topics.push_back({metadata->topics[i].topic, metadata->topics[i].partition_cnt});
  }
  std::ranges::sort(topics, {}, &ListedTopic::name);
  return topics;
}

base::Result<std::vector<ListedGroup>> KafkaAdmin::list_groups(Timeout timeout) {
  constexpr const char* kWhat = "listing groups";
  auto event =
      ask(kWhat, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, clock_.now() + timeout,
          [this](auto* options, auto* queue) { rd_kafka_ListConsumerGroups(client(), options, queue); });
  if (!event) return event.error();
  const auto* result = rd_kafka_event_ListConsumerGroups_result(event->get());
  std::size_t count = 0;
  const auto** errors = rd_kafka_ListConsumerGroups_result_errors(result, &count);
  if (count > 0) return unanswered(kWhat, rd_kafka_error_string(errors[0]));
  const auto** listed = rd_kafka_ListConsumerGroups_result_valid(result, &count);
  std::vector<ListedGroup> groups;
  for (std::size_t i = 0; i < count; ++i) {
    const auto state = rd_kafka_ConsumerGroupListing_state(listed[i]);
    groups.push_back(
        {rd_kafka_ConsumerGroupListing_group_id(listed[i]),
         state != RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY && state != RD_KAFKA_CONSUMER_GROUP_STATE_DEAD});
  }
  std::ranges::sort(groups, {}, &ListedGroup::name);
  return groups;
}

base::Status KafkaAdmin::delete_topics(const std::vector<std::string>& names, Timeout timeout) {
  if (names.empty()) return base::Ok{};
  std::vector<DeleteTopic> topics;
  for (const std::string& name : names) topics.emplace_back(rd_kafka_DeleteTopic_new(name.c_str()));
  auto asked = pointers_to(topics);
  auto event = ask("deleting topics", RD_KAFKA_ADMIN_OP_DELETETOPICS, clock_.now() + timeout,
                   [&](auto* options, auto* queue) {
                     rd_kafka_DeleteTopics(client(), asked.data(), asked.size(), options, queue);
                   });
  if (!event) return event.error();
  std::size_t count = 0;
  const auto** results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event->get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(results[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) continue;
    if (is_missing_right(error)) {
      return refused("deleting topics",
                     missing_right("Delete", topic_resource(rd_kafka_topic_result_name(results[i]))));
    }
    return base::cluster_error(fmt::format("deleting topic '{}' at {}: {}",
                                           rd_kafka_topic_result_name(results[i]), address_,
                                           rd_kafka_err2str(error)));
  }
  return base::Ok{};
}

base::Status KafkaAdmin::delete_groups(const std::vector<std::string>& names, Timeout timeout) {
  const Nanos deadline = clock_.now() + timeout;
  std::vector<DeleteGroup> groups;
  for (const std::string& name : names) groups.emplace_back(rd_kafka_DeleteGroup_new(name.c_str()));
  while (!groups.empty()) {
    auto asked = pointers_to(groups);
    auto event =
        ask("deleting groups", RD_KAFKA_ADMIN_OP_DELETEGROUPS, deadline, [&](auto* options, auto* queue) {
          rd_kafka_DeleteGroups(client(), asked.data(), asked.size(), options, queue);
        });
    if (!event) return event.error();
    groups.clear();
    std::size_t count = 0;
    const auto** results =
        rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event->get()), &count);
    for (std::size_t i = 0; i < count; ++i) {
      const char* name = rd_kafka_group_result_name(results[i]);
      const auto* error = rd_kafka_group_result_error(results[i]);
      if (error == nullptr || rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) continue;
      if (is_missing_right(rd_kafka_error_code(error)))
        return refused("deleting groups", missing_right("Delete", group_resource(name)));
      if (!is_transient(rd_kafka_error_code(error)) || clock_.now() >= deadline) {
        return base::cluster_error(
            fmt::format("deleting group '{}' at {}: {}", name, address_, rd_kafka_error_string(error)));
      }
      groups.emplace_back(rd_kafka_DeleteGroup_new(name));
    }
    if (!groups.empty()) rest(deadline);
  }
  return base::Ok{};
}

bool KafkaAdmin::rest(Nanos deadline) const {
  const Nanos now = clock_.now();
  if (now >= deadline) return false;
  base::EventWake nobody;
  nobody.wait_until(clock_, std::min(deadline, now + 20 * base::kMillisecond));
  return true;
}

}  // namespace freshet::cluster
