// The hot-partition ceiling: what one partition of a cluster takes, measured on a topic of its own that is
// deleted afterwards. It is written to as fast as its acknowledgements come.
#pragma once

#include <atomic>
#include <string>

#include "harness/base/result.h"
#include "harness/cluster/cluster.h"
#include "harness/plan/plan.h"

namespace freshet::engine {

using base::Nanos;

struct CeilingOptions {
  std::string topic;                         // must not exist
  Nanos settle = 2 * base::kSecond;          // not counted: connections, first batches
  Nanos measure = 8 * base::kSecond;         // counted
  Nanos timeout = 10 * base::kSecond;        // of each question, and for the last reports
  std::size_t in_flight_bytes = 64'000'000;  // sent and not yet reported, at most
  const std::atomic<int>* stop = nullptr;    // not 0: give up
};

struct Ceiling {
  double bytes_per_second = 0;  // of values, acknowledged
  double events_per_second = 0;
  std::string warning;  // what could not be cleaned up; "" when all was
};

// Records are the stream's: its sizes, text that compresses as its own does, its topic's configuration and
// replication, its producer's settings. Errors: cluster, also when it fails records.
base::Result<Ceiling> measure_ceiling(const plan::Plan& plan, const plan::Stream& stream,
                                      cluster::Cluster& cluster, const base::Clock& clock,
                                      const CeilingOptions& options);

}  // namespace freshet::engine
