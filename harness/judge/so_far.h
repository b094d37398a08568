// SLOs while a run goes on: which of them cannot hold any more, as far as what is known by now says. The
// verdict comes at the end (verdict.h). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/judge/verdict.h"
#include "harness/plan/plan.h"
#include "harness/plan/slo_instances.h"
#include "harness/results/figures.h"
#include "harness/results/live.h"

namespace freshet::judge {

struct SloSoFar {
  std::string text;  // as SloVerdict::text
  // Of an SLO on staleness: events of its phase that are bad at its threshold by now, and how many of all the
  // phase's events may be. While the run goes, `planned` is what is expected (E8) and `bad` knows only events
  // that became visible.
  struct Events {
    std::uint64_t planned = 0, bad = 0, allowed = 0;
  };
  std::optional<Events> events;
  // More is bad already than may be at the end. None: that is known only at the end.
  std::optional<bool> broken;
};

// One an instance, in their order.
std::vector<SloSoFar> slos_so_far(const plan::Plan& plan, const std::vector<plan::SloInstance>& instances,
                                  const results::Live& live);

// The same of a run that is over and judged: exact, and broken is what does not hold.
std::vector<SloSoFar> slos_at_end(const plan::Plan& plan, const std::vector<plan::SloInstance>& instances,
                                  const results::Figures& figures, const Verdict& verdict);

}  // namespace freshet::judge
