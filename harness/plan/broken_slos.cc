#include "harness/plan/broken_slos.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.h"
#include "harness/plan/expected.h"

namespace freshet::plan {
namespace {

Nanos in_nanos(double span) {
  return static_cast<Nanos>(span * static_cast<double>(base::kSecond));
}

// The longest time an event is due and not visible, seen at wall times in [begin, end).
Nanos peak_lag(const GroupFluid& fluid, Nanos service, Nanos begin, Nanos end) {
  Nanos peak = 0;
  for (int member = 0; member < fluid.members(); ++member) {
    for (const FluidCell& cell : fluid.cells(member)) {
      const Nanos lag = in_nanos(fluid.wait(cell.waiting_end)) + service;
      const Nanos seen = cell.end + lag;
      if (seen >= begin && seen < end) peak = std::max(peak, lag);
    }
  }
  return peak;
}

// D1: from the disturbance's end until the lag stays under the bound for the hold.
Nanos time_to_fresh(const Plan& plan, const GroupFluid& fluid, Nanos service, Nanos since, Nanos bound) {
  Nanos fresh = since;
  for (int member = 0; member < fluid.members(); ++member) {
    Nanos last_over = since;
    for (const FluidCell& cell : fluid.cells(member)) {
      const Nanos lag = in_nanos(fluid.wait(cell.waiting_end)) + service;
      const Nanos seen = cell.end + lag;
      if (lag <= bound || seen < since) continue;
      if (seen - lag + bound > last_over + plan.hold) break;  // fresh for the hold before it rose again
      last_over = seen;
    }
    fresh = std::max(fresh, last_over);
  }
  return fresh - since;
}

std::optional<std::string> too_many(const Plan& plan, const GroupFluid& fluid, const SloInstance& instance,
                                    Nanos limit, double allowed) {
  const Phase& phase = plan.phases[instance.phase];
  const double all = expected_events(plan, instance.stream, instance.tier, phase.begin, phase.end);
  const double over = fluid.expected_over(instance.stream, instance.tier, phase.begin, phase.end, limit);
  if (all <= 0 || over / all <= allowed) return std::nullopt;
  return fmt::format("{}: the service time alone makes {} of the events later than {} ({} allowed)",
                     describe(plan, instance), base::format_share(over / all), base::format_duration(limit),
                     base::format_share(allowed));
}

std::optional<std::string> too_long(const Plan& plan, const SloInstance& instance, Nanos figure) {
  if (static_cast<double>(figure) <= plan.slos[instance.slo].threshold) return std::nullopt;
  return fmt::format("{}: the service time alone makes it {}", describe(plan, instance),
                     base::format_duration(figure));
}

}  // namespace

std::optional<std::string> broken_by_model(const Plan& plan, const GroupFluid& fluid,
                                           const SloInstance& instance) {
  const Slo& slo = plan.slos[instance.slo];
  if (slo.comparison != Comparison::below) return std::nullopt;
  const Nanos service = plan.groups[instance.group].service_time;
  const Nanos bound = bound_of(plan, instance.group, instance.stream);
  switch (slo.figure) {
    case Figure::staleness_percentile:
      return too_many(plan, fluid, instance, static_cast<Nanos>(slo.threshold), 1 - slo.percentile);
    case Figure::staleness_share:
      return too_many(plan, fluid, instance, bound, slo.threshold);
    case Figure::freshness_lag: {
      const Phase& phase = plan.phases[instance.phase];
      return too_long(plan, instance, peak_lag(fluid, service, phase.begin, phase.end));
    }
    case Figure::time_to_fresh:
      return too_long(plan, instance,
                      time_to_fresh(plan, fluid, service, plan.phases[instance.phase].end, bound));
    default:
      return std::nullopt;
  }
}

}  // namespace freshet::plan
