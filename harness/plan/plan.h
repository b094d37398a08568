// The plan: plain immutable values that say everything a run will do, made from a scenario once and hashed.
// No Lua, no clock, no cluster. Times are ns relative to the run's start (τ = 0), rates events per second,
// sizes bytes, shares parts of 1.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/time.h"
#include "workloads/arrival.h"
#include "workloads/population.h"
#include "workloads/service.h"
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
  double compresses = 4;  // a full batch of its records: raw over compressed bytes (V8)
  bool critical = false;
  Nanos bound = 0;  // freshness bound of the class
  // The rate through the run, piecewise linear, in order, without gaps, from τ = 0 to the last phase's end.
  std::vector<workloads::Segment> segments;
  // Keys of one account: 1 where the key is the account itself. Key k of the stream is of account k ÷ that.
  std::uint32_t keys_of_account() const {
    const bool whole = key == KeyKind::account || key == KeyKind::tenant;
    return whole || keys_per_account == 0 ? 1 : keys_per_account;
  }
  // Written before the run at the base rate, with τ in [-prefill, 0) and the matching CreateTime (E4). No
  // live group reads it; a pass that starts further back does.
  Nanos prefill = 0;
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
  Nanos service_time = 0;  // per event and member (T3); the mean, where it is not constant
  workloads::ServiceKind service = workloads::ServiceKind::constant;
  std::uint32_t queue = 4096;  // records a member holds received but not yet visible
  CommitPolicy commit = CommitPolicy::interval;
  Nanos commit_interval = base::kSecond;
  Start start = Start::end;
  bool read_committed = true;
  bool never_starts = false;       // for tests of the verdict: its members never join
  bool static_membership = false;  // each member has a group.instance.id: a short absence moves no partition
  std::vector<std::string> racks;  // client.rack, dealt to the members in turn; empty: none
  Settings client_settings;        // group.protocol and partition.assignment.strategy among them
};

enum class PhaseKind {
  warmup,
  steady,
  ramp,
  incident,
  replay,
  backlog,
  bootstrap,
  change,
  fault,
  recovery,
  rest
};

struct Phase {
  std::string name;
  PhaseKind kind = PhaseKind::steady;
  Nanos begin = 0;  // whole seconds (T2)
  Nanos end = 0;
  bool measured() const { return kind != PhaseKind::warmup && kind != PhaseKind::rest; }
  // D1: what may disturb the live groups and ends with the phase.
  bool disturbance() const {
    return kind == PhaseKind::incident || kind == PhaseKind::replay || kind == PhaseKind::backlog ||
           kind == PhaseKind::bootstrap || kind == PhaseKind::change || kind == PhaseKind::fault;
  }
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
  // D2: the name of the isolation schedule whose window this is; "": of none. In a window that is on a replay
  // runs from its begin to its end, in one that is off nothing does.
  std::string isolation;
  bool isolation_on = false;
};

// What a pass is for. All are read alike (P1); they differ in where they start by default and in their name.
enum class PassKind {
  replay,     // reads again what others have read
  backlog,    // a group that was away and is that far behind when the phase begins
  bootstrap,  // a new group that has to read everything before it is live
};
enum class PassStart {
  beginning,
  offset,  // the same offset in each partition; below the log's start it begins there, and the rest is
           // expired
  ago,     // what was written since that long before the phase's begin
  bytes,   // the last so many bytes of values before the phase's begin, all its partitions together
};

// A traversal of the log beside the live ones (P1): a further group, with throughput and never staleness.
struct Replay {
  std::string name;  // its group's name
  PassKind kind = PassKind::replay;
  std::size_t phase = 0;  // begins with this phase
  int members = 1;
  std::vector<std::size_t> streams;
  PassStart start = PassStart::beginning;
  std::int64_t offset = 0;  // of start offset
  Nanos ago = 0;            // of start ago
  double bytes = 0;         // of start bytes
  bool capped = false;
  double rate = 0;        // events/s over all members, when capped
  Nanos lasts = 0;        // gives up after that long; 0: goes on until it has caught up or the run ends
  std::vector<int> cpus;  // its members' threads keep to these (D2); empty: any
  Settings client_settings;
  int line = 0;  // in the scenario file
};

