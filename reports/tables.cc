#include "reports/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "harness/base/text.h"
#include "harness/judge/slo.h"
#include "reports/names.h"

namespace freshet::reports {
namespace {

using base::format_count;
using base::format_duration;
using results::Figures;
using results::Settled;
using results::StalenessRow;

std::vector<std::string> with(std::vector<std::string> heads, std::initializer_list<const char*> more) {
  heads.insert(heads.end(), more.begin(), more.end());
  return heads;
}

std::string at_group(const plan::Plan& plan, int stream, int pass) {
  return class_name(plan, stream) + " at " + pass_name(plan, pass);
}

// The bounds of a class may differ by group (E9): then each group's line says its own.
bool one_bound(const Figures& figures, int stream) {
  base::Nanos bound = -1;
  for (const StalenessRow& row : figures.staleness) {
    if (row.stream != stream) continue;
    if (bound >= 0 && row.bound != bound) return false;
    bound = row.bound;
  }
  return true;
}

void add_staleness_row(Table& table, const StalenessRow& row, const std::string& label, int indent) {
  std::vector<std::string> figures = cells(row.quantiles);
  figures.push_back(share_cell(row.bad, row.outcomes.planned));
  figures.push_back(format_count(row.outcomes.planned));
  table.row(label, std::move(figures), indent, row.tier >= 0 ? Paint::dim : Paint::plain);
}

// What the same load showed on the loopback log just before.
void add_floor(Table& table, const Figures& figures, const StalenessRow& row) {
  for (const results::FloorRow& floor : figures.noise_floor) {
    if (floor.stream != row.stream || floor.pass != row.pass) continue;
    std::vector<std::string> figures_of = cells(floor.quantiles);
    figures_of.emplace_back();
    figures_of.push_back(floor.quantiles.empty() ? "" : format_count(floor.quantiles.front().n));
    table.row("noise floor", std::move(figures_of), 3, Paint::dim);
  }
}

std::string staleness_table(const Settled& settled, int phase, const Style& style) {
  const plan::Plan& plan = settled.plan;
  Table table("Staleness, " + phase_name(plan, phase), with(kQuantileHeads, {"bad", "events"}));
  std::vector<StalenessRow> rows = settled.figures.staleness;
  std::stable_sort(rows.begin(), rows.end(),
                   [](const StalenessRow& a, const StalenessRow& b) { return a.stream < b.stream; });
  int stream = -1;
  for (const StalenessRow& row : rows) {
    if (row.phase != phase || row.outcomes.planned == 0) continue;
    const bool shared = one_bound(settled.figures, row.stream);
    if (row.stream != stream) {
      stream = row.stream;
      table.heading(class_name(plan, stream) + (shared ? ", bound " + judge::bound_words(row.bound) : ""), 1);
    }
    std::string label = row.tier >= 0 ? tier_name(plan, row.stream, row.tier) : pass_name(plan, row.pass);
    if (row.tier < 0 && !shared) label += " <= " + judge::bound_words(row.bound);
    add_staleness_row(table, row, label, row.tier >= 0 ? 3 : 2);
    if (phase < 0 && row.tier < 0) add_floor(table, settled.figures, row);
  }
  return table.empty() ? "" : table.text(style);
}

// Of all tables: a figure of which half and more may be the harness's own.
std::string floor_note(const Figures& figures, const Style& style) {
  const bool any = std::ranges::any_of(figures.staleness, [](const StalenessRow& row) {
    return std::ranges::any_of(row.quantiles, &results::Quantile::near_floor);
  });
  if (!any) return "";
  return wrapped(
      "  *: within twice the noise floor: half of it and more may be the harness's own (and the "
      "scenario's service times).",
      2, style);
}

std::vector<std::string> counted_cells(const std::vector<results::Quantile>& quantiles) {
  std::vector<std::string> row = cells(quantiles);
  row.push_back(quantiles.empty() ? "" : format_count(quantiles.front().n));
  return row;
}

std::string mean_words(double ns) {
  return format_duration(static_cast<base::Nanos>(ns));
}

std::string partition_and_second(const results::LagRow& row) {
  if (row.partition < 0 || row.freshness == 0) return "";
  return fmt::format("{} at {} s", row.partition, row.second);
}

std::string lag_table(const Settled& settled, int phase, const Style& style) {
  const std::string where =
      phase < 0 ? "measured phases" : settled.plan.phases[static_cast<std::size_t>(phase)].name;
  Table table("Highest lag, " + where, {"freshness", "partition", "consumer", "offset", "unknown"});
  for (const results::LagRow& row : settled.figures.lags) {
    if (row.phase != phase) continue;
    table.row(at_group(settled.plan, row.stream, row.pass),
              {format_duration(row.freshness), partition_and_second(row), format_duration(row.consumer),
               row.offset < 0 ? "n/a" : format_count(static_cast<std::uint64_t>(row.offset)),
               row.unknown_seconds == 0 ? "" : fmt::format("{} s", row.unknown_seconds)});
  }
  return table.empty() ? "" : table.text(style);
}

// A column of counts; one that is not `always` shown is left out when it is 0 in every row.
template <class T>
struct Count {
  const char* head;
  std::uint64_t T::*count;
  bool always;
};

template <class T>
struct Counted {
  std::string label;
  const T* counts;
};

template <class T>
std::string counts_table(const std::string& title, std::span<const Count<T>> counts,
                         const std::vector<Counted<T>>& rows, const Style& style) {
  std::vector<std::string> heads;
  std::vector<const Count<T>*> shown;
  for (const Count<T>& count : counts) {
    const auto counted = [&](const Counted<T>& row) { return row.counts->*count.count > 0; };
    if (!count.always && std::none_of(rows.begin(), rows.end(), counted)) continue;
    heads.emplace_back(count.head);
    shown.push_back(&count);
  }
  Table table(title, heads);
  for (const Counted<T>& row : rows) {
    std::vector<std::string> texts;
    for (const Count<T>* count : shown) texts.push_back(format_count(row.counts->*(count->count)));
    table.row(row.label, std::move(texts));
  }
  return table.empty() ? "" : table.text(style);
}

// The measured seconds of the plan that the run reached.
double measured_seconds(const Settled& settled) {
  base::Nanos sum = 0;
  const bool whole = settled.figures.ending == "complete";
  for (const plan::Phase& phase : settled.plan.phases) {
    if (!phase.measured()) continue;
    const base::Nanos end = whole ? phase.end : std::min(phase.end, settled.figures.ended_at);
    sum += std::max<base::Nanos>(0, end - phase.begin);
  }
  return static_cast<double>(sum) / static_cast<double>(base::kSecond);
}

}  // namespace

std::string staleness_tables(const Settled& settled, const Style& style) {
  std::string text = staleness_table(settled, -1, style);
  for (std::size_t p = 0; p < settled.plan.phases.size(); ++p) {
    if (!settled.plan.phases[p].disturbance()) continue;
    const std::string table = staleness_table(settled, static_cast<int>(p), style);
    if (!table.empty()) text += (text.empty() ? "" : "\n") + table;
  }
  return text + floor_note(settled.figures, style);
}

std::string tail_table(const Settled& settled, const Style& style) {
  Table table("What the slowest 1 % waited for, mean", {"send", "in log", "apply", "events"});
  for (const results::TailRow& row : settled.figures.tails) {
    if (row.events == 0) continue;
    table.row(at_group(settled.plan, row.stream, row.pass),
              {mean_words(row.send), mean_words(row.log), mean_words(row.apply), format_count(row.events)});
  }
  return table.empty() ? "" : table.text(style);
}

std::string lag_tables(const Settled& settled, const Style& style) {
  std::string text = lag_table(settled, -1, style);
  for (std::size_t p = 0; p < settled.plan.phases.size(); ++p) {
    if (!settled.plan.phases[p].disturbance()) continue;
    const std::string table = lag_table(settled, static_cast<int>(p), style);
    if (!table.empty()) text += (text.empty() ? "" : "\n") + table;
  }
  return text;
}

namespace {

std::string pass_end(const results::ReplayRow& row) {
  if (row.finished) return "after " + format_duration(row.finished_at - row.began);
  if (row.never()) return "never";
  return "not finished";
}

}  // namespace

std::string replay_table(const Settled& settled, const Style& style) {
  Table table("Passes beside the live groups",
              {"rate", "throughput", "inflow", "had to read", "done", "expired", "again", "caught up"});
  for (const results::ReplayRow& row : settled.figures.replays) {
    const auto kind =
        settled.plan.replays[static_cast<std::size_t>(row.pass) - settled.plan.groups.size()].kind;
    const results::Outcomes& o = row.outcomes;
    table.row(fmt::format("{} ({})", pass_name(settled.plan, row.pass), plan::word_of(kind)),
              {base::format_rate(row.events_per_second), base::format_bytes(row.bytes_per_second) + "/s",
               base::format_rate(row.inflow_per_second), format_count(o.planned),
               share_cell(o.planned - o.undelivered, o.planned), share_cell(o.expired, o.planned),
               row.redelivered == 0 ? "" : format_count(row.redelivered), pass_end(row)},
              1, row.finished ? Paint::plain : Paint::bad);
  }
  return table.empty() ? "" : table.text(style);
}

std::string outcome_table(const Settled& settled, const Style& style) {
  using results::Outcomes;
  static constexpr Count<Outcomes> kCounts[] = {
      {"planned", &Outcomes::planned, true},
      {"visible", &Outcomes::visible, true},
      {"superseded", &Outcomes::superseded, false},
      {"expired", &Outcomes::expired, false},
      {"lost", &Outcomes::lost, false},
      {"undelivered", &Outcomes::undelivered, false},
      {"aborted", &Outcomes::aborted, false},
      {"failed", &Outcomes::failed, false},
      {"indeterminate", &Outcomes::indeterminate, false},
      {"own not sent", &Outcomes::not_sent_own, false},
      {"not sent", &Outcomes::not_sent_cluster, false},
      {"unclassified", &Outcomes::unclassified, false},
      {"phantom", &Outcomes::phantom, false},
  };
  std::vector<Counted<Outcomes>> rows;
  for (const StalenessRow& row : settled.figures.staleness) {
    if (row.phase >= 0 || row.tier >= 0) continue;
    rows.push_back({at_group(settled.plan, row.stream, row.pass), &row.outcomes});
  }
  return counts_table<Outcomes>("Outcome of planned events", kCounts, rows, style);
}

std::string ledger_table(const Settled& settled, const Style& style) {
  using results::LedgerRow;
  static constexpr Count<LedgerRow> kCounts[] = {
      {"lost", &LedgerRow::lost, true},
      {"log duplicate", &LedgerRow::log_duplicate, true},
      {"redelivered", &LedgerRow::redelivered, false},
      {"reprocessed", &LedgerRow::reprocessed, false},
      {"out of order", &LedgerRow::out_of_order, true},
      {"phantom", &LedgerRow::phantom, false},
      {"corrupt", &LedgerRow::corrupt, false},
      {"foreign", &LedgerRow::foreign, false},
  };
  std::vector<Counted<LedgerRow>> rows;
  for (const LedgerRow& row : settled.figures.ledgers) {
    rows.push_back({at_group(settled.plan, row.stream, row.pass), &row});
  }
  return counts_table<LedgerRow>("Ledger, the whole run", kCounts, rows, style);
}

std::string producing_tables(const Settled& settled, const Style& style) {
  const double seconds = measured_seconds(settled);
  Table volume("Producing, measured phases",
               {"planned", "sent", "acked", "rate", "throughput", "queue full"});
  Table delay("Delay of producing", with(kQuantileHeads, {"events"}));
  for (const results::ProducerRow& row : settled.figures.producers) {
    if (row.phase >= 0) continue;
    const std::string name = class_name(settled.plan, row.stream);
    const double rate = seconds > 0 ? static_cast<double>(row.sent) / seconds : 0;
    const double bytes = seconds > 0 ? static_cast<double>(row.bytes) / seconds : 0;
    volume.row(name, {format_count(row.planned), format_count(row.sent), format_count(row.acked),
                      base::format_rate(rate), base::format_bytes(bytes) + "/s",
                      row.queue_full == 0 ? "" : format_count(row.queue_full)});
    delay.heading(name, 1);
    delay.row("own send delay", counted_cells(row.own_delay), 2);
    delay.row("send delay", counted_cells(row.send_delay), 2);
    delay.row("service latency", counted_cells(row.service_latency), 2);
    delay.row("response latency", counted_cells(row.response_latency), 2);
  }
  return volume.empty() ? "" : volume.text(style) + "\n" + delay.text(style);
}

}  // namespace freshet::reports
