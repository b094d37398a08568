// summary.json and the roll-ups that stand beside it.
#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "harness/plan/slo_instances.h"
#include "harness/results/client_json.h"
#include "harness/results/interval_log.h"
#include "harness/results/isolation.h"
#include "harness/results/layout.h"
#include "harness/results/line_file.h"
#include "harness/results/settle.h"
#include "harness/results/summary_rows.h"

namespace freshet::results {
namespace {

namespace fs = std::filesystem;

constexpr int kSchemaVersion = 1;

}  // namespace

Json to_json(const std::vector<Quantile>& quantiles) {
  Json json = Json::array();
  for (const Quantile& q : quantiles) json.push_back(to_json(q));
  return json;
}

Json to_json(const Outcomes& o) {
  return {{"planned", o.planned},
          {"visible", o.visible},
          {"superseded", o.superseded},
          {"expired", o.expired},
          {"lost", o.lost},
          {"undelivered", o.undelivered},
          {"aborted", o.aborted},
          {"failed", o.failed},
          {"indeterminate", o.indeterminate},
          {"not_sent_own", o.not_sent_own},
          {"not_sent_cluster", o.not_sent_cluster},
          {"unclassified", o.unclassified},
          {"phantom", o.phantom}};
}

namespace {

Json to_json(const Names& names, const StalenessRow& row) {
  return {{"class", names.klass(row.stream)},
          {"stream", names.stream(row.stream)},
          {"group", names.pass(row.pass)},
          {"tier", names.tier(row.stream, row.tier)},
          {"phase", names.phase(row.phase)},
          {"outcomes", to_json(row.outcomes)},
          {"bound_ns", row.bound},
          {"bad", row.bad},
          {"quantiles", to_json(row.quantiles)}};
}

Json to_json(const Names& names, const TailRow& row) {
  return {{"stream", names.stream(row.stream)},
          {"group", names.pass(row.pass)},
          {"events", row.events},
          {"send_ns", row.send},
          {"log_ns", row.log},
          {"apply_ns", row.apply}};
}

Json to_json(const Names& names, const LagRow& row) {
  return {{"stream", names.stream(row.stream)},
          {"group", names.pass(row.pass)},
          {"phase", names.phase(row.phase)},
          {"freshness_ns", row.freshness},
          {"partition", row.partition},
          {"second", row.second},
          {"consumer_ns", row.consumer},
          {"offset", row.offset < 0 ? Json() : Json(row.offset)},
          {"unknown_seconds", row.unknown_seconds}};
}

Json to_json(const Names& names, const ReplayRow& row) {
  const Outcomes& o = row.outcomes;
  const double expired = o.planned == 0 ? 0 : static_cast<double>(o.expired) / static_cast<double>(o.planned);
  return {{"group", names.pass(row.pass)},
          {"pass_kind", names.pass_kind(row.pass)},
          {"events", row.events},
          {"bytes", row.bytes},
          {"redelivered", row.redelivered},
          {"to_read", to_json(o)},
          {"expired_share", expired},
          {"progress", row.progress()},
          {"began_ns", row.began},
          {"reads_from_ns", row.reads_from < 0 ? Json() : Json(row.reads_from)},
          {"finished", row.finished},
          {"never", row.never()},
          {"finished_at_ns", row.finished_at},
          {"events_per_second", row.events_per_second},
          {"mb_per_second", row.bytes_per_second / 1e6},
          {"inflow_per_second", row.inflow_per_second}};
}

Json to_json(const Names& names, const LedgerRow& row) {
  return {{"stream", names.stream(row.stream)},
          {"group", names.pass(row.pass)},
          {"lost", row.lost},
          {"redelivered", row.redelivered},
          {"log_duplicate", row.log_duplicate},
          {"reprocessed", row.reprocessed},
          {"out_of_order", row.out_of_order},
          {"phantom", row.phantom},
          {"corrupt", row.corrupt},
          {"foreign", row.foreign}};
}

Json to_json(const Names& names, const ProducerRow& row) {
  const double seconds = names.seconds(row.phase);
  const auto rate = [&](std::uint64_t n) { return seconds > 0 ? static_cast<double>(n) / seconds : 0; };
  return {{"stream", names.stream(row.stream)},
          {"phase", names.phase(row.phase)},
          {"planned", row.planned},
          {"sent", row.sent},
          {"acked", row.acked},
          {"not_persisted", row.not_persisted},
          {"possibly_persisted", row.possibly_persisted},
          {"refused", row.refused},
          {"not_sent_own", row.not_sent_own},
          {"not_sent_cluster", row.not_sent_cluster},
          {"queue_full", row.queue_full},
          {"bytes", row.bytes},
          {"offered_per_second", rate(row.planned)},
          {"sent_per_second", rate(row.sent)},
          {"acked_per_second", rate(row.acked)},
          {"mb_per_second", rate(row.bytes) / 1e6},
          {"own_delay", to_json(row.own_delay)},
          {"send_delay", to_json(row.send_delay)},
          {"service_latency", to_json(row.service_latency)},
          {"response_latency", to_json(row.response_latency)}};
}

Json to_json(const SloEvidence& e, const std::string& text) {
  return {{"slo", text},
          {"planned", e.planned},
          {"bad", e.unknown ? Json() : Json(e.bad)},
          {"bad_without_own", e.unknown ? Json() : Json(e.bad_without_own)},
          {"figure", to_json(e.figure)},
          {"count", e.count},
          {"share", e.unknown ? Json() : Json(e.share)},
          {"own_delay_ns", e.own_delay},
          {"hiccup_ns", e.hiccup}};
}

Json slos_json(const plan::Plan& plan, const Figures& figures) {
  const std::vector<plan::SloInstance> instances = plan::slo_instances(plan).instances;
  Json all = Json::array();
  for (std::size_t i = 0; i < std::min(instances.size(), figures.slos.size()); ++i) {
    all.push_back(to_json(figures.slos[i], plan::describe(plan, instances[i])));
  }
  return all;
}

Json validity_json(const Names& names, const Figures& figures) {
  Json receivers = Json::array(), not_sent = Json::array();
  for (const ReceiverRow& row : figures.receivers) {
    receivers.push_back({{"group", names.pass(row.pass)},
                         {"member", row.member},
                         {"bound_seconds", row.bound_seconds},
                         {"measured_seconds", row.measured_seconds},
                         {"most_waiting", row.most_waiting < 0 ? Json() : Json(row.most_waiting)},
                         {"full_seconds", row.full_seconds}});
  }
  for (const OwnNotSentRow& row : figures.own_not_sent) {
    not_sent.push_back({{"stream", names.stream(row.stream)},
                        {"phase", names.phase(row.phase)},
                        {"planned", row.planned},
                        {"not_sent_own", row.not_sent_own}});
  }
  return {{"receivers", receivers},
          {"own_not_sent", not_sent},
          {"hiccups", to_json(figures.hiccups)},
          {"negative_staleness", figures.negative_staleness},
          {"wall_step_ns", figures.wall_step}};
}

Json to_json(const Identity& id) {
  return {{"id", id.id},
          {"scenario", id.scenario},
          {"target", id.target},
          {"cluster_id", id.cluster_id},
          {"load_hash", id.load_hash},
          {"scenario_hash", id.scenario_hash},
          {"version", id.version},
          {"rdkafka", id.rdkafka},
          {"started", id.started},
          {"loopback", id.loopback},
          {"colocated", id.colocated}};
}

Json run_json(const Figures& figures) {
  return {{"ending", figures.ending},
          {"ended_at_ns", figures.ended_at},
          {"drained_in_ns", figures.drained_in},
          {"drain_complete", figures.drain_complete},
          {"start_took_ns", figures.start_took},
          {"lanes_proved", figures.lanes_proved},
          {"load_proof", figures.load_proof},
          {"slo_phases_complete", figures.slo_phases_complete}};
}

template <class Row>
Json rows_json(const Names& names, const std::vector<Row>& rows) {
  Json json = Json::array();
  for (const Row& row : rows) json.push_back(to_json(names, row));
  return json;
}

std::string ns_or_empty(Nanos ns) {
  return ns < 0 ? std::string() : fmt::format("{}", ns);
}

std::string timeline_csv(const Settled& settled) {
  const Names names(settled.plan);
  std::string out =
      "second,stream,group,phase,offered,sent,acked,visible,staleness_p50_ns,staleness_p99_ns,staleness_max_"
      "ns,"
      "freshness_lag_ns,consumer_lag_ns,offset_lag,over_bound_ns,reads,stale_reads,view_staleness_max_ns\n";
  for (const OffsetAndLag& row : settled.timeline) {
    const Nanos at = row.second * base::kSecond;
    std::string phase;
    for (const plan::Phase& p : settled.plan.phases) {
      if (at >= p.begin && at < p.end) phase = p.name;
    }
    fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                   row.second, names.stream(row.stream), names.pass(row.pass), phase, row.offered, row.sent,
                   row.acked, row.visible, ns_or_empty(row.staleness_p50), ns_or_empty(row.staleness_p99),
                   ns_or_empty(row.staleness_max), row.freshness_lag, row.consumer_lag,
                   row.offset_lag < 0 ? std::string() : fmt::format("{}", row.offset_lag), row.over_bound,
                   row.reads, row.stale_reads, ns_or_empty(row.view_staleness_max));
  }
  return out;
}

std::string worst_csv(const Settled& settled) {
  const Names names(settled.plan);
  std::string out =
      "stream,group,tier,staleness_ns,tau_ns,sent_ns,received_ns,visible_ns,partition,offset,lane,n,key\n";
  for (const measure::WorstEvent& e : settled.worst) {
    const Json tier = names.tier(e.stream, e.tier);
    fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                   names.stream(e.stream), names.pass(e.pass), tier.get<std::string>(), e.visible - e.tau,
                   e.tau, e.sent, e.received, e.visible, e.partition, e.offset, e.lane, e.n, e.key);
  }
  return out;
}

