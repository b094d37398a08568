// Who is in a live group when: what the scenario's group changes mean for each of its members. Pure.
#pragma once

#include <limits>
#include <vector>

#include "harness/plan/plan.h"

namespace freshet::plan {

inline constexpr std::size_t kNoChange = std::numeric_limits<std::size_t>::max();

// A member is there in [from, until). The first members of a group are there from before the start.
struct Stay {
  static constexpr Nanos kBeforeStart = std::numeric_limits<Nanos>::min();
  Nanos from = kBeforeStart, until = base::kNever;
  bool killed = false;               // how it ends: vanishes, or leaves as it should
  std::size_t began_by = kNoChange;  // index into Plan::changes
  std::size_t ended_by = kNoChange;
};
// It does not poll in [from, until); inside one of its stays at the begin.
struct Pause {
  Nanos from = 0, until = 0;
  std::size_t change = kNoChange;
};
struct Attendance {
  std::vector<Stay> stays;    // in order, not empty
  std::vector<Pause> pauses;  // in order, not overlapping
  bool present(Nanos at) const;
};

// One a member: the group's own first, then those that changes add, in order. Stop, kill and pause take the
// members that joined first and are still there, of equals the one with the lowest number; a pause takes
// only such as do not pause already. Fewer are taken where fewer are there.
std::vector<Attendance> attendances(const Plan& plan, std::size_t group);

// How many of the group's members are there at `at`.
int members_at(const std::vector<Attendance>& attendances, Nanos at);

}  // namespace freshet::plan
