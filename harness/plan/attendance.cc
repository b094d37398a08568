#include "harness/plan/attendance.h"

#include <algorithm>

namespace freshet::plan {
namespace {

bool paused(const Attendance& member, Nanos at) {
  return !member.pauses.empty() && at < member.pauses.back().until;
}

// Indices of the members that are there, those that joined first in front.
std::vector<std::size_t> by_seniority(const std::vector<Attendance>& members, Nanos at) {
  std::vector<std::size_t> there;
  for (std::size_t m = 0; m < members.size(); ++m) {
    if (members[m].present(at)) there.push_back(m);
  }
  std::ranges::stable_sort(there, {}, [&](std::size_t m) { return members[m].stays.back().from; });
  return there;
}

void add(std::vector<Attendance>& members, const Change& change, std::size_t index) {
  for (int i = 0; i < change.members; ++i) {
    members.push_back({.stays = {{.from = change.at, .began_by = index}}, .pauses = {}});
  }
}

void end_stay(Attendance& member, const Change& change, std::size_t index) {
  Stay& stay = member.stays.back();
  stay.until = change.at;
  stay.killed = change.kind == ChangeKind::kill;
  stay.ended_by = index;
  if (change.lasts > 0) member.stays.push_back({.from = change.at + change.lasts, .began_by = index});
}

void take(std::vector<Attendance>& members, const Change& change, std::size_t index) {
  int left = change.members;
  for (const std::size_t m : by_seniority(members, change.at)) {
    if (left == 0) return;
    if (change.kind == ChangeKind::pause) {
      if (paused(members[m], change.at)) continue;
      members[m].pauses.push_back({change.at, change.at + change.lasts, index});
    } else {
      end_stay(members[m], change, index);
    }
    --left;
  }
}

}  // namespace

bool Attendance::present(Nanos at) const {
  return std::ranges::any_of(stays, [at](const Stay& s) { return s.from <= at && at < s.until; });
}

std::vector<Attendance> attendances(const Plan& plan, std::size_t group) {
  std::vector<Attendance> members(static_cast<std::size_t>(plan.groups[group].members), {{Stay{}}, {}});
  for (std::size_t c = 0; c < plan.changes.size(); ++c) {
    const Change& change = plan.changes[c];
    if (change.group != group) continue;
    if (change.kind == ChangeKind::add) {
      add(members, change, c);
    } else {
      take(members, change, c);
    }
  }
  return members;
}

int members_at(const std::vector<Attendance>& attendances, Nanos at) {
  return static_cast<int>(
      std::ranges::count_if(attendances, [at](const Attendance& member) { return member.present(at); }));
}

}  // namespace freshet::plan
