#include "reports/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/base/text.h"
#include "reports/clients.h"
#include "reports/disturbance_tables.h"
#include "reports/names.h"
#include "reports/over_time.h"
#include "reports/read_tables.h"
#include "reports/tables.h"
#include "reports/trust_tables.h"

namespace freshet::reports {
namespace {

using judge::Outcome;
using results::Settled;

std::string outcome_word(Outcome outcome, const Style& style) {
  switch (outcome) {
    case Outcome::pass:
      return painted("PASS", Paint::good, style);
    case Outcome::fail:
      return painted("FAIL", Paint::bad, style);
    case Outcome::invalid:
      return painted("INVALID", Paint::warning, style);
    case Outcome::interrupted:
      return painted("INTERRUPTED", Paint::warning, style);
  }
  return "";
}

// The manifest is a file: anything may be missing.
std::string address_of(const results::Json& manifest) {
  const auto target = manifest.find("target");
  if (target == manifest.end() || !target->is_object()) return "";
  const auto address = target->find("address");
  return address != target->end() && address->is_string() ? address->get<std::string>() : "";
}

std::map<std::string, std::string> profiles_of(const results::Json& manifest) {
  std::map<std::string, std::string> profiles;
  const auto found = manifest.find("profiles");
  if (found == manifest.end() || !found->is_object()) return profiles;
  for (const auto& [client, name] : found->items()) {
    if (name.is_string()) profiles[client] = name.get<std::string>();
  }
  return profiles;
}

std::string head(const Settled& settled, const judge::Verdict& verdict, const Style& style) {
  const results::Figures& figures = settled.figures;
  const results::Identity& identity = figures.identity;
  std::string text = wrapped(outcome_word(verdict.outcome, style) + ": " + verdict.reason, 2, style);
  std::string ran = fmt::format("{} on {}", identity.scenario, identity.target);
  const std::string address = address_of(settled.manifest);
  if (!address.empty() && address != identity.target) ran += " (" + address + ")";
  ran += fmt::format(", started {} (ready after {}), ended after {}", identity.started,
                     base::format_duration(figures.start_took), base::format_duration(figures.ended_at));
  if (figures.ending == "complete") {
    ran += fmt::format(", {} in {}", figures.drain_complete ? "drained" : "drain given up",
                       base::format_duration(figures.drained_in));
  }
  text += wrapped(ran, 2, style);
  text += wrapped(fmt::format("load {}, scenario {}, seed {}; freshet {}, librdkafka {}", identity.load_hash,
                              identity.scenario_hash, settled.plan.seed, identity.version, identity.rdkafka),
                  2, style);
  if (const std::string profiles = profiles_text(profiles_of(settled.manifest)); !profiles.empty())
    text += wrapped("client profile: " + profiles, 2, style);
  if (const std::string line = caveat(identity); !line.empty()) {
    text += painted(wrapped(line, 2, style), Paint::warning, style);
  }
  for (const std::string& damage : figures.damage)
    text += wrapped("missing from the record: " + damage, 2, style);
  return text;
}

// Of a partial run the figures are shown, and not judged.
std::string slo_mark(const judge::Verdict& verdict, const judge::SloVerdict& slo, const Style& style) {
  if (verdict.outcome == judge::Outcome::interrupted) return "  --    ";
  return slo.holds ? painted("  ok    ", Paint::good, style) : painted("  FAIL  ", Paint::bad, style);
}

// One line an SLO where every one has room for it, else two.
std::string slo_list(const judge::Verdict& verdict, const Style& style) {
  if (verdict.slos.empty()) return "";
  std::size_t text_wide = 0, figure_wide = 0, count_wide = 0;
  for (const judge::SloVerdict& slo : verdict.slos) {
    text_wide = std::max(text_wide, columns_of(slo.text));
    figure_wide = std::max(figure_wide, columns_of(slo.figure));
    count_wide = std::max(count_wide, columns_of(slo.count));
  }
  constexpr std::size_t kMark = 8;  // "  FAIL  "
  const bool one_line = kMark + text_wide + 2 + figure_wide + 2 + count_wide <= style.width;
  std::string text = painted("SLOs", Paint::bold, style) + "\n";
  for (const judge::SloVerdict& slo : verdict.slos) {
    text += slo_mark(verdict, slo, style);
    if (one_line) {
      text +=
          pad_right(slo.text, text_wide) + "  " + pad_left(slo.figure, figure_wide) + "  " + slo.count + "\n";
    } else {
      Style rest = style;
      rest.width = std::max(style.width, kMinimumWidth) - kMark;
      std::string words = wrapped(slo.text, 2, rest);
      words += "  " + pad_right(slo.figure, figure_wide) + "  " + slo.count + "\n";
      // Lines after the first stand under the first one's text.
      for (std::size_t at = words.find('\n'); at + 1 < words.size(); at = words.find('\n', at + 1)) {
        words.insert(at + 1, kMark, ' ');
      }
      text += words;
    }
  }
  return text;
}

std::string validity_list(const Settled& settled, const judge::Verdict& verdict, const Style& style) {
  std::string text = painted("Validity", Paint::bold, style) + "\n";
  for (const judge::Validity& rule : verdict.validity) {
    std::string line = !rule.holds ? "  BAD   " : rule.said ? "  note  " : "  ok    ";
    line += pad_right(rule.id, 18) + rule.figure;
    if (!rule.limit.empty()) line += ", limit " + rule.limit;
    line = wrapped(line + ": " + rule.sentence, 8, style);
    text += rule.holds ? line : painted(line, Paint::bad, style);
  }
  if (settled.figures.ending == "complete") {
    text += wrapped(settled.figures.lanes_proved
                        ? "  load proved: what every lane handed over hashes to its plan"
                        : "  load not proved: not every lane handed over what its plan says",
                    8, style);
  }
  if (!settled.figures.hiccups.empty()) {
    std::string line = fmt::format("  host timer lateness, weighted by time, over {} ms:",
                                   base::format_count(settled.figures.hiccups.front().n));
    const std::vector<std::string> row = cells(settled.figures.hiccups);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!row[i].empty()) line += fmt::format("{} {} {}", i == 0 ? "" : ",", kQuantileHeads[i], row[i]);
    }
    text += wrapped(line, 8, style);
  }
  return text + host_lines(settled.figures, style);
}

