#include "reports/read_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.h"
#include "harness/judge/slo.h"
#include "reports/names.h"

namespace freshet::reports {
namespace {

using base::format_count;
using base::format_duration;
using results::DecisionRow;
using results::Settled;
using results::ViewRow;

std::string read_name(const plan::Plan& plan, int read) {
  const plan::Read& r = plan.reads[static_cast<std::size_t>(read)];
  return r.name + " at " + plan.groups[r.group].name;
}

std::string view_table(const Settled& settled, int phase, const Style& style) {
  std::vector<std::string> heads = kQuantileHeads;
  heads.insert(heads.end(), {"mean", "stale"});
  Table table("View staleness at reads, " + phase_name(settled.plan, phase), heads);
  int read = -1;
  for (const ViewRow& row : settled.figures.views) {
    if (row.phase != phase || row.reads == 0) continue;
    if (row.read != read) {
      read = row.read;
      table.heading(fmt::format("{}, {} reads", read_name(settled.plan, read), format_count(row.reads)), 1);
    }
    std::vector<std::string> figures = cells(row.quantiles);
    figures.push_back(row.done == 0 ? "n/a" : format_duration(static_cast<base::Nanos>(row.mean)));
    figures.push_back(share_cell(row.stale, row.reads));
    table.row(class_name(settled.plan, row.stream) + ", bound " + judge::bound_words(row.bound),
              std::move(figures), 2, row.stale > 0 ? Paint::bad : Paint::plain);
  }
  return table.empty() ? "" : table.text(style);
}

// "account_lock 12, chat_turn 3": which classes made decisions stale.
std::string causes(const Settled& settled, const DecisionRow& decision) {
  std::string text;
  for (const ViewRow& row : settled.figures.views) {
    if (row.read != decision.read || row.phase != decision.phase || row.caused == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", class_name(settled.plan, row.stream),
                        format_count(row.caused));
  }
  return text;
}

// Of all measured phases together, and of each phase that had stale decisions.
std::string decision_table(const Settled& settled, const Style& style) {
  Table table("Decisions", {"reads", "stale", "of reads", "critical", "not done", "reader late p99"});
  for (const DecisionRow& row : settled.figures.decisions) {
    if (row.reads == 0 || (row.phase >= 0 && row.stale == 0)) continue;
    std::string label = read_name(settled.plan, row.read);
    if (row.phase >= 0) label = "in " + settled.plan.phases[static_cast<std::size_t>(row.phase)].name;
    const std::vector<std::string> delay = cells(row.delay);
    table.row(label,
              {format_count(row.reads), format_count(row.stale), share_cell(row.stale, row.reads),
               format_count(row.critical), format_count(row.unresolved()), delay[2]},
              row.phase < 0 ? 1 : 2, row.critical > 0 ? Paint::bad : Paint::plain);
    if (row.stale > 0) table.heading("by " + causes(settled, row), row.phase < 0 ? 2 : 3);
  }
  return table.empty() ? "" : table.text(style);
}

// "account_lock 12, several together 3": which classes made decisions wrong.
std::string wrong_causes(const Settled& settled, const DecisionRow& decision) {
  std::string text;
  std::uint64_t clear = 0;
  for (const ViewRow& row : settled.figures.views) {
    if (row.read != decision.read || row.phase != decision.phase || row.caused_wrong == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", class_name(settled.plan, row.stream),
                        format_count(row.caused_wrong));
    clear += row.caused_wrong;
  }
  if (clear < decision.wrong)
    text += fmt::format("{}no one class {}", text.empty() ? "" : ", ", format_count(decision.wrong - clear));
  return text;
}

// Of reads with a decide function; of phases those with wrong decisions. What nobody could tell is no zero.
std::string wrong_table(const Settled& settled, const Style& style) {
  Table table("Wrong decisions", {"reads", "wrong", "of reads", "critical", "not done"});
  for (const DecisionRow& row : settled.figures.decisions) {
    if (!row.decides || row.reads == 0 || (row.phase >= 0 && row.wrong == 0)) continue;
    if (row.phase >= 0 && !row.wrong_known) continue;
    const std::string label = row.phase < 0
                                  ? read_name(settled.plan, row.read)
                                  : "in " + settled.plan.phases[static_cast<std::size_t>(row.phase)].name;
    std::vector<std::string> figures = {format_count(row.reads), "unknown", "unknown", "unknown",
                                        format_count(row.unresolved())};
    if (row.wrong_known)
      std::ranges::copy(std::vector<std::string>{format_count(row.wrong), share_cell(row.wrong, row.reads),
                                                 format_count(row.critical_wrong)},
                        figures.begin() + 1);
    table.row(label, std::move(figures), row.phase < 0 ? 1 : 2,
              row.critical_wrong > 0 ? Paint::bad : Paint::plain);
    if (row.wrong_known && row.wrong > 0)
      table.heading("by " + wrong_causes(settled, row), row.phase < 0 ? 2 : 3);
  }
  return table.empty() ? "" : table.text(style);
}

}  // namespace

std::string read_tables(const Settled& settled, const Style& style) {
  std::string text = view_table(settled, -1, style);
  for (std::size_t phase = 0; phase < settled.plan.phases.size(); ++phase) {
    if (!settled.plan.phases[phase].disturbance()) continue;
    const std::string table = view_table(settled, static_cast<int>(phase), style);
    if (!table.empty()) text += (text.empty() ? "" : "\n") + table;
  }
  for (const std::string& table : {decision_table(settled, style), wrong_table(settled, style)})
    text += (text.empty() || table.empty() ? "" : "\n") + table;
  return text;
}

std::string over_bound_table(const Settled& settled, const Style& style) {
  Table table("Time over bound, any key", {"time", "longest", "times"});
  for (const results::OverBoundRow& row : settled.figures.over_bound) {
    if (row.time == 0) continue;
    const std::string where =
        row.phase < 0 ? class_name(settled.plan, row.stream) + " at " + pass_name(settled.plan, row.pass)
                      : "in " + settled.plan.phases[static_cast<std::size_t>(row.phase)].name;
    table.row(where, {format_duration(row.time), format_duration(row.longest), format_count(row.spells)},
              row.phase < 0 ? 1 : 2, Paint::bad);
  }
  return table.empty() ? "" : table.text(style);
}

std::string critical_table(const Settled& settled, const Style& style) {
  if (settled.plan.reads.empty()) return "";
  Table table("Critical events, " + phase_name(settled.plan, -1), {"planned", "late", "missed"});
  for (const results::CriticalRow& row : settled.figures.critical) {
    if (row.phase >= 0 || row.planned == 0) continue;
    table.row(class_name(settled.plan, row.stream) + " at " + pass_name(settled.plan, row.pass),
              {format_count(row.planned), row.looked_at ? format_count(row.late) : "no read",
               format_count(row.missed)},
              1, row.late + row.missed > 0 ? Paint::bad : Paint::plain);
  }
  return table.empty() ? "" : table.text(style);
}

}  // namespace freshet::reports
