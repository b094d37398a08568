// settle(run folder) -> Figures: the one way by which figures come about, in a run and in `freshet report`
// alike.
#pragma once

#include <filesystem>

#include "harness/base/result.h"
#include "harness/plan/decisions.h"
#include "harness/plan/plan.h"
#include "harness/results/figures.h"
#include "harness/results/pictures.h"
#include "harness/results/run_folder.h"

namespace freshet::results {

struct Settled {
  plan::Plan plan;
  Json manifest;
  Figures figures;
  std::vector<OffsetAndLag> timeline;
  std::vector<measure::WorstEvent> worst;  // by pass and stream, the worst first
  std::vector<Json> events;                // of all hosts, in order of "t" (ns since start)
  std::vector<Spectrum> spectra;           // of live groups; without those of which there is no event
  std::vector<PartitionRow> partitions;    // by stream and partition
  std::vector<UnseenSecond> unseen;  // of live groups; seconds of τ in which every event became visible: none
  // Lines for intervals.hlog beside those of the hosts: ages at the end of events that never became visible
  // (H2), D of those that were superseded (E5), and what reads saw.
  std::string settled_log;
};

// Reads every host's facts. A cut or damaged file gives what it can and is named in Figures::damage; an error
// only when there is no readable manifest and plan. `decisions` runs the decide functions of the plan's
// reads; without it wrong decisions are unknown, which no figure takes for none.
base::Result<Settled> settle(const std::filesystem::path& folder, const plan::DecisionsOf& decisions = {});

// Settles the calibration beside a run, if there is one, and marks the figures near it (V). Internal.
void take_noise_floor(const std::filesystem::path& folder, Settled& settled);

// The figures with names instead of indices: summary.json without its verdict. Times in ns, rates in events/s
// and MB/s (10^6 bytes).
Json figures_to_json(const plan::Plan& plan, const Figures& figures);
// Writes summary.json (the judge's part is `verdict`) and the roll-ups over all hosts: timeline.csv,
// worst.csv, events.jsonl, intervals.hlog. Each is whole or the one before.
base::Status write_summary(const std::filesystem::path& folder, const Settled& settled, const Json& verdict);

}  // namespace freshet::results
