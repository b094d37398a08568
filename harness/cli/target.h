// Where a run goes: options -> a cluster, and the guard in front of clusters that are somebody's.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "harness/base/result.h"
#include "harness/cli/load.h"
#include "harness/cluster/cluster.h"

namespace freshet::cli {

struct Target {
  std::string name;  // a dimension of every series: "kafka", "loopback", or NAME of --target NAME=FILE
  std::unique_ptr<cluster::Cluster> cluster;
};

void add_target_options(po::options_description& options);

// -b, --target, -X. With none of them: the built-in loopback log. Contacts nothing. `clock` must outlive the
// target.
base::Result<Target> open_target(const po::variables_map& values, std::uint64_t seed,
                                 const base::Clock& clock);

// Sustained load up to which a run on a cluster of whatever kind needs no leave.
inline constexpr double kSmallRate = 100;       // events/s, at the peak
inline constexpr double kSmallBytes = 100'000;  // bytes/s, mean of the run
inline constexpr double kSmallEvents = 10'000;  // altogether

bool is_small(const Prepared& prepared);
// What keeps the run from starting: the target is not this machine, the load is not small, and
// --yes-load-this-cluster was not given. Says what would be sent.
std::optional<std::string> refusal(const Prepared& prepared, const Target& target,
                                   const po::variables_map& values);

}  // namespace freshet::cli
