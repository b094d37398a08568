#include <fmt/format.h>

#include <mutex>
#include <string_view>

#include "harness/cluster/kafka/admin.h"
#include "harness/cluster/kafka/failover.h"
#include "harness/cluster/kafka/member.h"
#include "harness/cluster/kafka/producer.h"
#include "harness/cluster/kafka/settings.h"
#include "harness/cluster/kafka/statistics.h"

namespace freshet::cluster {
namespace {

constexpr const char* kBootstrap = "metadata.broker.list";
constexpr const char* kStatisticsInterval = "statistics.interval.ms";
constexpr const char* kEverySecond = "1000";

// "host:port", "[::1]:port", "PLAINTEXT://host:port" -> host
std::string_view host_of(std::string_view address) {
  if (const auto scheme = address.find("://"); scheme != std::string_view::npos)
    address.remove_prefix(scheme + 3);
  while (!address.empty() && address.front() == ' ') address.remove_prefix(1);
  if (!address.empty() && address.front() == '[') return address.substr(1, address.find(']') - 1);
  return address.substr(0, address.find(':'));
}

bool is_this_machine(std::string_view address) {
  const std::string_view host = host_of(address);
  return host == "localhost" || host == "::1" || host.substr(0, 4) == "127." || address.substr(0, 3) == "::1";
}

Settings member_settings(const MemberOptions& options) {
  Settings settings = {{"group.id", options.group},
                       {"enable.partition.eof", "true"},
                       {"enable.auto.offset.store", "false"},
                       {"auto.offset.reset", "error"},
                       {"isolation.level", options.read_committed ? "read_committed" : "read_uncommitted"},
                       {"enable.auto.commit", options.commit_by_interval ? "true" : "false"},
                       {"auto.commit.interval.ms", std::to_string(milliseconds(options.commit_interval))}};
  if (!options.client_id.empty()) settings["client.id"] = options.client_id;
  if (!options.instance_id.empty()) settings["group.instance.id"] = options.instance_id;
  if (!options.rack.empty()) settings["client.rack"] = options.rack;
  return settings;
}

class Kafka final : public Cluster {
 public:
  Kafka(const base::Clock& clock, KafkaOptions options, Settings given, std::string bootstrap)
      : clock_(clock),
        options_(std::move(options)),
        given_(std::move(given)),
        bootstrap_(std::move(bootstrap)) {}

  base::Status start();

  base::Result<std::unique_ptr<Producer>> make_producer(const ProducerOptions& options,
                                                        base::Wake& wake) override;
  base::Result<std::unique_ptr<Member>> make_member(const MemberOptions& options, base::Wake& wake) override;
  base::Result<std::unique_ptr<Admin>> make_admin(base::Wake& wake) override;

  std::string address() const override { return bootstrap_; }
  bool is_loopback_log() const override { return false; }
  bool shares_this_machine() const override;
  Settings settings_in_force() const override;
  std::optional<ClientStatistics> poll_statistics() override { return statistics_.poll(); }
  std::map<std::string, Settings> failover_settings() const override;

 private:
  void note_in_force(const std::string& scope, const Settings& settings, rd_kafka_t* client);

