#include "reports/markdown.h"

#include <fmt/format.h>

#include <vector>

#include "harness/base/text.h"
#include "harness/judge/slo.h"
#include "reports/markup.h"
#include "reports/names.h"
#include "reports/terminal.h"

namespace freshet::reports {
namespace {

using judge::Outcome;
using judge::Verdict;
using results::Settled;

using Cells = std::vector<std::string>;

// Its first column is text, the others are figures. Cells are foreign text. "" without rows.
std::string table(const std::string& title, const Cells& heads, const std::vector<Cells>& rows) {
  if (rows.empty()) return "";
  std::string text = title.empty() ? "\n" : fmt::format("\n**{}**\n\n", title);
  const auto line = [&](const Cells& cells) {
    for (const std::string& cell : cells) text += "| " + markdown_text(cell) + " ";
    text += "|\n";
  };
  line(heads);
  text += "|---|";
  for (std::size_t i = 1; i < heads.size(); ++i) text += "--:|";
  text += "\n";
  for (const Cells& cells : rows) line(cells);
  return text;
}

std::string verdict_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
      return "✅ PASS";
    case Outcome::fail:
      return "❌ FAIL";
    case Outcome::invalid:
      return "⚠️ INVALID";
    case Outcome::interrupted:
      return "⚠️ INTERRUPTED";
  }
  return "";
}

std::string slo_table(const Verdict& verdict) {
  std::vector<Cells> rows;
  const bool judged = verdict.outcome != Outcome::interrupted;
  for (const judge::SloVerdict& slo : verdict.slos) {
    rows.push_back({slo.text, !judged ? "–" : slo.holds ? "✅" : "❌", slo.figure, slo.count});
  }
  return table("", {"SLO", "holds", "figure", "count"}, rows);
}

std::string staleness_table(const Settled& settled) {
  std::vector<Cells> rows;
  for (const results::StalenessRow& row : settled.figures.staleness) {
    if (row.phase != -1 || row.tier != -1 || row.outcomes.planned == 0) continue;
    Cells texts = {class_name(settled.plan, row.stream) + " at " + pass_name(settled.plan, row.pass)};
    for (std::string& quantile : cells(row.quantiles)) texts.push_back(std::move(quantile));
    texts.push_back(base::format_count(row.outcomes.planned));
    texts.push_back(share_cell(row.bad, row.outcomes.planned));
    texts.push_back(judge::bound_words(row.bound));
    rows.push_back(std::move(texts));
  }
  Cells heads = {"staleness, measured phases"};
  heads.insert(heads.end(), kQuantileHeads.begin(), kQuantileHeads.end());
  heads.insert(heads.end(), {"events", "bad", "bound"});
  return table("", heads, rows);
}

std::string lag_table(const Settled& settled) {
  std::vector<Cells> rows;
  for (const results::LagRow& row : settled.figures.lags) {
    if (row.phase != -1) continue;
    rows.push_back({class_name(settled.plan, row.stream) + " at " + pass_name(settled.plan, row.pass),
                    base::format_duration(row.freshness), base::format_duration(row.consumer),
                    row.offset < 0 ? "n/a" : base::format_count(static_cast<std::uint64_t>(row.offset))});
  }
  return table("", {"highest lag, measured phases", "freshness", "consumer", "offset"}, rows);
}

std::string disturbance_table(const Settled& settled) {
  std::vector<Cells> rows;
  for (const results::DisturbanceRow& row : settled.figures.disturbances) {
    rows.push_back({fmt::format("{}: {} at {}", settled.plan.phases[static_cast<std::size_t>(row.phase)].name,
                                class_name(settled.plan, row.stream), pass_name(settled.plan, row.pass)),
                    (row.reached ? "" : "> ") + base::format_duration(row.time_to_fresh),
                    base::format_duration(row.peak)});
  }
  return table("", {"after a disturbance", "time to fresh", "peak lag"}, rows);
}

std::string validity_table(const Verdict& verdict) {
  std::vector<Cells> rows;
  for (const judge::Validity& rule : verdict.validity) {
    if (!rule.holds) rows.push_back({rule.id + ": " + rule.sentence, rule.figure, rule.limit});
  }
  return table("", {"validity rule that does not hold", "figure", "limit"}, rows);
}

std::string folded(const std::string& text) {
  std::string escaped;
  for (const char c : xml_text(text)) {
    escaped += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  }
  return "\n<details><summary>The whole summary</summary>\n\n<pre>\n" + escaped + "</pre>\n\n</details>\n";
}

}  // namespace

std::string markdown(const Settled& settled, const Verdict& verdict, const std::string& folder) {
  const results::Identity& identity = settled.figures.identity;
  std::string text =
      fmt::format("### {}: {} on {}\n\n{}\n", verdict_word(verdict.outcome), markdown_text(identity.scenario),
                  markdown_text(identity.target), markdown_text(verdict.reason));
  if (const std::string line = caveat(identity); !line.empty()) text += "\n*" + markdown_text(line) + "*\n";
  text += validity_table(verdict) + slo_table(verdict) + staleness_table(settled) + lag_table(settled) +
          disturbance_table(settled);
  return text + folded(summary(settled, verdict, folder, Style{.width = 100}));
}

std::string github_annotations(const Verdict& verdict, const std::string& scenario) {
  if (verdict.outcome == Outcome::pass) return "";
  if (verdict.outcome != Outcome::fail)
    return fmt::format("::error title=freshet::{}\n", workflow_text(verdict.reason, false));
  std::string text;
  for (const judge::SloVerdict& slo : verdict.slos) {
    if (slo.holds) continue;
    const std::string line = slo.line > 0 ? fmt::format(",line={}", slo.line) : "";
    text += fmt::format("::error file={}{},title=freshet::{}\n", workflow_text(scenario, true), line,
                        workflow_text(fmt::format("{}: {} ({})", slo.text, slo.figure, slo.count), false));
  }
  return text;
}

}  // namespace freshet::reports
