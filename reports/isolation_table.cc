#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.h"
#include "reports/names.h"
#include "reports/tables.h"

namespace freshet::reports {
namespace {

using results::IsolationPair;
using results::IsolationRow;
using results::OffAndOn;
using results::Ratio;

std::string ratio_cell(const Ratio& ratio) {
  if (ratio.kind == Ratio::Kind::not_available) return "n/a";
  return fmt::format("{}{:.2f}", ratio.kind == Ratio::Kind::at_least ? "≥" : "", ratio.value);
}

std::string share(double part) {
  return fmt::format("{:.0f} %", 100 * part);
}

std::vector<std::string> cells_of(const OffAndOn& figures, const OffAndOn* loopback, std::string replayed) {
  std::vector<std::string> row = {cell(figures.off), cell(figures.on), ratio_cell(figures.index)};
  if (loopback) row.push_back(ratio_cell(loopback->index));
  row.push_back(std::move(replayed));
  row.push_back(base::format_count(figures.off.n) + ", " + base::format_count(figures.on.n));
  return row;
}

void add_row(Table& table, const plan::Plan& plan, const IsolationRow& row, const IsolationRow* loopback) {
  table.row(class_name(plan, row.stream) + " at " + pass_name(plan, row.pass),
            cells_of(row.all, loopback ? &loopback->all : nullptr, ""));
  for (std::size_t i = 0; i < row.pairs.size(); ++i) {
    const IsolationPair& pair = row.pairs[i];
    const OffAndOn* own = loopback ? &loopback->pairs[i] : nullptr;
    table.row(fmt::format("pair {}", i + 1), cells_of(pair, own, share(pair.replayed)), 3, Paint::dim);
  }
}

bool any_pair(const std::vector<IsolationRow>& rows, bool (*holds)(const IsolationPair&)) {
  return std::ranges::any_of(rows,
                             [&](const IsolationRow& row) { return std::ranges::any_of(row.pairs, holds); });
}

}  // namespace

std::string isolation_table(const results::Settled& settled, const Style& style) {
  const std::vector<IsolationRow>& rows = settled.figures.isolation;
  if (rows.empty()) return "";
  const std::vector<IsolationRow>& loopback = settled.figures.isolation_loopback;
  std::vector<std::string> heads = {"p99 off", "p99 on", "index"};
  if (!loopback.empty()) heads.emplace_back("loopback");
  heads.emplace_back("replayed");
  heads.emplace_back("events off, on");
  Table table("Isolation index: p99 with the replay on ÷ off", std::move(heads));
  for (std::size_t i = 0; i < rows.size(); ++i)
    add_row(table, settled.plan, rows[i], loopback.empty() ? nullptr : &loopback[i]);
  std::string text = table.text(style);
  const auto note = [&](const char* words) { text += wrapped(words, 2, style); };
  if (loopback.empty() && !settled.figures.identity.loopback)
    note("  No run on the loopback log stands beside it: how much of it is the harness's own is not known.");
  if (any_pair(rows, [](const IsolationPair& p) { return p.index.kind == Ratio::Kind::not_available; }))
    note(
        "  n/a: a window has too few events for a p99 (E8), or its p99 is not known; such a pair counts in "
        "no index, and an index needs four pairs.");
  if (any_pair(rows, [](const IsolationPair& p) { return p.replayed < 0.5; }))
    note(
        "  Replayed: the part of the window in which the replay was reading; one that has caught up disturbs "
        "no more. A longer prefill or a rate makes it last.");
  return text;
}

}  // namespace freshet::reports
