#include "harness/cluster/kafka/failover.h"

#include <array>
#include <memory>

#include "harness/cluster/kafka/handle.h"

namespace freshet::cluster {
namespace {

constexpr std::array kEveryClient = {"socket.timeout.ms",
                                     "socket.connection.setup.timeout.ms",
                                     "reconnect.backoff.ms",
                                     "reconnect.backoff.max.ms",
                                     "retry.backoff.ms",
                                     "retry.backoff.max.ms",
                                     "metadata.max.age.ms",
                                     "topic.metadata.refresh.interval.ms",
                                     "topic.metadata.refresh.fast.interval.ms"};
constexpr std::array kProducer = {"message.timeout.ms", "request.timeout.ms", "retries", "acks",
                                  "enable.idempotence", "linger.ms"};
constexpr std::array kMember = {"group.protocol", "max.poll.interval.ms", "fetch.wait.max.ms",
                                "fetch.error.backoff.ms"};
// The consumer protocol has them from the broker.
constexpr std::array kClassicMember = {"session.timeout.ms", "heartbeat.interval.ms",
                                       "partition.assignment.strategy"};

using TopicConfiguration = std::unique_ptr<rd_kafka_topic_conf_t, Destroy<rd_kafka_topic_conf_destroy>>;

// A topic's setting that nobody set is not in the client's configuration: its default is in force.
Settings::mapped_type value_of(const rd_kafka_conf_t* conf, const char* name) {
  std::array<char, 256> value{};
  std::size_t size = value.size();
  if (rd_kafka_conf_get(conf, name, value.data(), &size) == RD_KAFKA_CONF_OK) return value.data();
  const TopicConfiguration defaults(rd_kafka_topic_conf_new());
  size = value.size();
  if (rd_kafka_topic_conf_get(defaults.get(), name, value.data(), &size) == RD_KAFKA_CONF_OK)
    return value.data();
  return "";
}

template <std::size_t n>
void add(Settings& settings, const rd_kafka_conf_t* conf, const std::array<const char*, n>& names) {
  for (const char* name : names) settings[name] = value_of(conf, name);
}

}  // namespace

Settings failover_settings_of(rd_kafka_t* client) {
  const rd_kafka_conf_t* conf = rd_kafka_conf(client);
  Settings settings;
  add(settings, conf, kEveryClient);
  if (rd_kafka_type(client) == RD_KAFKA_PRODUCER) {
    add(settings, conf, kProducer);
    return settings;
  }
  add(settings, conf, kMember);
  if (settings["group.protocol"] != "consumer") add(settings, conf, kClassicMember);
  return settings;
}

}  // namespace freshet::cluster
