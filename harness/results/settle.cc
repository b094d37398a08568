#include "harness/results/settle.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "harness/plan/lanes.h"
#include "harness/plan/plan_json.h"
#include "harness/results/distributions.h"
#include "harness/results/facts.h"
#include "harness/results/interval_log.h"
#include "harness/results/isolation.h"
#include "harness/results/json_fields.h"
#include "harness/results/lags.h"
#include "harness/results/layout.h"
#include "harness/results/line_file.h"
#include "harness/results/outcomes.h"
#include "harness/results/over_bound.h"
#include "harness/results/quantile.h"
#include "harness/results/rows.h"
#include "harness/results/view_reads.h"

namespace freshet::results {
namespace {

namespace fs = std::filesystem;

Identity identity_of(const Json& manifest, const plan::Plan& plan) {
  Identity identity;
  identity.id = text_at(manifest, "run_id");
  identity.scenario = plan.name;
  if (const Json* target = field_at(manifest, "target")) {
    identity.target = text_at(*target, "name");
    identity.cluster_id = text_at(*target, "cluster_id");
    identity.loopback = bool_at(*target, "loopback_log", false);
    identity.colocated = bool_at(*target, "shares_this_machine", false);
  }
  identity.load_hash = plan::load_hash(plan);
  identity.scenario_hash = plan::scenario_hash(plan);
  identity.version = text_at(manifest, "version");
  identity.rdkafka = text_at(manifest, "rdkafka");
  identity.started = text_at(manifest, "started");
  return identity;
}

// Manifest and plan: without them there is nothing that facts could mean.
base::Result<Settled> read_plan(const fs::path& folder) {
  base::Result<Json> manifest = read_json(folder / kManifestFile);
  if (!manifest) return manifest.error();
  base::Result<Json> json = read_json(folder / kPlanFile);
  if (!json) return json.error();
  base::Result<plan::Plan> plan = plan::plan_from_json(*json);
  if (!plan)
    return base::io_error(fmt::format("{}: {}", (folder / kPlanFile).string(), plan.error().message));
  // A plan that is not the run's would give figures of events that never were (E3).
  const std::string hash = plan::load_hash(*plan);
  const std::string told = text_at(*manifest, "load_hash");
  if (!told.empty() && told != hash) {
    return base::io_error(fmt::format("{}: its load hash is {}, the manifest's is {}",
                                      (folder / kPlanFile).string(), hash, told));
  }
  Settled settled;
  settled.plan = std::move(plan).value();
  settled.manifest = std::move(manifest).value();
  settled.figures.identity = identity_of(settled.manifest, settled.plan);
  const std::string scenario = text_at(settled.manifest, "scenario_hash");
  if (!scenario.empty() && scenario != settled.figures.identity.scenario_hash) {
    settled.figures.damage.push_back(fmt::format("{}: its scenario hash is {}, the manifest's is {}",
                                                 kPlanFile, settled.figures.identity.scenario_hash,
                                                 scenario));
  }
  return settled;
}

// Seconds of τ that count: all, or those that a killed run surely wrote down.
std::int64_t seconds_known(const Facts& facts, const std::vector<StreamOutcomes>& outcomes) {
  if (!facts.killed()) return std::numeric_limits<std::int64_t>::max();
  return outcomes.empty() ? 0 : outcomes.front().seconds;
}

// Reads with an intended r before it were to be done, and are in the facts when they were.
Nanos reads_until(const plan::Plan& plan, const Facts& facts, const std::vector<StreamOutcomes>& outcomes) {
  const Nanos planned = std::min(plan.end(), facts.sending_stopped);
  if (!facts.killed() || outcomes.empty()) return planned;
  return std::min(planned, outcomes.front().seconds * base::kSecond);
}

// The counters that a pass kept while it ran and the ledger that it left must tell the same.
void compare_ledger(const Settling& s, std::vector<std::string>& damage) {
  if (s.facts.killed()) return;
  for (std::size_t pass = 0; pass < s.plan.groups.size(); ++pass) {
    for (const plan::GroupStream& read : s.plan.groups[pass].streams) {
      const Outcomes outcomes = s.sums.outcomes(read.stream, pass, -1, kAllPhases);
      const std::uint64_t seen =
          outcomes.visible + outcomes.superseded + seen_again(s.facts, read.stream, pass);
      const std::uint64_t counted = s.sums.cohorts(read.stream, pass, -1, kAllPhases).samples;
      if (seen == counted) continue;
      damage.push_back(fmt::format("{} at {}: {} events visible by the ledger, {} by the counters",
                                   s.plan.streams[read.stream].name, s.plan.groups[pass].name, seen,
                                   counted));
    }
  }
}

void proofs(const Settling& s, Figures& figures) {
  figures.lanes_proved = !s.outcomes.empty();
  for (const StreamOutcomes& stream : s.outcomes) {
    figures.lanes_proved = figures.lanes_proved && stream.proved;
    figures.load_proof.push_back(s.facts.killed() ? std::string() : fmt::format("{:016x}", stream.proof));
  }
}

void how_it_ended(const Settling& s, Figures& figures) {
  const Facts& facts = s.facts;
  figures.ending = facts.ending;
  figures.ended_at = facts.ended_at;
  figures.drained_in = facts.drained_in;
  figures.drain_complete = facts.drain_complete;
  figures.start_took = facts.start_took;
  figures.wall_step = facts.wall_step;
  for (const plan::Phase& phase : s.plan.phases) {
    if (phase.measured() && phase.end > planned_until(s.plan, facts)) figures.slo_phases_complete = false;
  }
}

void fill(const Settling& s, Settled& settled) {
  Figures& figures = settled.figures;
  how_it_ended(s, figures);
  proofs(s, figures);
  figures.staleness = staleness_rows(s);
  figures.steady = steady_rows(s);
  figures.budgets = budget_rows(s);
  figures.tails = tail_rows(s);
  figures.lags = lag_rows(s);
  figures.disturbances = disturbance_rows(s);
  figures.replays = replay_rows(s);
  figures.isolation = isolation_rows(s);
  figures.resets = s.facts.resets;
  figures.commands = command_rows(s.plan, s.facts);
  figures.faults = fault_rows(s);
  figures.fault_groups = fault_group_rows(s);
  figures.offset_falls = offset_fall_rows(s);
  figures.moves = move_rows(s);
  figures.group_changes = group_change_rows(s, figures.moves);
  figures.clients = client_rows(s.facts);
  figures.durability = durability_rows(s.plan, settled.manifest, s.facts);
  figures.payloads = payload_rows(s.plan, settled.manifest);
  figures.ledgers = ledger_rows(s);
  figures.producers = producer_rows(s);
  figures.over_bound = over_bound_rows(s.plan, s.facts);
  figures.views = view_rows(s);
  figures.decisions = decision_rows(s);
  figures.critical = critical_rows(s);
  figures.slos = slo_evidence(s);
  figures.receivers = receiver_rows(s);
  figures.host = host_figures(s.facts);
  figures.own_not_sent = own_not_sent_rows(s);
  const measure::Histogram hiccups =
      s.distributions.merged(0, measure::kNoPass, -1, measure::Measure::hiccup, -1);
  figures.hiccups = quantiles({&hiccups, nullptr});
  figures.negative_staleness = s.distributions.negative_staleness();
  settled.timeline = timeline_rows(s);
  settled.spectra = spectra(s);
  settled.unseen = unseen_seconds(s);
}

// What settling found out, by series and second of τ, so that H3 holds for it too: ages of what never became
// visible (H2), D of what was superseded.
std::string log_of(const plan::Plan& plan, const std::vector<StreamOutcomes>& all, const std::string& target,
                   std::unique_ptr<measure::Histogram> Cell::*what, LogKind kind) {
  const Tags tags(plan, target);
  std::string log;
  for (std::size_t stream = 0; stream < all.size(); ++stream) {
    const StreamOutcomes& outcomes = all[stream];
    for (std::size_t pass = 0; pass < plan.groups.size(); ++pass) {
      const std::vector<Cell>& cells = outcomes.passes[pass].cells;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (!(cells[i].*what)) continue;
        const measure::Series series{static_cast<std::uint16_t>(stream), static_cast<std::uint16_t>(pass),
                                     static_cast<std::uint8_t>(i % outcomes.tiers),
                                     measure::Measure::staleness};
        append_log(log, tags, series, static_cast<std::int64_t>(i / outcomes.tiers), *(cells[i].*what), kind);
      }
    }
  }
  return log;
}

// H3: what the reads saw, by read, stream and phase.
std::string view_log(const Settling& s, const std::string& target) {
  std::string log;
  for (std::size_t read = 0; read < s.plan.reads.size(); ++read) {
    const std::vector<std::size_t>& streams = s.plan.reads[read].streams;
    for (std::size_t place = 0; place < streams.size(); ++place) {
      for (std::size_t phase = 0; phase < s.plan.phases.size(); ++phase) {
        const ReadCell cell = s.reads.read(read, static_cast<int>(phase));
        const ViewCell view = s.reads.view(read, place, static_cast<int>(phase));
        append_view_log(log, s.plan, target, read, streams[place], phase, view.staleness,
                        cell.planned - cell.done);
      }
    }
  }
  return log;
}

// D2: the same windows on the loopback log, recorded beside the run.
void loopback_share(const fs::path& folder, Figures& figures) {
  std::error_code code;
  if (figures.isolation.empty() || !fs::exists(folder / kLoopbackFolder, code)) return;
  base::Result<Settled> loopback = settle(folder / kLoopbackFolder);
  std::string wrong;
  if (!loopback) {
    wrong = loopback.error().message;
  } else if (loopback->figures.ending != "complete") {
    wrong = "the run on the loopback log was not complete";
  } else if (!std::ranges::equal(
                 loopback->figures.isolation, figures.isolation, {},
                 [](const IsolationRow& row) { return row.pairs.size(); },
                 [](const IsolationRow& row) { return row.pairs.size(); })) {
    wrong = "it is of another plan";
  } else {
    figures.isolation_loopback = std::move(loopback->figures.isolation);
    return;
  }
  figures.damage.push_back(fmt::format("{}: {}", kLoopbackFolder, wrong));
}

}  // namespace

