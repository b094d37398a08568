// How durable a scenario asks a stream to be, and whether what was found is less (V7). Only what the scenario
// says itself is asked for: what it leaves to the cluster's or the client's defaults is theirs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/plan/plan.h"

namespace freshet::plan {

// Nothing: not asked for, or not told.
struct Durability {
  std::optional<int> replication;
  std::optional<int> min_insync;  // min.insync.replicas
  std::optional<int> acks;        // -1: all in-sync replicas, which is more than any number
  std::optional<bool> idempotence;
};

// Reads min.insync.replicas from a topic's configuration, acks and enable.idempotence from a producer's
// settings (any of the library's names for them).
Durability durability_of(std::optional<int> replication, const Settings& topic_config,
                         const Settings& client_settings);
Durability asked_durability(const Plan& plan, const Stream& stream);

struct Shortfall {
  std::string what;  // "replication", "min.insync.replicas", "acks", "enable.idempotence"
  std::string asked, found;
};
// In which respects `found` is less than `asked`. What is not told falls short of nothing.
std::vector<Shortfall> shortfalls(const Durability& asked, const Durability& found);

// "replication is 1, and the scenario asks for 3"
std::string sentence(const Shortfall& shortfall);

}  // namespace freshet::plan
