// What the context reads saw, resolved against the schedule (R2-R4): of each read the first planned event of
// each of its keys that its word does not cover, whether or not that event ever arrived anywhere.
//
// Reads are taken in portions, each against the events lane by lane, so memory does not grow with their
// number.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "harness/measure/histogram.h"
#include "harness/plan/decisions.h"
#include "harness/plan/lanes.h"
#include "harness/plan/plan.h"
#include "harness/results/facts.h"
#include "harness/results/figures.h"

namespace freshet::results {

// Reads of one Read that were due in one phase, at one of its streams.
struct ViewCell {
  measure::Histogram staleness;     // S; the oldest over the account's keys
  double sum = 0;                   // of S, ns
  std::uint64_t stale = 0;          // S over the bound
  std::vector<std::uint64_t> over;  // S over the thresholds of the plan's SLOs, by view_thresholds()
  // Stale decisions, and critical ones, that this class caused: it was the furthest over its bound.
  std::uint64_t caused = 0, caused_critical = 0;
  std::uint64_t caused_wrong = 0;             // wrong decisions of which this class is the one cause
  std::uint64_t unseen = 0, most_unseen = 0;  // events of the keys that were due and not seen: sum, maximum
};
// The same, over all its streams.
struct ReadCell {
  std::uint64_t planned = 0, done = 0;
  std::uint64_t stale = 0, critical = 0;  // decisions
  std::uint64_t wrong = 0, critical_wrong = 0;
  measure::Histogram delay;  // real r - intended r
};
// Of a (stream, pass) in one second of intended r.
struct ReadSecond {
  std::uint64_t reads = 0, stale = 0;
  Nanos worst = 0;  // S
};

class ViewReads {
 public:
  // `until`: intended r before it count, and τ up to sending_stopped. Names in facts.damage what does not
  // fit. Without `decisions` no wrong decision is known.
  ViewReads(const plan::Plan& plan, const std::vector<plan::StreamLanes>& lanes, Facts& facts, Nanos until,
            const plan::DecisionsOf& decisions = {});
  ~ViewReads();

  // phase -1: all measured ones together.
  ReadCell read(std::size_t read, int phase) const;
  // `place`: of the stream among the read's.
  ViewCell view(std::size_t read, std::size_t place, int phase) const;
  // Whether the counts of wrong decisions mean anything.
  bool wrong_known(std::size_t read) const;
  // R4: distinct critical events of a phase (of τ) that some read of the group found unseen and older than
  // their bound.
  std::uint64_t late(std::size_t stream, std::size_t pass, int phase) const;
  const ReadSecond* second(std::size_t stream, std::size_t pass, std::int64_t second) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Distinct thresholds of the plan's view staleness SLOs, ns.
std::vector<Nanos> view_thresholds(const plan::Plan& plan);

}  // namespace freshet::results
