#include "reports/trust_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/base/text.h"
#include "harness/judge/slo.h"
#include "reports/names.h"

namespace freshet::reports {
namespace {

using results::BudgetRow;
using results::Burn;
using results::Quantile;

std::string floor_cell(const Quantile& q) {
  if (q.floor == Quantile::Kind::not_available) return "n/a";
  return fmt::format("{} to {}{}", base::format_duration(q.floor_low),
                     q.floor == Quantile::Kind::at_least ? "≥" : "", base::format_duration(q.floor_high));
}

std::string objective(const plan::Slo& slo, base::Nanos bound) {
  if (slo.figure == plan::Figure::staleness_share)
    return fmt::format("{} over {}", base::format_share(slo.threshold), judge::bound_words(bound));
  return fmt::format("p{:g} {}", slo.percentile * 100,
                     judge::bound_words(static_cast<base::Nanos>(slo.threshold)));
}

std::string burn_cell(const Burn& burn) {
  return burn.known ? fmt::format("{:.3g} at {} s", burn.rate, burn.from) : "n/a";
}

std::string of(std::uint64_t part, std::uint64_t whole) {
  return fmt::format("{} of {}", part, whole);
}

}  // namespace

std::string sampling_floor_table(const results::Settled& settled, const Style& style) {
  Table table("Sampling floor (95 %), the measured phases", {"p50", "p99", "p99.9"});
  for (const results::StalenessRow& row : settled.figures.staleness) {
    if (row.phase >= 0 || row.tier >= 0 || row.outcomes.planned == 0 || row.quantiles.size() < 4) continue;
    table.row(class_name(settled.plan, row.stream) + " at " + pass_name(settled.plan, row.pass),
              {floor_cell(row.quantiles[0]), floor_cell(row.quantiles[2]), floor_cell(row.quantiles[3])});
  }
  if (table.empty()) return "";
  return table.text(style) +
         wrapped(
             "  What the number of events alone leaves open, were they independent. Not the run-to-run "
             "spread, which is wider.",
             2, style);
}

std::string queue_table(const results::Settled& settled, const Style& style) {
  const plan::Plan& plan = settled.plan;
  std::map<int, results::ReceiverRow> worst;  // by pass: of its members
  for (const results::ReceiverRow& row : settled.figures.receivers) {
    results::ReceiverRow& most = worst.try_emplace(row.pass, row).first->second;
    most.most_waiting = std::max(most.most_waiting, row.most_waiting);
    most.full_seconds = std::max(most.full_seconds, row.full_seconds);
  }
  Table table("Records received ahead, the member that had most", {"waiting", "room", "full seconds"});
  for (const auto& [pass, row] : worst) {
    if (row.most_waiting <= 0) continue;
    const auto group = static_cast<std::size_t>(pass);
    const std::uint32_t room = group < plan.groups.size() ? plan.groups[group].queue : plan::Group{}.queue;
    table.row(pass_name(plan, pass),
              {base::format_count(static_cast<std::uint64_t>(row.most_waiting)), base::format_count(room),
               of(row.full_seconds, row.measured_seconds)},
              1, row.full_seconds > 0 ? Paint::warning : Paint::plain);
  }
  if (table.empty()) return "";
  return table.text(style) +
         wrapped("  Not visible yet, for the service time of those before them; a full queue stops polling.",
                 2, style);
}

std::string budget_table(const results::Settled& settled, const Style& style) {
  Table table("Error budgets", {"bad minutes", "bad seconds", "touched", "worst minute", "worst 5 min"});
  bool short_run = false;
  for (const BudgetRow& row : settled.figures.budgets) {
    const plan::Slo& slo = settled.plan.slos[static_cast<std::size_t>(row.slo)];
    const base::Nanos bound = plan::bound_of(settled.plan, static_cast<std::size_t>(row.pass),
                                             static_cast<std::size_t>(row.stream));
    std::string label =
        class_name(settled.plan, row.stream) + " at " + pass_name(settled.plan, row.pass) + ", ";
    if (row.tier >= 0) label += tier_name(settled.plan, row.stream, row.tier) + ", ";
    if (!slo.phase.empty()) label += slo.phase + ", ";
    short_run = short_run || !row.five_minutes.known;
    table.row(label + objective(slo, bound),
              {of(row.bad_minutes, row.minutes), of(row.bad_seconds, row.seconds),
               of(row.touched_seconds, row.seconds), burn_cell(row.minute), burn_cell(row.five_minutes)});
  }
  if (table.empty()) return "";
  std::string note =
      "  By second of the intended time. Bad: more than the SLO's part of its events were; touched: any was. "
      "The worst windows: times the part that may be bad, and where they begin";
  if (short_run) note += "; n/a: what is judged is shorter";
  return table.text(style) + wrapped(note + ".", 2, style);
}

std::string host_lines(const results::Figures& figures, const Style& style) {
  const results::HostFigures& host = figures.host;
  if (host.seconds == 0) return "";
  const auto percent = [](double part) { return fmt::format("{:.0f} %", 100 * part); };
  return wrapped(
      fmt::format(
          "  this machine over {} s: the harness used {:.2f} CPUs, at most {:.2f}; all together {} busy, "
          "at most {}; stolen {}, at most {}; {} involuntary switches, at most {} in a second",
          host.seconds, host.process_cpus_mean, host.process_cpus_most, percent(host.busy_mean),
          percent(host.busy_most), percent(host.steal_mean), percent(host.steal_most),
          base::format_count(host.involuntary), base::format_count(host.involuntary_most)),
      8, style);
}

}  // namespace freshet::reports
