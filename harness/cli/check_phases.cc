#include "harness/cli/check_phases.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/base/text.h"
#include "harness/plan/isolation.h"

namespace freshet::cli {
namespace {

using base::format_bytes;
using base::format_duration;
using base::format_rate;
using base::format_share;
using plan::Phase;
using plan::Plan;
using reports::Table;

constexpr int kInset = 3;

std::string seconds(base::Nanos t) {
  return fmt::format("{} s", t / base::kSecond);
}

std::string instant(base::Nanos t) {
  return fmt::format("{:g} s", static_cast<double>(t) / static_cast<double>(base::kSecond));
}

std::string members(int count) {
  return fmt::format("{} {}", count, count == 1 ? "member" : "members");
}

std::string rounded(double n) {
  return base::format_count(static_cast<std::uint64_t>(n + 0.5));
}

std::string what_changes(const Plan& plan, const Phase& phase) {
  std::string text;
  const bool ramp = phase.kind == plan::PhaseKind::ramp;
  if (ramp || phase.magnitude != 1) {
    text = ramp ? fmt::format("{:g} to {:g} times", phase.from, phase.to)
                : fmt::format("{:g} times", phase.magnitude);
    if (phase.streams.empty()) text += " every stream";
    for (std::size_t i = 0; i < phase.streams.size(); ++i) {
      text += (i == 0 ? " " : ", ") + plan.streams[phase.streams[i]].name;
    }
    if (phase.ramp > 0) text += ", reached in " + format_duration(phase.ramp);
    if (phase.decay > 0) text += ", falling back in " + format_duration(phase.decay);
  }
  if (phase.hot_accounts > 0 && phase.hot_share > 0) {
    text += fmt::format("{}{} to {} accounts", text.empty() ? "" : ", ", format_share(phase.hot_share),
                        phase.hot_accounts);
  }
  return text;
}

std::string start_of(const plan::Replay& pass) {
  switch (pass.start) {
    case plan::PassStart::offset:
      return fmt::format("from offset {}", pass.offset);
    case plan::PassStart::ago:
      return fmt::format("from {} ago", format_duration(pass.ago));
    case plan::PassStart::bytes:
      return "the last " + format_bytes(pass.bytes);
    default:
      return "from the start";
  }
}

std::string pace_of(const Plan& plan, const plan::Replay& pass, const plan::PassLoad& load) {
  if (!pass.capped) return "as fast as it goes";
  const std::string cap = "at most " + format_rate(pass.rate);
  if (load.finish == base::kNever)
    return fmt::format("{}: never catches up, {} flow in", cap, format_rate(load.inflow));
  const bool in_run = plan.phases[pass.phase].begin + load.finish <= plan.end();
  return fmt::format("{}: {} to catch up{}", cap, format_duration(load.finish),
                     in_run ? "" : ", longer than the run");
}

std::string pass_text(const Plan& plan, const plan::PassLoad& load) {
  const plan::Replay& pass = plan.replays[load.replay];
  std::string text = fmt::format("{} {} {}, {}, {} events and {} to read, {}", plan::word_of(pass.kind),
                                 pass.name, start_of(pass), members(pass.members), rounded(load.events),
                                 format_bytes(load.bytes), pace_of(plan, pass, load));
  if (pass.lasts > 0) text += fmt::format("; ends after {} at the latest", format_duration(pass.lasts));
  if (!pass.cpus.empty()) text += fmt::format("; on CPU {}", fmt::join(pass.cpus, ", "));
  return text;
}

std::string change_text(const Plan& plan, const plan::Change& change) {
  const char* verb = change.kind == plan::ChangeKind::add    ? "join"
                     : change.kind == plan::ChangeKind::stop ? "leave"
                     : change.kind == plan::ChangeKind::kill ? "vanish"
                                                             : "stop polling";
  std::string text = fmt::format("at {} {} of {} {}", instant(change.at), members(change.members),
                                 plan.groups[change.group].name, verb);
  if (change.lasts > 0) text += fmt::format(" for {}", format_duration(change.lasts));
  return text;
}

void add_fault(const plan::Fault& fault, Table& table) {
  const std::string limit = fmt::format("(at most {})", format_duration(fault.timeout));
  table.heading(fmt::format("at {} runs: {} {}", instant(fault.at), fault.run, limit), kInset);
  if (!fault.undo.empty())
    table.heading(fmt::format("at {} undone by: {} {}", instant(fault.at + fault.after), fault.undo, limit),
                  kInset);
}

void add_schedule(const Plan& plan, const Phase& first, Table& table) {
  const auto windows = std::ranges::count(plan.phases, first.isolation, &Phase::isolation);
  table.heading(
      fmt::format("isolation {}: {} pairs of windows, off and on in turn (D2)", first.isolation, windows / 2),
      1);
}

}  // namespace

bool stands_for_itself(const Plan& plan, std::size_t phase) {
  const std::string& schedule = plan.phases[phase].isolation;
  return schedule.empty() || phase < 2 || plan.phases[phase - 2].isolation != schedule;
}

std::string phases_text(const Prepared& prepared, const reports::Style& style) {
  const Plan& plan = prepared.plan;
  Table table("Phases", {"kind", "from", "to", "judged"});
  for (std::size_t p = 0; p < plan.phases.size(); ++p) {
    const Phase& phase = plan.phases[p];
    const bool window = !phase.isolation.empty();
    if (window && (p == 0 || plan.phases[p - 1].isolation != phase.isolation))
      add_schedule(plan, phase, table);
    table.row(phase.name,
              {std::string(plan::word_of(phase.kind)), seconds(phase.begin), seconds(phase.end),
               phase.measured() ? "yes" : "no"},
              window ? 2 : 1);
    if (const std::string change = what_changes(plan, phase); !change.empty()) table.heading(change, kInset);
    for (const plan::PassLoad& load : prepared.facts.passes) {
      if (plan.replays[load.replay].phase == p) table.heading(pass_text(plan, load), kInset);
    }
    for (const plan::Change& change : plan.changes) {
      if (change.phase == p) table.heading(change_text(plan, change), kInset);
    }
    for (const plan::Fault& fault : plan.faults) {
      if (fault.phase == p) add_fault(fault, table);
    }
  }
  std::string text = table.text(style);
  if (plan::has_isolation(plan)) {
    text += reports::wrapped(
        fmt::format("  On a cluster everything up to the last isolation window is run on the loopback log "
                    "first, for the harness's own share: {} more.",
                    format_duration(plan::isolation_part(plan).end())),
        2, style);
  }
  if (!plan.faults.empty())
    text += reports::wrapped("  These commands are run only with --allow-commands.", 2, style);
  return text;
}

}  // namespace freshet::cli
