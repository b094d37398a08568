// What runs left on a cluster: topics and groups with a run's prefix, by run.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/cluster/cluster.h"
#include "reports/text.h"

namespace freshet::cli {

struct LeftTopic {
  cluster::ListedTopic topic;
  std::int64_t records = 0;  // ever written, as the end offsets say; -1: a partition did not answer
};

struct LeftRun {
  std::vector<LeftTopic> topics;
  std::vector<cluster::ListedGroup> groups;
  bool written = false;      // records came while it was looked at, as while a run writes its past
  bool has_members() const;  // of any group
  bool live() const { return written || has_members(); }
};

struct Leftovers {
  std::string address;
  std::map<std::string, LeftRun> runs;                    // by prefix
  std::size_t removed = 0;                                // topics and groups
  std::vector<std::pair<std::string, std::string>> left;  // what could not be removed, and why

  // Topics and groups that remove() would remove.
  std::size_t removable(bool force) const;
};

// The run's own part of a name: "freshet-0123abcd-" with an empty `prefix`, else `prefix` where the name
// begins with it; "" when the name is not a run's. A cluster's own names ("__…") are never.
std::string run_prefix_of(const std::string& name, const std::string& prefix);

// Asks the cluster; changes nothing. Runs without members are looked at twice, `watch` apart: one that is
// being written to is on.
base::Result<Leftovers> find_leftovers(cluster::Admin& admin, const std::string& prefix, base::Nanos timeout,
                                       base::Nanos watch = base::kSecond);

// Removes what is in `leftovers`: topics first, for they hold the data. Runs that are live only with `force`.
// What does not go is noted in `left`; the rest is tried all the same.
void remove(cluster::Admin& admin, Leftovers& leftovers, bool force, base::Nanos timeout);

std::string leftovers_text(const Leftovers& leftovers, bool force, const reports::Style& style);
nlohmann::json to_json(const Leftovers& leftovers);

}  // namespace freshet::cli
