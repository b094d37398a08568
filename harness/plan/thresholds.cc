#include "harness/plan/thresholds.h"

#include <algorithm>
#include <cmath>

namespace freshet::plan {

std::vector<Nanos> thresholds(const Plan& plan, std::size_t stream, std::size_t pass) {
  if (pass >= plan.groups.size()) return {};
  const Group& group = plan.groups[pass];
  const auto read = std::find_if(group.streams.begin(), group.streams.end(),
                                 [&](const GroupStream& s) { return s.stream == stream; });
  if (read == group.streams.end()) return {};

  std::vector<Nanos> bounds{read->bound};
  for (const Slo& slo : plan.slos) {
    const bool matches = slo.figure == Figure::staleness_percentile &&
                         (slo.klass.empty() || slo.klass == plan.streams[stream].klass) &&
                         (slo.group.empty() || slo.group == group.name);
    const Nanos bound = std::llround(slo.threshold);
    if (matches && std::find(bounds.begin(), bounds.end(), bound) == bounds.end()) bounds.push_back(bound);
  }
  return bounds;
}

}  // namespace freshet::plan
