// Client settings: their names, which of them are ours by need (K3), and how layers of them combine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/cluster/kafka/kafka.h"

namespace freshet::cluster {

// Every name that librdkafka knows, aliases included, sorted.
const std::vector<std::string>& known_settings();

// The name that librdkafka itself uses: "bootstrap.servers" -> "metadata.broker.list". Layers are combined
// under this name, so that the stronger layer wins whichever of its names each layer uses.
std::string canonical_setting(const std::string& name);

// One setting: known, legal value, not ours.
base::Status check_setting(const std::string& name, const std::string& value);

// Adds `layer` over `below`, under canonical names.
void overlay(Settings& below, const Settings& layer);

// What every client, and what a producer, sets unless told otherwise: idempotence and acks=all for producers,
// no metrics push. Leaves out idempotence where `chosen` asks for weaker acks.
Settings producer_defaults(const Settings& chosen);
Settings client_defaults();

// What a producer and a member are made with, apart from what freshet needs for itself: `plan`'s own over our
// defaults, then the target's file, then -X. Canonical names.
Settings producer_layers(const KafkaOptions& options, const Settings& plan);
Settings member_layers(const KafkaOptions& options, const Settings& plan);

// Settings with the values of secrets replaced by "***".
Settings masked(Settings settings);

}  // namespace freshet::cluster
