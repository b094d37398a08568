// Is the cluster as durable as the scenario asks (V7)? Before τ = 0 a run that would not be is refused; at
// its end the topics are looked at again, for what happened meanwhile may have changed them.
#pragma once

#include <string>

#include "harness/base/result.h"
#include "harness/cluster/cluster.h"
#include "harness/engine/context.h"
#include "harness/engine/topics.h"

namespace freshet::engine {

// Are there as many brokers as a topic asks for replicas? Nothing is made before that is known.
base::Status enough_brokers(const plan::Plan& plan, const cluster::ClusterDescription& cluster);

// The topics as they were described once made, and the producers with the settings that they got.
base::Status durable_topics(const plan::Plan& plan, const std::string& prefix, const Topics& topics);
base::Status durable_producers(const plan::Plan& plan, const std::string& prefix,
                               const cluster::Cluster& cluster);

// Describes once more each topic of which the scenario asks for something, and notes it for the record. A
// cluster that does not answer within `timeout` leaves what was told before.
void note_topics_at_end(const Context& context, cluster::Admin& admin, Notes& notes, Nanos now,
                        Nanos timeout);

}  // namespace freshet::engine
