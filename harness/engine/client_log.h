// What the clients count of themselves (K3), from the cluster's seam into the run folder. Not on the path of
// an event: each client tells once a second, and the writer reads it.
#pragma once

#include <optional>
#include <string>

#include "harness/engine/context.h"
#include "harness/results/clients.h"
#include "harness/results/run_folder.h"

namespace freshet::engine {

class ClientLog {
 public:
  ClientLog(const Context& context, cluster::Cluster& cluster, results::FactsWriter& facts)
      : context_(context), cluster_(cluster), facts_(facts) {}

  // Takes what has been told since the last call. Intervals that began before τ = 0 are no part of the run.
  void write();

 private:
  std::optional<results::ClientKey> key_of(const cluster::ClientStatistics& told) const;

  const Context& context_;
  cluster::Cluster& cluster_;
  results::FactsWriter& facts_;
};

// The name that a member of a pass goes by.
std::string client_id(const Pass& pass, int member);

}  // namespace freshet::engine
