#include "reports/compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.h"
#include "reports/markup.h"
#include "reports/names.h"
#include "reports/terminal.h"

namespace freshet::reports {
namespace {

using Kind = results::Quantile::Kind;

// "a", "b" … "z", "27"
std::string letter(std::size_t run) {
  return run < 26 ? std::string(1, static_cast<char>('a' + run)) : fmt::format("{}", run + 1);
}

std::string phase_of(const plan::Plan& plan, int phase) {
  return phase < 0 ? "" : plan.phases[static_cast<std::size_t>(phase)].name;
}

std::string run_line(std::size_t index, const ComparedRun& run) {
  const results::Identity& id = run.settled.figures.identity;
  return fmt::format("{} = {}: {} on {}, started {}, load {}; {}", letter(index), run.folder, id.scenario,
                     id.target, id.started, id.load_hash, run.verdict.reason);
}

// A row of a table, whatever draws it. No cells: a heading.
struct Line {
  std::string label;
  std::vector<std::string> cells;
  int indent = 1;
};

std::vector<Line> lines_of(const ComparedStaleness& row) {
  std::vector<Line> lines = {{fmt::format("{} at {}", row.klass, row.group), {}, 1}};
  for (std::size_t i = 0; i < row.runs.size(); ++i) {
    if (!row.runs[i]) continue;
    std::vector<std::string> texts = cells(row.runs[i]->quantiles);
    texts.push_back(share_cell(row.runs[i]->bad, row.runs[i]->outcomes.planned));
    lines.push_back({letter(i), std::move(texts), 2});
  }
  for (std::size_t i = 1; i < row.runs.size(); ++i) {
    if (!row.runs[0] || !row.runs[i]) continue;
    const auto &first = row.runs[0]->quantiles, &other = row.runs[i]->quantiles;
    Line line{fmt::format("{} - a", letter(i)), {}, 2};
    for (std::size_t q = 0; q < std::min(first.size(), other.size()); ++q)
      line.cells.push_back(difference_words(difference(first[q], other[q])));
    line.cells.emplace_back();
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string title_of(const std::string& phase) {
  return "Staleness, " + (phase.empty() ? "the measured phases together" : phase);
}

std::vector<std::string> heads() {
  std::vector<std::string> heads = kQuantileHeads;
  heads.emplace_back("bad");
  return heads;
}

std::vector<std::string> phases_of(const std::vector<ComparedStaleness>& rows) {
  std::vector<std::string> phases;
  for (const ComparedStaleness& row : rows) {
    if (std::ranges::find(phases, row.phase) == phases.end()) phases.push_back(row.phase);
  }
  return phases;
}

bool judged(const judge::Verdict& verdict) {
  return verdict.outcome == judge::Outcome::pass || verdict.outcome == judge::Outcome::fail;
}

}  // namespace

Difference difference(const results::Quantile& first, const results::Quantile& other) {
  if (first.kind == Kind::not_available || other.kind == Kind::not_available) return {};
  const base::Nanos ns = other.value - first.value;
  if (first.kind == Kind::exact && other.kind == Kind::exact) return {Difference::Kind::exact, ns};
  if (first.kind == Kind::exact) return {Difference::Kind::at_least, ns};
  if (other.kind == Kind::exact) return {Difference::Kind::at_most, ns};
  return {};
}

std::string difference_words(const Difference& difference) {
  if (difference.kind == Difference::Kind::not_available) return "n/a";
  const std::string sign = difference.ns > 0 ? "+" : difference.ns < 0 ? "-" : "";
  const std::string side = difference.kind == Difference::Kind::at_least  ? "≥"
                           : difference.kind == Difference::Kind::at_most ? "≤"
                                                                          : "";
  return side + sign + base::format_duration(difference.ns < 0 ? -difference.ns : difference.ns);
}

std::vector<ComparedStaleness> compared_staleness(const std::vector<ComparedRun>& runs) {
  std::vector<ComparedStaleness> rows;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const plan::Plan& plan = runs[i].settled.plan;
    for (const results::StalenessRow& row : runs[i].settled.figures.staleness) {
      const bool measured = row.phase < 0 || plan.phases[static_cast<std::size_t>(row.phase)].measured();
      if (row.tier != -1 || row.outcomes.planned == 0 || !measured) continue;
      const std::string klass = class_name(plan, row.stream), group = pass_name(plan, row.pass),
                        phase = phase_of(plan, row.phase);
      const auto same = [&](const ComparedStaleness& other) {
        return other.klass == klass && other.group == group && other.phase == phase;
      };
      auto found = std::ranges::find_if(rows, same);
      if (found == rows.end())
        found = rows.insert(rows.end(),
                            {klass, group, phase, std::vector<const results::StalenessRow*>(runs.size())});
      found->runs[i] = &row;
    }
  }
  return rows;
}

bool same_load(const std::vector<ComparedRun>& runs) {
  return std::ranges::all_of(runs, [&](const ComparedRun& run) {
    return run.settled.figures.identity.load_hash == runs[0].settled.figures.identity.load_hash;
  });
}

std::vector<std::string> comparison_caveats(const std::vector<ComparedRun>& runs) {
  std::vector<std::string> caveats;
  if (!same_load(runs))
    caveats.emplace_back(
        "DIFFERENT LOADS: these runs did not send the same events, so a difference may be the load's");
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!judged(runs[i].verdict))
      caveats.push_back(fmt::format("{} deserves no trust: {}", letter(i), runs[i].verdict.reason));
    if (const std::string line = caveat(runs[i].settled.figures.identity); !line.empty())
      caveats.push_back(fmt::format("{}: {}", letter(i), line));
  }
  caveats.push_back(fmt::format(
      "{} single runs are an anecdote: the same cluster twice differs, too. Evidence would be at least five "
      "runs on each target, taken in turn (a b b a …), and an interval of the difference that excludes zero",
      runs.size() == 2 ? "Two" : fmt::format("{}", runs.size())));
  return caveats;
}