// Then the settings that decide how long a failover takes belong to what the figures mean.
bool was_hurt(const plan::Plan& plan) {
  return !plan.faults.empty() || !plan.changes.empty();
}

}  // namespace

std::string caveat(const results::Identity& identity) {
  if (identity.loopback) {
    return "the built-in loopback log: these figures are the harness's own noise floor, not a cluster's";
  }
  if (identity.colocated) {
    return "demonstration, not a benchmark of the cluster: broker and harness share this machine";
  }
  return "";
}

std::string summary(const Settled& settled, const judge::Verdict& verdict, const std::string& folder,
                    const Style& style, bool clients) {
  std::string text = head(settled, verdict, style);
  const std::string parts[] = {slo_list(verdict, style),
                               over_time(settled, style),
                               staleness_tables(settled, style),
                               read_tables(settled, style),
                               critical_table(settled, style),
                               over_bound_table(settled, style),
                               sampling_floor_table(settled, style),
                               budget_table(settled, style),
                               tail_table(settled, style),
                               lag_tables(settled, style),
                               queue_table(settled, style),
                               time_to_fresh_table(settled, style),
                               command_table(settled, style),
                               fault_tables(settled, style),
                               offset_fall_table(settled, style),
                               group_change_table(settled, style),
                               replay_table(settled, style),
                               isolation_table(settled, style),
                               reset_table(settled, style),
                               outcome_table(settled, style),
                               ledger_table(settled, style),
                               producing_tables(settled, style),
                               client_tables(settled, clients, style),
                               clients || was_hurt(settled.plan) ? failover_table(settled, style) : "",
                               validity_list(settled, verdict, style)};
  for (const std::string& part : parts) {
    if (!part.empty()) text += "\n" + part;
  }
  return text + "\nrun folder: " + folder + "\n";
}

}  // namespace freshet::reports
