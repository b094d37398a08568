// A plan's client settings, made ready: profiles put in, names the library's own, nothing that cannot be.
#pragma once

#include <map>
#include <string>

#include "harness/base/result.h"
#include "harness/cluster/kafka/kafka.h"
#include "harness/plan/plan.h"

namespace freshet::cli {

// "producer chat_turn", "group copilot" -> the name of its profile.
using Profiles = std::map<std::string, std::string>;

// Replaces `profile` among the plan's client settings by the profile's own, each weaker than every setting
// that the plan names. `chosen`: the profile of every client, whatever the plan says; "": as the plan says,
// else "default". Error: usage.
base::Result<Profiles> settle_client_settings(plan::Plan& plan, const std::string& chosen);

// What the clients of a settled plan cannot be made with, the target's settings included. Error: usage.
base::Status check_clients(const plan::Plan& plan, const cluster::KafkaOptions& options);

}  // namespace freshet::cli