std::string events_jsonl(const Settled& settled) {
  std::string out;
  for (const Json& event : settled.events) {
    out += event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return out;
}

// All hosts' lines one after another (they are deltas), and what settling found out.
std::string intervals_log(const fs::path& folder, const Settled& settled) {
  std::string out = log_header();
  std::error_code code;
  std::vector<fs::path> hosts;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / kFactsFolder, code)) {
    hosts.push_back(entry.path());
  }
  std::sort(hosts.begin(), hosts.end());
  for (const fs::path& host : hosts) {
    const base::Result<std::string> log = read_file(host / kIntervalsFile);
    if (!log) continue;
    Lines lines(*log);
    for (std::string_view line; lines.next(line);) {
      if (line.starts_with("Tag=")) out.append(line).push_back('\n');
    }
  }
  return out + settled.settled_log;
}

}  // namespace

Json to_json(const Quantile& q) {
  static constexpr std::array<const char*, 3> kKinds{"exact", "at_least", "n/a"};
  Json json{{"p", q.p}, {"kind", kKinds[static_cast<std::size_t>(q.kind)]}};
  json["n"] = q.n;
  if (q.near_floor) json["near_floor"] = true;
  if (q.kind == Quantile::Kind::not_available) return json;
  json["ns"] = q.value;
  if (q.floor == Quantile::Kind::not_available) return json;
  json["sampling_floor"] = {{"low_ns", q.floor_low},
                            {"high_ns", q.floor_high},
                            {"high_kind", kKinds[static_cast<std::size_t>(q.floor)]}};
  return json;
}

