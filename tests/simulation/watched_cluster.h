// A cluster whose clients' calls on an event's path are watched: somebody is told before and after each.
#pragma once

#include <functional>
#include <memory>

#include "harness/cluster/cluster.h"

namespace freshet::test {

// Whose thread it is that calls.
enum class Caller { sender, acks, member };

struct Watch {
  std::function<void(Caller)> before, after;
};

// The same cluster, watched. `watch` is called by the roles' own threads.
std::unique_ptr<cluster::Cluster> watched(std::unique_ptr<cluster::Cluster> cluster, const Watch& watch);

}  // namespace freshet::test
