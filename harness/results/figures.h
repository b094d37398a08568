// Every figure of a run, as settle() computes it from plan and facts and as summary.json keeps it. Times are
// ns, shares parts of 1. Indices are the plan's; -1 stands for "all".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/time.h"

namespace freshet::results {

using base::Nanos;

// E5. They sum to `planned`, always.
struct Outcomes {
  std::uint64_t planned = 0;
  std::uint64_t visible = 0, superseded = 0, expired = 0, lost = 0, undelivered = 0, aborted = 0, failed = 0,
                indeterminate = 0, not_sent_own = 0, not_sent_cluster = 0;
  // A run that was killed leaves no ledger: what is known not to be visible, but not why.
  std::uint64_t unclassified = 0;
  // visible, though the report said it failed (beside the sum)
  std::uint64_t phantom = 0;
};

// A percentile over planned events by nearest rank (E7).
struct Quantile {
  enum class Kind {
    exact,          // to the histogram's bucket
    at_least,       // the rank is an event that never became visible: prints ">= value"
    not_available,  // fewer than ten events beyond it (E8): prints "n/a"
  };
  double p = 0;  // 1 = the maximum
  Kind kind = Kind::not_available;
  Nanos value = 0;
  std::uint64_t n = 0;  // planned events that it ranks over
  // The sampling floor: 95 % of samples of n independent events from one distribution would have put its true
  // percentile within [low, high] (results/quantile.h). Not the run-to-run spread, which is wider: staleness
  // comes in clusters. None for the maximum. `at_least` is for the upper end, as for the value.
  Kind floor = Kind::not_available;
  Nanos floor_low = 0, floor_high = 0;
  bool near_floor = false;  // of staleness: within twice the harness's own noise floor
};

// Staleness of (stream, pass), one tier or all, one phase or all measured ones together.
struct StalenessRow {
  int stream = 0, pass = 0, tier = -1, phase = -1;
  Outcomes outcomes;
  Nanos bound = 0;
  std::uint64_t bad = 0;            // D > bound, or a bad outcome
  std::vector<Quantile> quantiles;  // p50 p90 p99 p99.9 max
};

// V6: the seconds of τ of a steady phase, first half against second. Of (stream, pass), events that became
// visible. The figures are those of a typical second (geometric means over the seconds of the half).
struct SteadyRow {
  int stream = 0, pass = 0, phase = 0;
  bool known = false;  // false: too short, or a stretch of it has no events
  bool cold = false;   // p50 or p99 disagree by a tenth and by more than chance (results/steady.h)
  Nanos p50_first = 0, p50_second = 0, p99_first = 0, p99_second = 0;
};

// How fast an error budget went in the worst window of τ of some length: part of events that were bad ÷ part
// that may be. The seconds [from, from + length) hold `planned` events that are judged.
struct Burn {
  bool known = false;  // false: what is judged is shorter than the window
  double rate = 0;
  std::int64_t from = 0;
  std::uint64_t planned = 0, bad = 0;
};

// An SLO on staleness as an error budget, over all its measured phases together, by second of τ.
struct BudgetRow {
  int slo = 0;  // index into Plan::slos
  int stream = 0, pass = 0, tier = -1;
  std::uint64_t planned = 0, bad = 0;
  // Whole minutes of τ from 0 on, and seconds, in which anything was planned; `bad`: those with more bad
  // events than the SLO's share of them; `touched`: with any at all.
  std::uint64_t minutes = 0, bad_minutes = 0;
  std::uint64_t seconds = 0, bad_seconds = 0, touched_seconds = 0;
  Burn minute, five_minutes;
};

// Staleness of (stream, pass) in the same schedule on the loopback log, just before the run: the harness's
// own noise, and the service times of the scenario.
struct FloorRow {
  int stream = 0, pass = 0;
  std::vector<Quantile> quantiles;
};

// Means of the parts of D among the events with D >= p99 (T1), ns.
struct TailRow {
  int stream = 0, pass = 0;
  std::uint64_t events = 0;
  double send = 0, log = 0, apply = 0;
};

// Maxima of the lags of (stream, pass) in a phase (wall seconds of it), with where and when.
struct LagRow {
  int stream = 0, pass = 0, phase = -1;
  Nanos freshness = 0;
  int partition = -1;
  std::int64_t second = -1;
  Nanos consumer = 0;        // time, acknowledged events only (L2)
  std::int64_t offset = -1;  // L3; -1: never known
  std::uint64_t unknown_seconds = 0;
};

struct DisturbanceRow {
  int phase = 0, stream = 0, pass = 0;
  bool reached = false;
  Nanos time_to_fresh = 0;  // when not reached: longer than this
  Nanos peak = 0;           // of the freshness lag, from the disturbance's begin on
  double debt = 0;          // ∫ (lag - bound)+ dt of the worst partition, s²
  // What the members' capacity alone would have needed (results/ideal.h). The capacity is that of all members
  // present at the end; 0: the group has no service time, so no ideal is known.
  double capacity = 0;        // events/s
  std::uint64_t backlog = 0;  // events, all streams of the group, due and still to be made visible at the end
  bool ideal_known = false;
  Nanos ideal_fresh = 0, ideal_drain = 0;  // kNever: not while events are planned
};

// A replay, backlog or bootstrap pass (P1).
struct ReplayRow {
  int pass = 0;
  // What it read of the log: events that were new to it, and those that came again.
  std::uint64_t events = 0, bytes = 0, redelivered = 0;
  // What it had to read: planned events, written before or in the run, that the log took between where the
  // pass was to start and where the log ended when the pass did.
  Outcomes outcomes;
  Nanos began = 0;        // of its phase
  Nanos reads_from = -1;  // its members were given partitions; -1: never
  bool finished = false;  // it caught up
  Nanos finished_at = 0;  // since the run's start; when not finished: where it gave up, or the run ended
  // Over the time from reads_from to finished_at: what it read, and what the log took meanwhile of its
  // streams.
  double events_per_second = 0, bytes_per_second = 0, inflow_per_second = 0;
  double progress() const {  // part of what it had to read that it has behind it
    return outcomes.planned == 0
               ? 0
               : 1 - static_cast<double>(outcomes.undelivered) / static_cast<double>(outcomes.planned);
  }
  // Not finished, and what was left did not become less: at this rate it never catches up.
  bool never() const { return !finished && reads_from >= 0 && events_per_second <= inflow_per_second; }
};

// One figure ÷ another: known, a lower bound (the numerator is one), or unknown.
struct Ratio {
  enum class Kind { exact, at_least, not_available };
  Kind kind = Kind::not_available;
  double value = 0;
};

// D2: p99 of staleness of a live group in windows without a replay and in windows with it.
struct OffAndOn {
  Quantile off, on;
  Ratio index;  // on ÷ off; not available where one of the two has too few events (E8)
};
struct IsolationPair : OffAndOn {
  int off_phase = 0, on_phase = 0;
  // Part of the `on` window in which a pass was reading: one that has caught up disturbs no more.
  double replayed = 0;
};
struct IsolationRow {
  std::string schedule;
  int stream = 0, pass = 0;
  std::vector<IsolationPair> pairs;
  // Over the windows of all pairs that have an index; not available when they are fewer than kFewestPairs.
  OffAndOn all;
  static constexpr std::size_t kFewestPairs = 4;
};

// A member's position was not in the log, and why (P4).
struct ResetRow {
  enum class Cause {
    expired,          // below its start: [position, goes_on_at) had been removed
    truncated,        // the log was cut below the position; it goes on where it was cut
    no_start_offset,  // the group had read up to the position and had no offset to go on from
    unknown,          // none of these; tried again
  };
  int stream = 0, pass = 0, partition = 0;
  Cause cause = Cause::unknown;
  std::int64_t position = 0, goes_on_at = 0;
  Nanos at = 0;  // since the run's start
};
inline constexpr std::pair<std::string_view, ResetRow::Cause> kResetCauses[] = {
    {"expired", ResetRow::Cause::expired},
    {"truncated", ResetRow::Cause::truncated},
    {"no_start_offset", ResetRow::Cause::no_start_offset},
    {"unknown", ResetRow::Cause::unknown},
};

struct LedgerRow {
  int stream = 0, pass = 0;
  std::uint64_t lost = 0, redelivered = 0, log_duplicate = 0, reprocessed = 0, out_of_order = 0, phantom = 0,
                corrupt = 0, foreign = 0;
};

// The producing side of a stream in a phase (-1: all measured ones).
struct ProducerRow {
  int stream = 0, phase = -1;
  std::uint64_t planned = 0, sent = 0, acked = 0, not_persisted = 0, possibly_persisted = 0, refused = 0,
                not_sent_own = 0, not_sent_cluster = 0, queue_full = 0, bytes = 0;
  std::vector<Quantile> own_delay, send_delay, service_latency, response_latency;  // p50 p90 p99 p99.9 max
};

struct OffsetAndLag {  // kept apart so that timeline.csv and the figures share one row type
  std::int64_t second = 0;
  int stream = 0, pass = 0;
  double offered = 0, sent = 0, acked = 0, visible = 0;              // events in the second
  Nanos staleness_p50 = -1, staleness_p99 = -1, staleness_max = -1;  // by second of τ; -1: no event
  Nanos freshness_lag = 0, consumer_lag = 0;
  std::int64_t offset_lag = -1;
  Nanos over_bound = 0;                      // of the second, ns
  std::uint64_t reads = 0, stale_reads = 0;  // by second of intended r
  Nanos view_staleness_max = -1;             // -1: no read
};

// What an SLO's verdict rests on, one per instance (plan/slo_instances.h), in the same order.
struct SloEvidence {
  std::uint64_t planned = 0;
  std::uint64_t bad = 0;              // at the SLO's threshold
  std::uint64_t bad_without_own = 0;  // not counting those bad for own causes only (V1)
  Quantile figure;                    // the figure to print: quantile, maximum or time to fresh
  std::uint64_t count = 0;            // lost, duplicate, out of order
  double share = 0;
  // Nobody can say, so it is no ground for a pass: wrong decisions where nobody ran `decide`, or it failed.
  bool unknown = false;
  Nanos own_delay = 0;  // the harness's own send delay at the gated quantile (V1)
  Nanos hiccup = 0;     // timer lateness at the gated quantile (V4)
};

struct ReceiverRow {
  int pass = 0, member = 0;
  std::uint64_t bound_seconds = 0, measured_seconds = 0;  // V3
  // Records received ahead (T3): the most at any time of the measured seconds, -1: unknown; seconds in which
  // there was room for no more, so that it did not poll.
  std::int64_t most_waiting = -1;
  std::uint64_t full_seconds = 0;
};

// The machine while the run was on, by wall second: what this process took of it, and what others did.
struct HostFigures {
  std::uint64_t seconds = 0;                            // that were measured; 0: nothing is known
  double process_cpus_mean = 0, process_cpus_most = 0;  // CPU time of this process ÷ wall time
  // Parts of all CPU time of the host: what was not idle; what a hypervisor gave to others.
  double busy_mean = 0, busy_most = 0, steal_mean = 0, steal_most = 0;
  std::uint64_t involuntary = 0, involuntary_most = 0;  // context switches of this process; most in a second
};

struct OwnNotSentRow {  // V2, per stream and phase
  int stream = 0, phase = 0;
  std::uint64_t planned = 0, not_sent_own = 0;
};

// A command of the user's that a fault ran. Times since the run's start.
struct CommandRow {
  int fault = 0;  // index into Plan::faults
  bool undo = false;
  std::string command;  // secrets masked
  bool began = false, ended = false;
  Nanos begin = 0, end = 0;
  int status = 0;
  bool timed_out = false;
  std::string last_line;  // of its output
  bool failed() const { return !ended || status != 0 || timed_out; }
};

// A partition out of service: events were due and none was acknowledged.
struct PartitionOutage {
  int partition = 0;
  Nanos longest = 0, total = 0;
  bool open = false;  // the last one lasted to the run's end
};

// What a fault did to a stream's acknowledgements, from its command's begin to the next fault or disturbance.
// A partition is out of service while events are due and none is acknowledged (measure/ack_gaps.h); what is
// shorter than 250 ms is not seen.
struct FaultRow {
  int fault = 0, stream = 0;
  Nanos begin = 0, in_force = 0, until = 0;  // command begun, command ended, end of what counts; since start
  int partitions = 0, interrupted = 0;       // of the stream; of them out of service at some time
  Nanos longest = 0;                         // of one partition; 0: none was seen
  Nanos longest_from = 0;
  int longest_partition = -1;
  bool longest_open = false;  // it lasted to the run's end: longer than `longest`
  // From `in_force`, or the first event that was due after it, to the first acknowledgement: of the partition
  // that took longest. 0: below what is seen.
  Nanos first_ack = 0;
  bool first_ack_open = false;           // some partition never acknowledged again
  std::vector<PartitionOutage> outages;  // of those that were interrupted, by partition
};

// What a fault did to a stream at a live group. Events are those due from the command's begin on.
struct FaultGroupRow {
  int fault = 0, stream = 0, pass = 0;
  bool reached = false;
  Nanos time_to_fresh = 0;  // from `in_force` (D1); when not reached: longer than this
  Nanos peak = 0;           // of the freshness lag
  Outcomes outcomes;
};

// An offset that fell, which no healthy log does: acknowledged records are gone, as after an unclean
// election.
struct OffsetFallRow {
  enum class Of { log_end, committed, position };
  Of of = Of::log_end;
  int stream = 0, partition = 0, pass = -1;  // -1: the log itself
  Nanos at = 0;                              // since the run's start, when it was seen
  std::int64_t from = 0, to = 0;
};

// A partition that its member let go of or stopped reading, and what came after.
struct MoveRow {
  enum class How { revoked, lost, killed, paused };
  int pass = 0, stream = 0, partition = 0;
  How how = How::revoked;
  int from_member = -1, to_member = -1;             // -1: nobody took it any more, or the same one went on
  int change = -1;                                  // index into Plan::changes; -1: nobody asked for it
  Nanos released = 0, assigned = -1, resumed = -1;  // resumed: the first event applied after it; -1: never
  Nanos pause = 0;  // events were due and none was applied; when never resumed: longer than this
};

// What a change of a group's members did (-1: what happened with none being asked for).
struct GroupChangeRow {
  int pass = 0, change = -1;
  Nanos at = 0;
  std::uint64_t partitions = 0;  // moves: a partition that moved twice counts twice
  std::uint64_t unresumed = 0;   // of them those that nobody applied an event of again
  Nanos longest = 0;             // pause
  int stream = 0, partition = -1;
  bool longest_open = false;
  std::uint64_t redelivered = 0;
};

// What clients counted of themselves (K3) over all intervals that lie in the run, its drain included. Each
// client keeps quantiles of its intervals only, and those cannot be put together: so of each interval's p99
// the highest is given; means and maxima are exact.
struct ClientWindow {
  std::uint64_t count = 0;
  double mean = 0;
  std::int64_t highest_p99 = 0, max = 0;
};
struct ConnectionFigures {
  std::string broker;  // "host:port/id"
  std::uint64_t requests = 0, retries = 0, timeouts = 0, errors = 0, connects = 0, disconnects = 0;
  ClientWindow round_trip, in_client, to_socket, throttle;  // ns
};
// The producer of a stream, or all members of a pass together.
struct ClientRow {
  int stream = -1, pass = -1;  // one of them is -1
  ConnectionFigures all;       // over all brokers; its name is ""
  std::vector<ConnectionFigures> brokers;
  // The most that one client had at the end of an interval.
  std::int64_t most_waiting = 0, most_in_flight = 0, most_fetched = 0;
  ClientWindow batch_records, batch_bytes;  // producer
};

// In what a stream's topic or producer turned out less durable than the scenario asks (V7).
struct DurabilityRow {
  int stream = 0;
  std::string what, asked, found;
};

// By how much a stream's records compress (V8): a full batch of them with the codec of its producer, and a
// batch as large as the producer sends at the base rate.
struct PayloadRow {
  int stream = 0;
  double asked = 0, ratio = 0, zstd = 0, lz4 = 0, as_sent = 0;
  std::string codec;
  std::uint64_t batch_bytes = 0, batch_records = 0, as_sent_records = 0;
};

// R3: wall time of a phase in which any key of the class was over its bound at the group.
struct OverBoundRow {
  int stream = 0, pass = 0, phase = -1;
  Nanos time = 0, longest = 0;
  std::uint64_t spells = 0;
};

// Reads of one Read with their intended time in a phase, at one of its streams (R2). Staleness is ranked over
// planned reads: those that were not done stand above all others.
struct ViewRow {
  int read = 0, stream = 0, phase = -1;
  std::uint64_t reads = 0, done = 0;
  Nanos bound = 0;
  std::uint64_t stale = 0;          // S over the bound
  std::vector<Quantile> quantiles;  // of S: p50 p90 p99 p99.9 max
  double mean = 0;                  // of S of those that were done, ns
  // Stale decisions that this class caused, being the furthest over its bound; and critical ones.
  std::uint64_t caused = 0, caused_critical = 0;
  // Wrong decisions that this class alone caused: seeing it in time would have put them right (metrics 2.4).
  bool wrong_known = false;
  std::uint64_t caused_wrong = 0;
  // Events of the account's keys that were due and not seen at a read: mean and maximum (version staleness).
  double unseen_mean = 0;
  std::uint64_t unseen_most = 0;
};
// A decision is stale when the read saw at least one class over its bound; critical when a critical one was.
struct DecisionRow {
  int read = 0, phase = -1;
  std::uint64_t reads = 0, done = 0;  // planned; written down
  std::uint64_t stale = 0, critical = 0;
  // Metrics 2.4, of reads with a decide function: decided otherwise than on the truth; critical: seeing the
  // critical classes in time would have put it right. Unknown where nobody ran the function, or it failed.
  bool decides = false, wrong_known = false;
  std::uint64_t wrong = 0, critical_wrong = 0;
  std::uint64_t unresolved() const { return reads - done; }
  std::vector<Quantile> delay;  // the reader's own: real r - intended r
};
// R4, of a critical stream at a live group, events of a phase of τ.
struct CriticalRow {
  int stream = 0, pass = 0, phase = -1;
  std::uint64_t planned = 0, late = 0, missed = 0;
  bool looked_at = false;  // some read looks at it: `late` means something
};

struct Identity {
  std::string id, scenario, target, cluster_id, load_hash, scenario_hash, version, rdkafka,
      started;             // started: ISO 8601 UTC
  bool loopback = false;   // the built-in log
  bool colocated = false;  // broker and harness share the machine
};

struct Figures {
  Identity identity;
  // How it ended: "complete", "interrupted" (kept, 130), "killed" (no end was written).
  std::string ending = "complete";
  Nanos ended_at = 0;  // since start, after the drain
  Nanos drained_in = 0;
  bool drain_complete = true;
  Nanos start_took = 0;  // T6
  // Proof of the load (E3): every lane's running hash of what was handed over equals the plan's; and one hash
  // over all lanes of each stream, by which two runs can be compared.
  bool lanes_proved = false;
  std::vector<std::string> load_proof;  // by stream, 16 hex digits
  bool slo_phases_complete = true;      // every measured phase ran to its end

