// What all hosts wrote, read and put together. Never fails: what is missing, cut or damaged is left out and
// named.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/plan/lanes.h"
#include "harness/plan/plan.h"
#include "harness/results/carriers.h"
#include "harness/results/clients.h"
#include "harness/results/figures.h"
#include "harness/results/host_seconds.h"
#include "harness/results/ledger_files.h"
#include "harness/results/seconds.h"
#include "harness/results/tables.h"

namespace freshet::results {

using Json = nlohmann::json;

struct MemberSecond {
  std::uint16_t pass = 0, member = 0;
  std::int64_t second = 0;
  friend auto operator<=>(const MemberSecond&, const MemberSecond&) = default;
};
using Counts = std::array<std::uint64_t, static_cast<std::size_t>(measure::Count::kCount)>;
inline std::uint64_t of(const Counts& counts, measure::Count what) {
  return counts[static_cast<std::size_t>(what)];
}

// Cohorts and counts add up.
template <>
struct Fold<CohortCounts> {
  static void add(CohortCounts& sum, const CohortCounts& more) { sum.add(more); }
};
template <>
struct Fold<Counts> {
  static void add(Counts& sum, const Counts& more);
};
// The greatest lags of a second, the first and the last instant over the bound, all debts.
template <>
struct Fold<measure::LagSecond> {
  static void add(measure::LagSecond& sum, const measure::LagSecond& more);
};
// The last that was told.
template <>
struct Fold<measure::OffsetSecond> {
  static void add(measure::OffsetSecond& sum, const measure::OffsetSecond& more) { sum = more; }
};

// The parts of D (T1) of the events of measured phases, by bucket.
using PartSums = std::array<measure::Parts::Sum, measure::kPartBuckets>;

// What was written of a stream before the run (E4), by partition: event k of a partition in order of τ (ties
// by lane) lies at offset first + k. -1: not told.
struct Prefilled {
  std::vector<std::int64_t> first;
};

// What a pass has seen of a stream, over all its shards and hosts (P2).
struct SeenStream {
  std::vector<std::vector<std::uint64_t>>
      lanes;                            // bit n of lane; those of the prefill stand behind those of the run
  std::vector<std::int64_t> positions;  // by partition; -1: none
  // Events that several shards saw. Those of one host share what they applied and take each offset once, so
  // theirs are two records: log duplicates. Those of several hosts are taken for redelivered (K2, P2).
  std::uint64_t copies = 0, overlap = 0;
  bool has(std::size_t lane, std::uint64_t n) const {
    const std::vector<std::uint64_t>& bits = lanes[lane];
    return n / 64 < bits.size() && (bits[n / 64] >> (n % 64) & 1) != 0;
  }
};

struct Facts {
  explicit Facts(const plan::Plan& plan);

  std::string ending = "killed";
  Nanos ended_at = 0, drained_in = 0, start_took = 0, wall_step = 0;
  bool drain_complete = false;
  Nanos sending_stopped = base::kNever;  // τ beyond it was not to be sent any more (interrupted)
  // Everything that happened before it is in the facts.
  Nanos known_until = 0;

  BySeries<CohortCounts> cohorts;     // by tier, second of τ
  BySeries<Counts> counts;            // wall second
  BySeries<measure::LagSecond> lags;  // by partition, wall second
  std::map<std::pair<std::uint16_t, std::uint16_t>, std::vector<measure::OverBound>> over;
  BySeries<measure::OffsetSecond> offsets;  // by partition, wall second
  std::map<MemberSecond, measure::ReceiverSecond> receivers;
  std::vector<HostSecond> host;               // of all hosts
  std::vector<ClientSecond> clients;          // of each host in the order they came
  std::vector<ConnectionSecond> connections;  // likewise
  std::map<std::pair<std::uint16_t, std::uint16_t>, PartSums> parts;
  std::map<std::pair<std::uint16_t, std::uint16_t>, std::vector<measure::WorstEvent>> worst;  // worst first
  Carriers carriers;
  std::vector<LaneRow> lanes;
  std::vector<Json> events;        // in order of "t"
  std::vector<std::string> logs;   // whole lines of each host's intervals.hlog
  std::vector<std::string> reads;  // of each host's reads.csv

  std::vector<std::vector<AckFile>> acks;                              // by stream, then host
  std::map<std::pair<std::uint16_t, std::uint16_t>, SeenStream> seen;  // by (stream, pass)
  std::vector<ResetRow> resets;
  std::vector<Prefilled> prefilled;  // by stream; empty where nothing was

  std::vector<std::string> damage;

  bool killed() const { return ending == "killed"; }
};

// The seconds that rows may be about; others are damage.
struct SecondRange {
  std::int64_t first = 0, last = 0;
};
SecondRange legal_seconds(const plan::Plan& plan);

// The lanes of the plan's streams, in order: of the run, and of what was written before it.
struct PlannedLanes {
  explicit PlannedLanes(const plan::Plan& plan);
  std::vector<plan::StreamLanes> run;
  std::vector<std::optional<plan::StreamLanes>> prefill;  // empty where the stream has none
};
Facts read_facts(const std::filesystem::path& folder, const plan::Plan& plan, const PlannedLanes& lanes);

}  // namespace freshet::results
