#include "harness/results/isolation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "harness/results/quantile.h"
#include "harness/results/summary_rows.h"

namespace freshet::results {
namespace {

using measure::Histogram;

constexpr double kPercentile = 0.99;

// What a percentile over the events of some windows ranks.
struct Windows {
  Histogram visible, ages;
  void add(const Settling& s, const IsolationRow& row, int phase) {
    const auto stream = static_cast<std::size_t>(row.stream), pass = static_cast<std::size_t>(row.pass);
    visible.merge(s.distributions.merged(static_cast<std::uint16_t>(stream), static_cast<std::uint16_t>(pass),
                                         -1, measure::Measure::staleness, phase));
    ages.merge(s.sums.ages(stream, pass, -1, phase));
  }
  Quantile p99() const { return quantile(kPercentile, {&visible, &ages}); }
};

OffAndOn compared(const Windows& off, const Windows& on) {
  OffAndOn both{off.p99(), on.p99(), {}};
  both.index = ratio_of(both.on, both.off);
  return both;
}

// The longest of the window's passes. One that was cut off by the run's end has read until then.
double replayed_in(const Settling& s, std::size_t phase) {
  const plan::Phase& window = s.plan.phases[phase];
  double most = 0;
  for (std::size_t r = 0; r < s.plan.replays.size(); ++r) {
    const PassSpan& span = s.spans[r];
    if (s.plan.replays[r].phase != phase || span.reads_from < 0) continue;
    const Nanos read = std::min(span.ended, window.end) - span.reads_from;
    most = std::max(most, static_cast<double>(read) / static_cast<double>(window.end - window.begin));
  }
  return most;
}

IsolationRow row_of(const Settling& s, const std::string& schedule, std::size_t stream, std::size_t pass) {
  IsolationRow row{.schedule = schedule, .stream = static_cast<int>(stream), .pass = static_cast<int>(pass)};
  Windows all_off, all_on;
  std::size_t whole = 0;
  int off_phase = -1;
  for (std::size_t phase = 0; phase < s.plan.phases.size(); ++phase) {
    if (s.plan.phases[phase].isolation != schedule) continue;
    if (!s.plan.phases[phase].isolation_on) {
      off_phase = static_cast<int>(phase);
      continue;
    }
    if (off_phase < 0) continue;
    Windows off, on;
    off.add(s, row, off_phase);
    on.add(s, row, static_cast<int>(phase));
    IsolationPair pair;
    static_cast<OffAndOn&>(pair) = compared(off, on);
    pair.off_phase = std::exchange(off_phase, -1);
    pair.on_phase = static_cast<int>(phase);
    pair.replayed = replayed_in(s, phase);
    if (pair.index.kind != Ratio::Kind::not_available) {
      ++whole;
      all_off.add(s, row, pair.off_phase);
      all_on.add(s, row, pair.on_phase);
    }
    row.pairs.push_back(pair);
  }
  if (whole >= IsolationRow::kFewestPairs) row.all = compared(all_off, all_on);
  return row;
}

std::vector<std::string> schedules_of(const plan::Plan& plan) {
  std::vector<std::string> names;
  for (const plan::Phase& phase : plan.phases) {
    if (!phase.isolation.empty() && (names.empty() || names.back() != phase.isolation))
      names.push_back(phase.isolation);
  }
  return names;
}

Json compared_json(const OffAndOn& compared) {
  static constexpr std::array<const char*, 3> kKinds{"exact", "at_least", "n/a"};
  Json index{{"kind", kKinds[static_cast<std::size_t>(compared.index.kind)]}};
  if (compared.index.kind != Ratio::Kind::not_available) index["value"] = compared.index.value;
  return {{"off", to_json(compared.off)}, {"on", to_json(compared.on)}, {"index", std::move(index)}};
}

std::string ns_of(const Quantile& q) {
  if (q.kind == Quantile::Kind::not_available) return ",";
  return fmt::format("{},{}", q.kind == Quantile::Kind::exact ? "exact" : "at_least", q.value);
}

std::string ratio_text(const Ratio& ratio) {
  if (ratio.kind == Ratio::Kind::not_available) return ",";
  return fmt::format("{},{:.6g}", ratio.kind == Ratio::Kind::exact ? "exact" : "at_least", ratio.value);
}

void add_line(std::string& out, const plan::Plan& plan, const char* log, const IsolationRow& row,
              const std::string& pair, const std::string& windows, const OffAndOn& figures,
              const std::string& replayed) {
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{},{},{},{}\n", log, row.schedule,
                 plan.streams[static_cast<std::size_t>(row.stream)].name,
                 plan.groups[static_cast<std::size_t>(row.pass)].name, pair, windows, ns_of(figures.off),
                 ns_of(figures.on), ratio_text(figures.index), replayed);
}

void add_rows(std::string& out, const plan::Plan& plan, const char* log,
              const std::vector<IsolationRow>& rows) {
  for (const IsolationRow& row : rows) {
    for (std::size_t i = 0; i < row.pairs.size(); ++i) {
      const IsolationPair& pair = row.pairs[i];
      add_line(out, plan, log, row, std::to_string(i + 1),
               plan.phases[static_cast<std::size_t>(pair.off_phase)].name + "," +
                   plan.phases[static_cast<std::size_t>(pair.on_phase)].name,
               pair, fmt::format("{:.4f}", pair.replayed));
    }
    add_line(out, plan, log, row, "all", ",", row.all, "");
  }
}

}  // namespace

Json to_json(const Names& names, const IsolationRow& row) {
  Json pairs = Json::array();
  for (const IsolationPair& pair : row.pairs) {
    Json json = compared_json(pair);
    json["off_window"] = names.phase(pair.off_phase);
    json["on_window"] = names.phase(pair.on_phase);
    json["replayed"] = pair.replayed;
    pairs.push_back(std::move(json));
  }
  Json json = compared_json(row.all);
  json["schedule"] = row.schedule;
  json["class"] = names.klass(row.stream);
  json["stream"] = names.stream(row.stream);
  json["group"] = names.pass(row.pass);
  json["pairs"] = std::move(pairs);
  return json;
}

Ratio ratio_of(const Quantile& on, const Quantile& off) {
  if (off.kind != Quantile::Kind::exact || on.kind == Quantile::Kind::not_available || off.value <= 0)
    return {};
  return {on.kind == Quantile::Kind::exact ? Ratio::Kind::exact : Ratio::Kind::at_least,
          static_cast<double>(on.value) / static_cast<double>(off.value)};
}

std::vector<IsolationRow> isolation_rows(const Settling& s) {
  std::vector<IsolationRow> rows;
  for (const std::string& schedule : schedules_of(s.plan)) {
    for (std::size_t pass = 0; pass < s.plan.groups.size(); ++pass) {
      for (const plan::GroupStream& read : s.plan.groups[pass].streams)
        rows.push_back(row_of(s, schedule, read.stream, pass));
    }
  }
  return rows;
}

std::string isolation_csv(const plan::Plan& plan, const Figures& figures) {
  if (figures.isolation.empty()) return "";
  std::string out =
      "log,schedule,stream,group,pair,off_window,on_window,off_kind,off_p99_ns,on_kind,on_p99_ns,index_kind,"
      "index,replayed\n";
  add_rows(out, plan, "target", figures.isolation);
  add_rows(out, plan, "loopback", figures.isolation_loopback);
  return out;
}

}  // namespace freshet::results