// What happens to members of a live group in a phase of kind change.
enum class ChangeKind {
  add,    // new members join; they stay to the end
  stop,   // members leave as they should: offsets committed, group left
  kill,   // members vanish without a word, as in a crash: nothing committed, nothing left
  pause,  // members stop polling for a while, as in a long garbage collection
};
struct Change {
  std::size_t phase = 0;
  std::size_t group = 0;
  ChangeKind kind = ChangeKind::stop;
  int members = 1;  // how many; stop, kill and pause take those that joined first and are still there
  Nanos at = 0;     // since the run's start
  Nanos lasts = 0;  // pause: how long; kill and stop: they join again after it, 0: never
  int line = 0;     // in the scenario file
};

// A command of the user's on the timeline, run by /bin/sh in the folder freshet was started in.
struct Fault {
  std::size_t phase = 0;
  Nanos at = 0;  // since the run's start
  std::string run;
  std::string undo;   // "": none. It is run as well when the run ends early after `run` was
  Nanos after = 0;    // from `run` to `undo`
  Nanos timeout = 0;  // a command that takes longer is ended and has failed
  int line = 0;       // in the scenario file
};

// Context reads of a live group's view (R2, R3): somebody opens an account and looks at what the view knows
// of it in some streams, at every key of the account in them. Either in the background, Poisson in time,
// accounts by the popularity they have then in the first of the streams (hot accounts included); or
// triggered: `share` of the events of a stream are followed by a read of the event's account, delay_min to
// delay_max (uniform) after the event's intended time.
struct Read {
  std::string name;
  std::size_t group = 0;             // index into Plan::groups
  std::vector<std::size_t> streams;  // that the group reads; one population
  bool triggered = false;
  double rate = 0;        // background: reads/s
  std::size_t after = 0;  // triggered: index into Plan::streams
  Nanos delay_min = 0, delay_max = 0;
  double share = 1;
  // The text of the user's function that decides on what a read knew (metrics 2.4), "" without one. It is run
  // from the scenario's text, with what it closes over (plan/decisions.h).
  std::string decide;
  int line = 0;  // in the scenario file
};

enum class Figure {
  staleness_percentile,  // "staleness p99.9"
  staleness_share,       // "staleness share": part of planned events bad at the class's bound
  lost,
  duplicate,
  out_of_order,
  freshness_lag,             // its maximum
  time_to_fresh,             // after a disturbance
  view_staleness,            // "view staleness p99": a percentile over planned reads (R2)
  stale_decisions,           // part of planned reads that saw some class over its bound (R3)
  critical_stale_decisions,  // the same over classes that are critical
  late,                      // critical events that a read did not see within their bound (R4)
  missed,                    // critical events that never became visible (R4)
  time_over_bound,           // time in which any key of the class was over its bound (R3)
  wrong_decisions,  // part of planned reads that decided otherwise than the truth would have (metrics 2.4)
  critical_wrong_decisions,  // the same, of which the critical classes are the cause
};
enum class Comparison { below, above, exactly };

// An SLO as written; empty selectors mean "each that it could match" (E9).
struct Slo {
  Figure figure = Figure::staleness_percentile;
  double percentile = 0;  // 0.999 for p99.9
  std::string klass, group, tier, phase, after, read;
  Comparison comparison = Comparison::below;
  double threshold = 0;  // ns for times, events for counts, part of 1 for shares
  bool steady = false;   // the run is invalid where a steady phase that it is judged in turns out cold (V6)
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
  std::vector<Change> changes;  // in order of `at`
  std::vector<Fault> faults;    // in order of `at`
  std::vector<Read> reads;
  std::vector<Slo> slos;
  std::vector<Param> params;
  Nanos drain = 0;                  // T5
  Nanos hold = 10 * base::kSecond;  // D1
  Settings client_settings;         // of every client; a stream's or group's own are stronger
  std::string scenario_file, scenario_text;

  Nanos end() const { return phases.empty() ? 0 : phases.back().end; }
  std::size_t passes() const { return groups.size() + replays.size(); }
};

// The scenario's word for it: "incident".
std::string_view word_of(PhaseKind kind);
std::string_view word_of(PassKind kind);
std::string_view word_of(ChangeKind kind);

// L by default: the smallest multiple of the partition count that is at least 32 (E2). REQUIRES: partitions >
// 0.
int default_lanes(int partitions);

// How long a group works on each event (T3).
workloads::ServiceTimes service_times(const Plan& plan, std::size_t group);

// Two runs with the same load hash had the same events (E3); the scenario hash covers everything.
// Both as 16 hex digits.
inline constexpr int kGeneratorVersion = 2;
std::string load_hash(const Plan& plan);
std::string scenario_hash(const Plan& plan);

}  // namespace freshet::plan
