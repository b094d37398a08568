// A real cluster through librdkafka.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/base/secret.h"
#include "harness/cluster/cluster.h"

namespace freshet::cluster {

struct KafkaOptions {
  std::string bootstrap;  // host:port[,host:port]; "" = the settings' own bootstrap.servers
  // Client settings by rising strength: the plan's own (profile, scenario, stream or group), which come with
  // ProducerOptions and MemberOptions; then a properties file's; then -X.
  Settings file_settings;
  Settings command_line_settings;
  // How long make_producer() may wait for the topic to be known, or for its transactional id.
  Nanos set_up_timeout = 30 * base::kSecond;
};

// Checks that each setting is one librdkafka knows (usage error with the nearest name otherwise). Contacts
// nothing. `clock` must outlive the cluster, the cluster all that it made.
base::Result<std::unique_ptr<Cluster>> make_kafka(const base::Clock& clock, KafkaOptions options);

// The same check for settings of a scenario: known name, legal value, and not one that freshet needs for
// itself (K3). `where` begins the error: "group copilot".
base::Status check_client_settings(const Settings& settings, const std::string& where);

// A client that a run will make, with the plan's own settings for it.
struct PlannedClient {
  enum class Kind { producer, member };
  Kind kind = Kind::producer;
  std::string where;  // begins the error: "group copilot"
  Settings settings;
};
// What keeps it from being made, told before anything is: an illegal setting of the plan's, or settings of
// all layers together that exclude each other (with what to use instead). Contacts nothing.
base::Status check_planned(const PlannedClient& client, const KafkaOptions& options);

// Reads a librdkafka / kcat properties file: key=value lines, # comments. Errors name file and line.
base::Result<Settings> read_properties(const std::string& path);

// "2.15.1" and the built-in features ("ssl,sasl_scram,zstd,…") of the linked librdkafka.
std::string rdkafka_version();
std::string rdkafka_features();

using base::is_secret;

}  // namespace freshet::cluster
