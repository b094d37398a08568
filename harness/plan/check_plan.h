// What a run would do, computed from the plan alone, and whether it can be decided and carried (E8, E9, T4,
// T5, D1). Everything is expectation (rate × time × share), so that nothing hangs on the seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/plan/lanes.h"
#include "harness/plan/pass_load.h"
#include "harness/plan/plan.h"
#include "harness/plan/slo_instances.h"

namespace freshet::plan {

// What is sent to one stream in one phase. Shares are parts of the phase's events of the stream.
struct StreamLoad {
  std::size_t stream = 0, phase = 0;
  double events = 0;
  double bytes = 0;      // of values
  double peak_rate = 0;  // events/s
  std::string hottest_key;
  double hottest_key_share = 0;
  int hottest_partition = 0;
  double hottest_partition_share = 0;
  // The hot-partition ceiling: what its one leader has to take at the phase's peak rate.
  double hottest_partition_peak_rate = 0;   // events/s
  double hottest_partition_peak_bytes = 0;  // bytes/s
  double enterprise_share = 0;              // of tier 0, hot accounts included
  double hot_accounts_share = 0;  // what the hot accounts get altogether, base mix included; 0 without any
};

// How busy a group is in one phase, at the phase's peak rate: rate × service time (T4). 1 = saturated.
struct GroupLoad {
  std::size_t group = 0, phase = 0;
  double utilisation = 0;        // all members together
  double worst_member = 0;       // partitions dealt to members as Kafka's range assignor does
  double hottest_partition = 0;  // one partition's rate × service
  // Fluid model of the worst member, exact for the piecewise-linear rates.
  double backlog = 0;      // most events waiting at any time of the phase
  Nanos longest_wait = 0;  // of an event with τ in the phase
  Nanos drain_time = 0;    // from the phase's end until nothing waits; base::kNever: not by itself
  // Records a full queue holds × service time nears max.poll.interval.ms (T3).
  bool queue_outlasts_poll_interval = false;
};

// An SLO that the fluid model alone breaks, before any cluster has its say.
struct BrokenSlo {
  SloInstance instance;
  std::string sentence;
};

struct Memory {  // bytes, estimates
  double lanes = 0, views = 0, recorders = 0;
  double total() const { return lanes + views + recorders; }
};

struct PlanFacts {
  std::vector<StreamLoad> streams;  // stream by stream, phase by phase
  std::vector<GroupLoad> groups;
  std::vector<PassLoad> passes;  // of Plan::replays
  std::vector<BrokenSlo> broken;
  Memory memory;
  double events = 0, bytes = 0;  // of the whole run
  double peak_rate = 0;          // of all streams together, events/s
  Prefill prefill;               // written before the run, not in the above
  std::uint64_t keys = 0;
  std::vector<SloInstance> slos;
  // What makes the plan one that must not be run: undecidable SLOs (E8), SLOs on nothing (E9), a recovery too
  // short to tell (D1), a drain too short (T5), changes and faults out of place, passes out of the log.
  std::vector<PlanError> errors;
};

// `lanes`: one per stream, in order.
PlanFacts check_plan(const Plan& plan, const std::vector<StreamLanes>& lanes);

// T5: the drain may not be shorter. The greater of 30 s and the largest bound of a live group + 5 s.
Nanos smallest_drain(const Plan& plan);

// Which member of `members` gets `partition` of `partitions` from Kafka's range assignor.
int range_member(int partition, int partitions, int members);

}  // namespace freshet::plan
