#include "harness/plan/isolation.h"

#include <algorithm>

#include "harness/plan/rates.h"

namespace freshet::plan {

bool has_isolation(const Plan& plan) {
  return std::ranges::any_of(plan.phases, [](const Phase& phase) { return !phase.isolation.empty(); });
}

Plan isolation_part(const Plan& plan) {
  Plan part = plan;
  while (part.phases.back().isolation.empty()) part.phases.pop_back();
  part.slos.clear();
  part.faults.clear();
  const auto is_later = [&](const auto& happens) { return happens.phase >= part.phases.size(); };
  std::erase_if(part.replays, is_later);
  std::erase_if(part.changes, is_later);
  fill_segments(part);
  return part;
}

}  // namespace freshet::plan
