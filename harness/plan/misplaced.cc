#include "harness/plan/misplaced.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.h"
#include "harness/plan/attendance.h"
#include "harness/plan/sound.h"

namespace freshet::plan {
namespace {

std::string since(const Phase& phase, Nanos at) {
  return fmt::format("{} into {}", at == phase.begin ? "0 s" : base::format_duration(at - phase.begin),
                     phase.name);
}

void check_place(const Plan& plan, const Change& change, std::vector<PlanError>& errors) {
  const Phase& phase = plan.phases[change.phase];
  if (change.at < phase.begin || change.at >= phase.end || change.lasts > phase.end - change.at) {
    errors.push_back(
        {fmt::format("change \"{}\": {} of {} at {}{}, outside the phase, which lasts {}", phase.name,
                     word_of(change.kind), plan.groups[change.group].name, since(phase, change.at),
                     change.lasts > 0 ? " for " + base::format_duration(change.lasts) : "",
                     base::format_duration(phase.end - phase.begin)),
         change.line});
  }
}

// How many members each change really takes, by index into Plan::changes.
std::vector<int> taken_by(const Plan& plan, const std::vector<Attendance>& members) {
  std::vector<int> taken(plan.changes.size());
  for (const Attendance& member : members) {
    for (const Stay& stay : member.stays) {
      if (stay.ended_by != kNoChange) ++taken[stay.ended_by];
    }
    for (const Pause& pause : member.pauses) ++taken[pause.change];
  }
  return taken;
}

// Before attendances() makes them all.
bool too_many(const Plan& plan, std::size_t group, std::vector<PlanError>& errors) {
  int members = plan.groups[group].members;
  for (const Change& change : plan.changes) {
    if (change.group != group || change.kind != ChangeKind::add) continue;
    if (change.members > kMostMembers - members) {
      errors.push_back({fmt::format("change \"{}\": {} would get more than {} members",
                                    plan.phases[change.phase].name, plan.groups[group].name, kMostMembers),
                        change.line});
      return true;
    }
    members += change.members;
  }
  return false;
}

void check_members(const Plan& plan, std::size_t group, std::vector<PlanError>& errors) {
  const bool changes = std::ranges::any_of(plan.changes, [&](const Change& c) { return c.group == group; });
  if (!changes || too_many(plan, group, errors)) return;
  const std::vector<int> taken = taken_by(plan, attendances(plan, group));
  for (std::size_t c = 0; c < taken.size(); ++c) {
    const Change& change = plan.changes[c];
    if (change.group != group || change.kind == ChangeKind::add || taken[c] >= change.members) continue;
    errors.push_back(
        {fmt::format("change \"{}\": {} of {} members of {} at {}, when it has {}{}",
                     plan.phases[change.phase].name, word_of(change.kind), change.members,
                     plan.groups[group].name, since(plan.phases[change.phase], change.at), taken[c],
                     change.kind == ChangeKind::pause ? " that do not pause already" : ""),
         change.line});
  }
}

void check_fault(const Plan& plan, const Fault& fault, std::vector<PlanError>& errors) {
  const Phase& phase = plan.phases[fault.phase];
  if (fault.at < phase.begin || fault.at >= phase.end) {
    errors.push_back(
        {fmt::format("fault \"{}\": begins {}, after the end of the phase, which lasts {}", phase.name,
                     since(phase, fault.at), base::format_duration(phase.end - phase.begin)),
         fault.line});
  } else if (!fault.undo.empty() && fault.after >= plan.end() - fault.at) {
    errors.push_back(
        {fmt::format("fault \"{}\": undo comes {} later, after the run's end; expected less than {}",
                     phase.name, base::format_duration(fault.after),
                     base::format_duration(plan.end() - fault.at)),
         fault.line});
  }
}

}  // namespace

std::vector<PlanError> misplaced(const Plan& plan) {
  std::vector<PlanError> errors;
  for (const Change& change : plan.changes) check_place(plan, change, errors);
  for (std::size_t group = 0; group < plan.groups.size(); ++group) check_members(plan, group, errors);
  for (const Fault& fault : plan.faults) check_fault(plan, fault, errors);
  return errors;
}

int most_members(const Plan& plan, std::size_t group) {
  std::vector<std::pair<Nanos, int>> moves;
  for (const Attendance& member : attendances(plan, group)) {
    for (const Stay& stay : member.stays) {
      moves.emplace_back(stay.from, 1);
      moves.emplace_back(stay.until, -1);
    }
  }
  std::ranges::sort(moves);  // at the same time those that leave go first
  int present = 0, most = 0;
  for (const auto& [at, by] : moves) most = std::max(most, present += by);
  return most;
}

}  // namespace freshet::plan
