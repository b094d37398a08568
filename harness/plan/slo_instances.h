// SLOs as written -> SLOs as judged: one instance per stream, group, tier and phase that a selector left out
// stands for (E9). Nothing is pooled: each instance must hold.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/plan/plan.h"

namespace freshet::plan {

// Stands for "the whole run" in SloInstance::phase: lost, duplicate, out of order.
inline constexpr std::size_t kWholeRun = static_cast<std::size_t>(-1);

// Stands for "no read" in SloInstance::read.
inline constexpr std::size_t kNoRead = static_cast<std::size_t>(-1);
// A steady phase that V6 can say anything of: halves of at least five seconds.
inline constexpr Nanos kShortestSteady = 10 * base::kSecond;

struct SloInstance {
  std::size_t slo = 0;     // index into Plan::slos
  std::size_t stream = 0;  // index into Plan::streams; of decisions: the first that the read looks at
  std::size_t group = 0;   // index into Plan::groups
  int tier = -1;           // index into Population::tiers; -1: all
  // Index into Plan::phases: that of the events (staleness, late, missed), of wall seconds (freshness lag,
  // time over bound), of the reads' intended times (view staleness, decisions), or the disturbance that time
  // to fresh is counted from. kWholeRun for ledger counts.
  std::size_t phase = kWholeRun;
  std::size_t read = kNoRead;  // index into Plan::reads: of view staleness and decisions
  friend bool operator==(const SloInstance&, const SloInstance&) = default;
};

struct PlanError {
  std::string message;  // a sentence: what was found, what was expected
  int line = 0;         // in the scenario file; 0 when no single line is to blame
};

struct SloInstances {
  std::vector<SloInstance> instances;  // in the order of Plan::slos, then stream, group, tier, phase
  std::vector<PlanError> errors;       // selectors that name nothing or match nothing (E9), D1
};

SloInstances slo_instances(const Plan& plan);

// Whether the SLO is about reads: view staleness, stale and wrong decisions.
bool is_of_reads(Figure figure);
// Of those: whether it counts decisions; wrong ones (metrics 2.4); those that critical classes caused.
bool is_of_decisions(Figure figure);
bool is_of_wrong_decisions(Figure figure);
bool is_of_critical_decisions(Figure figure);

// What the `phase` and `after` of an SLO select: the phase of that name, or each window of the isolation
// schedule of that name.
bool is_called(const Phase& phase, std::string_view name);

// "staleness p99 of chat_turn, tier enterprise, at copilot in incident below 10 s".
std::string describe(const Plan& plan, const SloInstance& instance);

// The bound of the stream's class as the group sees it (E9). REQUIRES: the group reads the stream.
Nanos bound_of(const Plan& plan, std::size_t group, std::size_t stream);

}  // namespace freshet::plan
