// Where a run goes: options -> a cluster, and the guard in front of clusters that are somebody's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/load.h"
#include "harness/cluster/cluster.h"
#include "harness/cluster/kafka/kafka.h"

namespace freshet::cli {

struct Target {
  std::string name;  // a dimension of every series: "kafka", "loopback", or NAME of --target NAME=FILE
  std::unique_ptr<cluster::Cluster> cluster;
  cluster::KafkaOptions options;     // what it was opened with; empty for the loopback log
  std::vector<std::string> secrets;  // values of its secret settings, to be masked wherever they turn up
};

// -b, --target, -X; and with them what a command that loads the cluster needs.
void add_cluster_options(po::options_description& options);
void add_target_options(po::options_description& options);
// The value of --connect-timeout.
base::Result<base::Nanos> connect_timeout(const po::variables_map& values);
// What the error of a target makes the program's exit status.
int exit_status_of(const base::Error& error);

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

// The same for a ceiling, which is load without a limit.
std::optional<std::string> ceiling_refusal(const Target& target, const po::variables_map& values);

}  // namespace freshet::cli
