// What became of every planned event (E5): the plan, event by event, against acks and what the passes saw.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "harness/measure/histogram.h"
#include "harness/plan/lanes.h"
#include "harness/plan/plan.h"
#include "harness/results/facts.h"
#include "harness/results/figures.h"
#include "harness/results/passes.h"

namespace freshet::results {

void add(Outcomes& sum, const Outcomes& other);
// Bad outcomes: planned events that became visible neither themselves nor with a later one of their key.
inline std::uint64_t not_visible(const Outcomes& o) {
  return o.planned - o.visible - o.superseded;
}

// Events of one (stream, pass, tier) and second of τ.
struct Cell {
  Outcomes outcomes;
  // Ages at the run's end of those that did not become visible: lower bounds of their D (E5, E7).
  // Null when all did.
  std::unique_ptr<measure::Histogram> ages;
  // D of those that were superseded: that of the later event of their key (E5). Null when none was. Their
  // exact counts are with those of the others, in facts.cohorts.
  std::unique_ptr<measure::Histogram> superseded;
  void age(Nanos age, std::uint64_t times = 1);
};

// The producing side of a stream in a second of τ.
struct Produced {
  std::uint64_t planned = 0, sent = 0, acked = 0, not_persisted = 0, possibly_persisted = 0, not_sent_own = 0,
                not_sent_cluster = 0, bytes = 0;
};

// A pass over a stream.
struct PassOutcomes {
  bool reads = false;
  std::vector<Cell> cells;  // [second * tiers + tier]
  // By partition: τ of the first event that nothing had settled when the run ended (L1); kNever: none.
  std::vector<Nanos> oldest_open;
  std::vector<Nanos> oldest_open_acked;  // the same over acknowledged events only (L2)
  // Of a pass that is not live: the events that were written before the run. Like those in `cells`, only what
  // was its to read: what lies in the log between where it was to start and where the log ended when it did.
  Outcomes prefilled;
};

struct StreamOutcomes {
  std::size_t tiers = 0;
  std::int64_t seconds = 0;  // of τ that the run planned: [0, seconds)
  std::vector<Produced> produced;
  std::vector<std::uint32_t> due;    // planned events: [partition * seconds + second of τ]
  std::vector<PassOutcomes> passes;  // by pass
  // E3: every lane's running hash of what was handed over equals the plan's; and one hash over all lanes.
  bool proved = false;
  std::uint64_t proof = 0;
  const Cell& cell(std::size_t pass, std::int64_t second, std::size_t tier) const {
    return passes[pass].cells[static_cast<std::size_t>(second) * tiers + tier];
  }
  Cell& cell(std::size_t pass, const plan::Event& event) {
    return passes[pass].cells[static_cast<std::size_t>(base::second_of(event.tau)) * tiers + event.tier];
  }
};

// Streams that `pass` reads, replays included.
std::vector<std::size_t> streams_of(const plan::Plan& plan, std::size_t pass);

// By stream; `spans` by replay. Names in facts.damage what does not fit together; adds to facts.cohorts and
// facts.parts what was superseded.
// A complete or interrupted run: exact, from the ledgers. A killed one has no ledgers: what is not known to
// be visible is `unclassified`, and only the seconds of τ that surely were in the facts count as planned.
std::vector<StreamOutcomes> resolve(const plan::Plan& plan, const PlannedLanes& lanes,
                                    const std::vector<PassSpan>& spans, Facts& facts);

}  // namespace freshet::results