Json figures_to_json(const plan::Plan& plan, const Figures& figures) {
  const Names names(plan);
  Json json = Json::object();
  json["schema_version"] = kSchemaVersion;
  json["identity"] = to_json(figures.identity);
  json["run"] = run_json(figures);
  json["slos"] = slos_json(plan, figures);
  json["staleness"] = rows_json(names, figures.staleness);
  json["noise_floor"] = rows_json(names, figures.noise_floor);
  json["steady"] = rows_json(names, figures.steady);
  json["budgets"] = rows_json(names, figures.budgets);
  json["tails"] = rows_json(names, figures.tails);
  json["lags"] = rows_json(names, figures.lags);
  json["disturbances"] = rows_json(names, figures.disturbances);
  json["replays"] = rows_json(names, figures.replays);
  json["resets"] = rows_json(names, figures.resets);
  json["isolation"] = rows_json(names, figures.isolation);
  json["isolation_loopback"] = rows_json(names, figures.isolation_loopback);
  json["commands"] = rows_json(names, figures.commands);
  json["faults"] = rows_json(names, figures.faults);
  json["fault_groups"] = rows_json(names, figures.fault_groups);
  json["offset_falls"] = rows_json(names, figures.offset_falls);
  json["group_changes"] = rows_json(names, figures.group_changes);
  json["moves"] = rows_json(names, figures.moves);
  json["over_bound"] = rows_json(names, figures.over_bound);
  json["views"] = rows_json(names, figures.views);
  json["decisions"] = rows_json(names, figures.decisions);
  json["critical_events"] = rows_json(names, figures.critical);
  json["ledgers"] = rows_json(names, figures.ledgers);
  json["producers"] = rows_json(names, figures.producers);
  json["clients"] = rows_json(names, figures.clients);
  json["durability"] = rows_json(names, figures.durability);
  json["payloads"] = rows_json(names, figures.payloads);
  json["host"] = to_json(figures.host);
  json["validity"] = validity_json(names, figures);
  json["damage"] = figures.damage;
  return json;
}

base::Status write_summary(const fs::path& folder, const Settled& settled, const Json& verdict) {
  Json summary = figures_to_json(settled.plan, settled.figures);
  summary["verdict"] = verdict;
  if (const std::string csv = isolation_csv(settled.plan, settled.figures); !csv.empty()) {
    if (base::Status written = replace_file(folder / kIsolationFile, csv); !written) return written;
  }
  const std::string text = summary.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  for (const auto& [name, content] :
       {std::pair(kTimelineFile, timeline_csv(settled)), std::pair(kWorstFile, worst_csv(settled)),
        std::pair(kDisturbancesFile, disturbances_csv(settled)),
        std::pair(kEventsFile, events_jsonl(settled)),
        std::pair(kIntervalsFile, intervals_log(folder, settled)),
        // the last one: where it is, the others are
        std::pair(kSummaryFile, text)}) {
    if (base::Status written = replace_file(folder / name, content); !written) return written;
  }
  return base::Ok{};
}

}  // namespace freshet::results
