#include "reports/compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/compare_rows.h"
#include "reports/markup.h"
#include "reports/terminal.h"

namespace freshet::reports {
namespace {

bool judged(const judge::Verdict& verdict) {
  return verdict.outcome == judge::Outcome::pass || verdict.outcome == judge::Outcome::fail;
}

std::string text_of(const ComparedTable& compared, const Style& style) {
  Table table(compared.title, compared.heads);
  std::string of;
  for (const ComparedTable::Line& line : compared.lines) {
    if (line.of != of) table.heading(of = line.of, 1);
    table.row(line.label, line.cells, 2);
  }
  return table.text(style);
}

std::string markdown_of(const ComparedTable& compared) {
  std::string text = "\n| " + markdown_text(compared.title);
  std::string rule = "|---|";
  for (const std::string& head : compared.heads) {
    text += " | " + head;
    rule += "--:|";
  }
  text += " |\n" + rule + "\n";
  for (const ComparedTable::Line& line : compared.lines) {
    text += "| " + markdown_text(line.of + ": " + line.label);
    for (const std::string& cell : line.cells) text += " | " + markdown_text(cell);
    text += " |\n";
  }
  return text;
}

}  // namespace

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
      caveats.push_back(fmt::format("{} deserves no trust: {}", letter_of(i), runs[i].verdict.reason));
    if (const std::string line = caveat(runs[i].settled.figures.identity); !line.empty())
      caveats.push_back(fmt::format("{}: {}", letter_of(i), line));
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
  for (const ComparedTable& table : compared_tables(runs)) text += "\n" + text_of(table, style);
  return text;
}

std::string comparison_markdown(const std::vector<ComparedRun>& runs) {
  std::string text = "### Runs compared\n\n";
  for (const std::string& line : comparison_caveats(runs)) text += "- **" + markdown_text(line) + "**\n";
  for (std::size_t i = 0; i < runs.size(); ++i) text += "- " + markdown_text(run_line(i, runs[i])) + "\n";
  for (const ComparedTable& table : compared_tables(runs)) text += markdown_of(table);
  return text;
}

}  // namespace freshet::reports
