#include "reports/compare_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.h"
#include "reports/names.h"

namespace freshet::reports {
namespace {

using results::Quantile;
using Kind = Quantile::Kind;

std::string phase_of(const plan::Plan& plan, int phase) {
  return phase < 0 ? "" : plan.phases[static_cast<std::size_t>(phase)].name;
}

Quantile known(Kind kind, base::Nanos value) {
  Quantile figure;
  figure.kind = kind;
  figure.value = value;
  return figure;
}

ComparedFigures figures_of(const results::Figures& figures, const results::StalenessRow& row) {
  const auto same = [&](const auto& other) {
    return other.stream == row.stream && other.pass == row.pass && other.phase == row.phase;
  };
  ComparedFigures found{&row, {}, {}, {}};
  if (const auto lag = std::ranges::find_if(figures.lags, same); lag != figures.lags.end()) {
    found.freshness_lag = known(Kind::exact, lag->freshness);
    found.consumer_lag = known(Kind::exact, lag->consumer);
  }
  const auto fresh = std::ranges::find_if(figures.disturbances, same);
  if (fresh != figures.disturbances.end())
    found.time_to_fresh = known(fresh->reached ? Kind::exact : Kind::at_least, fresh->time_to_fresh);
  return found;
}

std::vector<std::string> phases_of(const std::vector<ComparedRow>& rows) {
  std::vector<std::string> phases;
  for (const ComparedRow& row : rows) {
    if (std::ranges::find(phases, row.phase) == phases.end()) phases.push_back(row.phase);
  }
  return phases;
}

// What a table tells of a run's figures: `figures` are compared, `more` are not.
struct Told {
  std::vector<Quantile> figures;
  std::vector<std::string> words, more;
};

Told told_staleness(const ComparedFigures& one) {
  return {one.staleness->quantiles,
          cells(one.staleness->quantiles),
          {share_cell(one.staleness->bad, one.staleness->outcomes.planned)}};
}

Told told_lags(const ComparedFigures& one) {
  return {{one.freshness_lag, one.consumer_lag}, {cell(one.freshness_lag), cell(one.consumer_lag)}, {}};
}

Told told_lags_and_fresh(const ComparedFigures& one) {
  const Quantile& fresh = one.time_to_fresh;
  // Not reached is longer than that, not as long (D1).
  const std::string after =
      fresh.kind == Kind::at_least ? "> " + base::format_duration(fresh.value) : cell(fresh);
  return {{one.freshness_lag, one.consumer_lag, fresh},
          {cell(one.freshness_lag), cell(one.consumer_lag), after},
          {}};
}

template <class F>
void add_lines(ComparedTable& table, const ComparedRow& row, F&& told_of) {
  const std::string of = fmt::format("{} at {}", row.klass, row.group);
  std::vector<Told> told(row.runs.size());
  for (std::size_t i = 0; i < row.runs.size(); ++i) {
    if (!row.runs[i].staleness) continue;
    told[i] = told_of(row.runs[i]);
    std::vector<std::string> cells = told[i].words;
    cells.insert(cells.end(), told[i].more.begin(), told[i].more.end());
    table.lines.push_back({of, letter_of(i), std::move(cells)});
  }
  for (std::size_t i = 1; i < row.runs.size(); ++i) {
    if (!row.runs[0].staleness || !row.runs[i].staleness) continue;
    std::vector<std::string> cells;
    for (std::size_t q = 0; q < std::min(told[0].figures.size(), told[i].figures.size()); ++q)
      cells.push_back(difference_words(difference(told[0].figures[q], told[i].figures[q])));
    cells.resize(cells.size() + told[0].more.size());
    table.lines.push_back({of, letter_of(i) + " - a", std::move(cells)});
  }
}

}  // namespace

Difference difference(const Quantile& first, const Quantile& other) {
  if (first.kind == Kind::not_available || other.kind == Kind::not_available) return {};
  const base::Nanos ns = other.value - first.value;
  if (first.kind == Kind::exact && other.kind == Kind::exact) return {Difference::Kind::exact, ns};
  if (first.kind == Kind::exact) return {Difference::Kind::at_least, ns};
  if (other.kind == Kind::exact) return {Difference::Kind::at_most, ns};
  return {};
}

std::string side_of(const Difference& difference) {
  if (difference.kind == Difference::Kind::at_least) return "≥";
  return difference.kind == Difference::Kind::at_most ? "≤" : "";
}

std::string difference_words(const Difference& difference) {
  if (difference.kind == Difference::Kind::not_available) return "n/a";
  const std::string sign = difference.ns > 0 ? "+" : difference.ns < 0 ? "-" : "";
  return side_of(difference) + sign +
         base::format_duration(difference.ns < 0 ? -difference.ns : difference.ns);
}

std::string letter_of(std::size_t run) {
  return run < 26 ? std::string(1, static_cast<char>('a' + run)) : fmt::format("{}", run + 1);
}

std::string run_line(std::size_t index, const ComparedRun& run) {
  const results::Identity& id = run.settled.figures.identity;
  return fmt::format("{} = {}: {} on {}, started {}, load {}; {}", letter_of(index), run.folder, id.scenario,
                     id.target, id.started, id.load_hash, run.verdict.reason);
}

std::vector<ComparedRow> compared_rows(const std::vector<ComparedRun>& runs) {
  std::vector<ComparedRow> rows;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const plan::Plan& plan = runs[i].settled.plan;
    for (const results::StalenessRow& row : runs[i].settled.figures.staleness) {
      const bool measured = row.phase < 0 || plan.phases[static_cast<std::size_t>(row.phase)].measured();
      if (row.tier != -1 || row.outcomes.planned == 0 || !measured) continue;
      const std::string klass = class_name(plan, row.stream), group = pass_name(plan, row.pass),
                        phase = phase_of(plan, row.phase);
      const auto same = [&](const ComparedRow& other) {
        return other.klass == klass && other.group == group && other.phase == phase;
      };
      auto found = std::ranges::find_if(rows, same);
      if (found == rows.end())
        found = rows.insert(rows.end(), {klass, group, phase, std::vector<ComparedFigures>(runs.size())});
      found->runs[i] = figures_of(runs[i].settled.figures, row);
    }
  }
  return rows;
}

std::vector<ComparedTable> compared_tables(const std::vector<ComparedRun>& runs) {
  const std::vector<ComparedRow> rows = compared_rows(runs);
  std::vector<ComparedTable> tables;
  for (const std::string& phase : phases_of(rows)) {
    const std::string where = phase.empty() ? "the measured phases together" : phase;
    ComparedTable staleness{phase, "Staleness, " + where, kQuantileHeads, {}};
    staleness.heads.emplace_back("bad");
    ComparedTable lags{phase, "Highest lag, " + where, {"freshness lag", "consumer lag"}, {}};
    const bool disturbs = std::ranges::any_of(rows, [&](const ComparedRow& row) {
      return row.phase == phase && std::ranges::any_of(row.runs, [](const ComparedFigures& one) {
               return one.time_to_fresh.kind != Kind::not_available;
             });
    });
    if (disturbs) lags.heads.emplace_back("time to fresh");
    for (const ComparedRow& row : rows) {
      if (row.phase != phase) continue;
      add_lines(staleness, row, told_staleness);
      add_lines(lags, row, disturbs ? told_lags_and_fresh : told_lags);
    }
    tables.push_back(std::move(staleness));
    tables.push_back(std::move(lags));
  }
  return tables;
}

}  // namespace freshet::reports