base::Result<Settled> settle(const fs::path& folder, const plan::DecisionsOf& decisions) {
  base::Result<Settled> begun = read_plan(folder);
  if (!begun) return begun.error();
  Settled settled = std::move(begun).value();
  const PlannedLanes lanes(settled.plan);
  Facts facts = read_facts(folder, settled.plan, lanes);
  const std::vector<PassSpan> spans = pass_spans(settled.plan, facts);
  const std::vector<StreamOutcomes> outcomes = resolve(settled.plan, lanes, spans, facts);
  fill_lags(settled.plan, outcomes, facts);
  const std::string& target = settled.figures.identity.target;
  const std::string superseded = log_of(settled.plan, outcomes, target, &Cell::superseded, LogKind::samples);
  facts.logs.push_back(superseded);
  const Distributions distributions(settled.plan, facts, seconds_known(facts, outcomes));
  facts.logs.clear();  // the largest part of the facts; nobody asks for it any more
  const ViewReads reads(settled.plan, lanes.run, facts, reads_until(settled.plan, facts, outcomes),
                        decisions);
  const PhaseSums sums(settled.plan, facts, outcomes);
  const Settling s{settled.plan, facts, outcomes, sums, spans, distributions, reads};
  fill(s, settled);
  settled.partitions = partition_rows(s, lanes);
  compare_ledger(s, facts.damage);
  settled.settled_log = superseded + log_of(s.plan, outcomes, target, &Cell::ages, LogKind::undelivered);
  settled.settled_log += view_log(s, target);
  for (const auto& [key, events] : facts.worst) {
    settled.worst.insert(settled.worst.end(), events.begin(), events.end());
  }
  settled.events = std::move(facts.events);
  std::vector<std::string>& damage = settled.figures.damage;
  damage.insert(damage.end(), facts.damage.begin(), facts.damage.end());
  loopback_share(folder, settled.figures);
  take_noise_floor(folder, settled);
  return settled;
}

}  // namespace freshet::results
