// The run's topics: made with the scenario's configuration under the run's own prefix, or found in the same
// shape.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cluster/cluster.h"
#include "harness/plan/plan.h"

namespace freshet::engine {

struct Topics {
  std::vector<std::string> created;  // ours to delete
  nlohmann::json described;          // as the cluster tells them, for the manifest
};

// Looks at all topics before it makes the first. An existing topic of another shape (partitions, replication,
// or a configuration value that the scenario names) is a usage error that shows both.
base::Result<Topics> prepare_topics(const plan::Plan& plan, const std::string& prefix, cluster::Admin& admin,
                                    base::Nanos timeout);

}  // namespace freshet::engine