  const base::Clock& clock_;
  KafkaOptions options_;
  Settings given_;  // the file's and the command line's
  std::string bootstrap_;
  QuietClient quiet_;
  StatisticsInbox statistics_;
  mutable std::mutex mutex_;
  Settings in_force_;
  std::map<std::string, Settings> failover_;
};

base::Status Kafka::start() {
  Settings settings = client_defaults();
  overlay(settings, given_);
  settings[kBootstrap] = bootstrap_;
  // It asks for offsets through a failover: a leader that it remembers for fifteen minutes would leave them
  // unknown for as long. Only the harness's own questions go this way.
  settings["metadata.max.age.ms"] = "2000";
  auto client = make_client(RD_KAFKA_PRODUCER, settings, RD_KAFKA_EVENT_ERROR, quiet_.complaints);
  if (!client) return client.error();
  quiet_.client = std::move(client).value();
  quiet_.errors.reset(rd_kafka_queue_get_main(quiet_.client.get()));
  return base::Ok{};
}

void Kafka::note_in_force(const std::string& scope, const Settings& settings, rd_kafka_t* client) {
  Settings failover = failover_settings_of(client);
  const std::lock_guard lock(mutex_);
  failover_[scope] = std::move(failover);
  for (const auto& [name, value] : settings) {
    const auto everywhere = given_.find(name);
    if (name == kBootstrap || (everywhere != given_.end() && everywhere->second == value)) continue;
    in_force_[fmt::format("{}: {}", scope, name)] = is_secret(name) ? "***" : value;
  }
}

base::Result<std::unique_ptr<Producer>> Kafka::make_producer(const ProducerOptions& options,
                                                             base::Wake& wake) {
  const std::string scope = fmt::format("producer {}", options.topic);
  const PlannedClient planned{PlannedClient::Kind::producer, scope, options.settings};
  if (auto status = check_planned(planned, options_); !status) return status.error();
  Settings settings = producer_layers(options_, options.settings);
  settings[kBootstrap] = bootstrap_;
  settings[kStatisticsInterval] = kEverySecond;
  if (!options.transactional_id.empty()) settings["transactional.id"] = options.transactional_id;
  auto producer =
      KafkaProducer::make(options, settings, bootstrap_, options_.set_up_timeout, wake, statistics_);
  if (!producer) return producer.error();
  note_in_force(scope, settings, (*producer)->client());
  return std::unique_ptr<Producer>(std::move(producer).value());
}

base::Result<std::unique_ptr<Member>> Kafka::make_member(const MemberOptions& options, base::Wake& wake) {
  const std::string scope = fmt::format("group {}", options.group);
  const PlannedClient planned{PlannedClient::Kind::member, scope, options.settings};
  if (auto status = check_planned(planned, options_); !status) return status.error();
  Settings settings = member_layers(options_, options.settings);
  overlay(settings, member_settings(options));
  settings[kBootstrap] = bootstrap_;
  settings[kStatisticsInterval] = kEverySecond;
  auto member = KafkaMember::make(options, settings, quiet_.client.get(), clock_, wake, statistics_);
  if (!member) return member.error();
  settings.erase("client.id");  // these differ from member to member
  settings.erase("group.instance.id");
  if (!options.rack.empty()) settings.erase("client.rack");
  note_in_force(scope, settings, (*member)->client());
  return std::unique_ptr<Member>(std::move(member).value());
}

base::Result<std::unique_ptr<Admin>> Kafka::make_admin(base::Wake& wake) {
  return std::unique_ptr<Admin>(std::make_unique<KafkaAdmin>(quiet_, bootstrap_, clock_, wake));
}

bool Kafka::shares_this_machine() const {
  std::string_view rest = bootstrap_;
  for (;;) {
    const auto comma = rest.find(',');
    if (!is_this_machine(rest.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    rest.remove_prefix(comma + 1);
  }
}

Settings Kafka::settings_in_force() const {
  Settings settings = masked(given_);
  const std::lock_guard lock(mutex_);
  settings.insert(in_force_.begin(), in_force_.end());
  return settings;
}

std::map<std::string, Settings> Kafka::failover_settings() const {
  const std::lock_guard lock(mutex_);
  return failover_;
}

}  // namespace

base::Result<std::unique_ptr<Cluster>> make_kafka(const base::Clock& clock, KafkaOptions options) {
  if (auto status = check_client_settings(options.file_settings, "properties file"); !status)
    return status.error();
  if (auto status = check_client_settings(options.command_line_settings, "-X"); !status)
    return status.error();
  Settings given;
  overlay(given, options.file_settings);
  overlay(given, options.command_line_settings);
  std::string bootstrap = options.bootstrap.empty() ? given[kBootstrap] : options.bootstrap;
  given.erase(kBootstrap);
  if (bootstrap.empty()) {
    return base::usage_error(
        "no cluster is named: add -b HOST:PORT, or bootstrap.servers to the target's file");
  }
  auto kafka = std::make_unique<Kafka>(clock, std::move(options), std::move(given), std::move(bootstrap));
  if (auto status = kafka->start(); !status) return status.error();
  return std::unique_ptr<Cluster>(std::move(kafka));
}

}  // namespace freshet::cluster