  std::vector<StalenessRow> staleness;
  std::vector<FloorRow> noise_floor;  // empty: no calibration
  std::vector<SteadyRow> steady;
  std::vector<BudgetRow> budgets;
  std::vector<TailRow> tails;
  std::vector<LagRow> lags;
  std::vector<DisturbanceRow> disturbances;
  std::vector<ReplayRow> replays;
  std::vector<ResetRow> resets;  // in order of time
  std::vector<IsolationRow> isolation;
  // The same schedule on the loopback log before it: the harness's own share. Empty when there was no such
  // run; else as many rows as `isolation`, in its order.
  std::vector<IsolationRow> isolation_loopback;
  std::vector<LedgerRow> ledgers;
  std::vector<ProducerRow> producers;
  std::vector<SloEvidence> slos;
  std::vector<ReceiverRow> receivers;
  HostFigures host;
  std::vector<OwnNotSentRow> own_not_sent;
  std::vector<CommandRow> commands;  // of each fault: run, then undo if it has one
  std::vector<FaultRow> faults;      // of those that were begun
  std::vector<FaultGroupRow> fault_groups;
  std::vector<OffsetFallRow> offset_falls;  // the whole run, in order of time
  std::vector<MoveRow> moves;               // in order of time
  std::vector<GroupChangeRow> group_changes;
  std::vector<ClientRow> clients;  // producers, then passes; empty where clients count nothing
  std::vector<DurabilityRow> durability;
  std::vector<PayloadRow> payloads;  // by stream; empty where nobody measured
  std::vector<OverBoundRow> over_bound;
  std::vector<ViewRow> views;
  std::vector<DecisionRow> decisions;
  std::vector<CriticalRow> critical;
  std::vector<Quantile> hiccups;  // weighted by time
  std::uint64_t negative_staleness = 0;
  Nanos wall_step = 0;              // largest change of wall minus monotonic during the run (V5)
  std::vector<std::string> damage;  // what was missing or unreadable in the folder
};

}  // namespace freshet::results
