// run(plan, cluster) -> run folder. Assembles the roles, starts them as T6 asks, ends them as T5 does.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/cluster/cluster.h"
#include "harness/engine/commands.h"
#include "harness/engine/driver.h"
#include "harness/engine/host_log.h"
#include "harness/plan/plan.h"
#include "harness/results/live.h"
#include "harness/results/trace_file.h"

namespace freshet::engine {

// How a run is going, about once a second. Rates are events/s since the last one.
struct Progress {
  enum class Stage { joining, probing, running, draining, closing, prefilling };
  Stage stage = Stage::joining;
  std::string phase;  // "" before the start
  Nanos phase_elapsed = 0, phase_length = 0, elapsed = 0, length = 0;
  double offered = 0, sent = 0, acked = 0, received = 0;
  struct Row {
    std::string klass, group;
    Nanos p99 = -1;  // staleness of the events that became visible since the last progress; -1: none
    Nanos bound = 0;
    Nanos freshness_lag = 0;
  };
  std::vector<Row> rows;
  struct Pass {  // a replay, backlog or bootstrap pass that is under way
    std::string name;
    std::uint64_t read = 0,
                  to_read = 0;  // offsets: from its start to its position, to the end of the log now
    Nanos elapsed = 0;          // since its phase began
  };
  std::vector<Pass> passes;
  // prefilling: events written and acknowledged so far, of how many, and the time since it began.
  std::uint64_t prefilled = 0, to_prefill = 0;
};

// What a person asked for meanwhile. Set from a signal handler.
enum StopRequest : int {
  kGoOn = 0,
  kStopSending = 1,  // end sending, drain, keep what was measured
  kStopNow = 2,      // no drain; files stay whole
};

struct RunOptions {
  std::filesystem::path folder;   // has to be absent or empty
  nlohmann::json manifest;        // who, what, where: completed by the run with cluster, topics and settings
  std::string target = "target";  // a dimension of every series
  std::string host = "local";     // whose facts these are
  std::string prefix;             // of topics and groups; "" = "freshet-<run id>-"
  int senders = 1;
  bool keep_topics = false;
  Nanos connect_timeout = 10 * base::kSecond;
  Nanos start_timeout = 60 * base::kSecond;   // until every group owns its partitions and sees its probes
  Nanos hold_assignment = 3 * base::kSecond;  // T6: a heartbeat interval
  Nanos start_not_before = 0;                 // monotonic; for scripted faults in tests
  std::function<void(const Progress&)> on_progress;
  // For those who watch: how the run stands, some times a second and once more when everything that was
  // measured is in it. On the writer's thread; it may take its time, for no event waits for it.
  std::function<void(const results::Live&)> on_live;
  // Called once everything that was measured is in the folder, before the run cleans up after itself, which
  // may take its time on a cluster that has gone.
  std::function<void()> on_measured;
  const std::atomic<int>* stop = nullptr;  // a StopRequest
  // Only makes sure that the run could start (T6): topics are made, groups joined, each partition probed from
  // end to end, and all is taken down again. Nothing of the plan is sent, no command run, no folder left.
  bool rehearse = false;
  // What runs the commands of the plan's faults; null: a plan with faults is refused.
  Commands* commands = nullptr;
  results::TraceOptions trace;       // with a share of 0, no trace
  ReadHostUsage host_usage;          // recorded about once a second
  std::vector<std::string> secrets;  // texts to be masked in what commands print
};

// What a rehearsal found.
struct Rehearsal {
  cluster::ClusterDescription cluster;
  Nanos ready_after = 0;  // from the groups' joining until every partition was probed; the hold included
  std::vector<std::pair<std::string, Nanos>> joined;  // each live group, and when it owned all its partitions
};

struct RunOutcome {
  std::optional<Rehearsal> rehearsal;
  bool started = true;  // false: interrupted before τ = 0; nothing was measured and no folder is left
  bool interrupted = false;
  bool drained = true;
  std::vector<std::string> warnings;  // e.g. topics that could not be deleted
};

// Blocks until the run is over. Errors (cluster, usage, io) are from before τ = 0; what happens later is in
// the facts. `cluster` and `driver` must outlive the call.
base::Result<RunOutcome> run(const plan::Plan& plan, cluster::Cluster& cluster, Driver& driver,
                             const RunOptions& options);

}  // namespace freshet::engine
