// The plan: plain immutable values that say everything a run will do, made from a scenario once and hashed.
// No Lua, no clock, no cluster. Times are ns relative to the run's start (τ = 0), rates events per second,
// sizes bytes, shares parts of 1.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/base/time.h"
#include "workloads/arrival.h"
#include "workloads/population.h"
#include "workloads/size.h"

namespace freshet::plan {

using base::Nanos;
using Settings = std::map<std::string, std::string>;

// What a stream's key is made of: the account itself, or one of the things that belong to it.
enum class KeyKind { account, customer, tenant, kase, conversation };

struct Stream {
  std::string name;   // the scenario's word for it; also the topic's suffix
  std::string klass;  // stream class: figures and SLOs are by class (by default the name)
  int partitions = 12;
  int replication = 1;
  Settings topic_config;       // passed through untouched: retention.ms, cleanup.policy, …
  Settings client_settings;    // librdkafka's own names
  int lanes = 36;              // L (E2)
  std::size_t population = 0;  // index into Plan::populations
  KeyKind key = KeyKind::account;
  std::uint32_t keys_per_account = 1;  // cases or conversations an account has open at once
  double rate = 0;                     // base rate, before phases
  workloads::Arrival arrival = workloads::Arrival::poisson;
  workloads::SizeModel size;
  bool critical = false;
  Nanos bound = 0;  // freshness bound of the class
  // The rate through the run, piecewise linear, in order, without gaps, from τ = 0 to the last phase's end.
  std::vector<workloads::Segment> segments;
};

enum class CommitPolicy { after_apply, interval, none };
enum class Start { end, beginning };

struct GroupStream {
  std::size_t stream = 0;  // index into Plan::streams
  Nanos bound = 0;         // the class's bound, or the group's own
};

struct Group {
  std::string name;
  int members = 1;
  std::vector<GroupStream> streams;
  Nanos service_time = 0;      // per event and member (T3)
  std::uint32_t queue = 4096;  // records a member holds received but not yet visible
  CommitPolicy commit = CommitPolicy::interval;
  Nanos commit_interval = base::kSecond;
  Start start = Start::end;
  bool read_committed = true;
  bool never_starts = false;  // for tests of the verdict: its members never join
  Settings client_settings;
};

enum class PhaseKind { warmup, steady, ramp, incident, replay, recovery, rest };

struct Phase {
  std::string name;
  PhaseKind kind = PhaseKind::steady;
  Nanos begin = 0;  // whole seconds (T2)
  Nanos end = 0;
  bool measured() const { return kind != PhaseKind::warmup && kind != PhaseKind::rest; }
  bool disturbance() const { return kind == PhaseKind::incident || kind == PhaseKind::replay; }
  // Streams whose rate changes in this phase (ramp, incident); none named: every stream.
  std::vector<std::size_t> streams;
  // ramp: from one multiple of the base rate to another, linearly over the whole phase.
  double from = 1, to = 1;
  // incident: up to `magnitude` times the base rate over `ramp`, a plateau, and back over `decay`, all inside
  // the phase. hot_share of the phase's events goes to hot_accounts of the enterprise tier (E9).
  double magnitude = 1;
  Nanos ramp = 0, decay = 0;
  std::uint32_t hot_accounts = 0;
  double hot_share = 0;
};

// A traversal of the log beside the live ones (P1): a further group that reads from the start.
struct Replay {
  std::string name;       // its group's name
  std::size_t phase = 0;  // begins with this phase
  int members = 1;
  std::vector<std::size_t> streams;
  bool capped = false;
  double rate = 0;  // events/s over all members, when capped
  Settings client_settings;
};

enum class Figure {
  staleness_percentile,  // "staleness p99.9"
  staleness_share,       // "staleness share": part of planned events bad at the class's bound
  lost,
  duplicate,
  out_of_order,
  freshness_lag,  // its maximum
  time_to_fresh,  // after a disturbance
};
enum class Comparison { below, above, exactly };

// An SLO as written; empty selectors mean "each that it could match" (E9).
struct Slo {
  Figure figure = Figure::staleness_percentile;
  double percentile = 0;  // 0.999 for p99.9
  std::string klass, group, tier, phase, after;
  Comparison comparison = Comparison::below;
  double threshold = 0;  // ns for times, events for counts, part of 1 for shares
  int line = 0;          // in the scenario file
};

struct Param {
  std::string name, about, type, value, fallback;
};

struct Plan {
  std::string name, about;
  std::uint64_t seed = 1;
  std::vector<workloads::Population> populations;
  std::vector<Stream> streams;
  std::vector<Group> groups;    // live groups; pass index g < groups.size()
  std::vector<Replay> replays;  // pass index groups.size() + r
  std::vector<Phase> phases;
  std::vector<Slo> slos;
  std::vector<Param> params;
  Nanos drain = 0;                  // T5
  Nanos hold = 10 * base::kSecond;  // D1
  Settings client_settings;         // of every client; a stream's or group's own are stronger
  std::string scenario_file, scenario_text;

  Nanos end() const { return phases.empty() ? 0 : phases.back().end; }
  std::size_t passes() const { return groups.size() + replays.size(); }
};

// L by default: the smallest multiple of the partition count that is at least 32 (E2). REQUIRES: partitions >
// 0.
int default_lanes(int partitions);

// Two runs with the same load hash had the same events (E3); the scenario hash covers everything.
// Both as 16 hex digits.
inline constexpr int kGeneratorVersion = 1;
std::string load_hash(const Plan& plan);
std::string scenario_hash(const Plan& plan);

}  // namespace freshet::plan