std::string comparison(const std::vector<ComparedRun>& runs, const Style& style) {
  std::string text;
  for (const std::string& line : comparison_caveats(runs))
    text += wrapped(painted(line, Paint::warning, style), 2, style);
  text += "\n";
  for (std::size_t i = 0; i < runs.size(); ++i) text += wrapped(run_line(i, runs[i]), 4, style);
  const std::vector<ComparedStaleness> rows = compared_staleness(runs);
  for (const std::string& phase : phases_of(rows)) {
    Table table(title_of(phase), heads());
    for (const ComparedStaleness& row : rows) {
      if (row.phase != phase) continue;
      for (const Line& line : lines_of(row)) {
        if (line.cells.empty()) {
          table.heading(line.label, line.indent);
        } else {
          table.row(line.label, line.cells, line.indent);
        }
      }
    }
    text += "\n" + table.text(style);
  }
  return text;
}

std::string comparison_markdown(const std::vector<ComparedRun>& runs) {
  std::string text = "### Runs compared\n\n";
  for (const std::string& line : comparison_caveats(runs)) text += "- **" + markdown_text(line) + "**\n";
  for (std::size_t i = 0; i < runs.size(); ++i) text += "- " + markdown_text(run_line(i, runs[i])) + "\n";
  const std::vector<ComparedStaleness> rows = compared_staleness(runs);
  for (const std::string& phase : phases_of(rows)) {
    text += "\n| " + markdown_text(title_of(phase));
    std::string rule = "|---|";
    for (const std::string& head : heads()) {
      text += " | " + head;
      rule += "--:|";
    }
    text += " |\n" + rule + "\n";
    for (const ComparedStaleness& row : rows) {
      if (row.phase != phase) continue;
      std::string of;
      for (const Line& line : lines_of(row)) {
        if (line.cells.empty()) {
          of = line.label;
          continue;
        }
        text += "| " + markdown_text(of + ": " + line.label);
        for (const std::string& cell : line.cells) text += " | " + markdown_text(cell);
        text += " |\n";
      }
    }
  }
  return text;
}

}  // namespace freshet::reports
