// The staleness bounds that are counted exactly for a (stream, pass) while it runs, so that SLOs are decided
// by counting and never from a histogram (E7).
#pragma once

#include <cstddef>
#include <vector>

#include "harness/plan/plan.h"

namespace freshet::plan {

// [0] = the bound of the stream's class as the group sees it (E9), then the distinct thresholds of the
// staleness-percentile SLOs that can match the (stream, group), in the order they are written. ns.
// `pass` is a live group's index; a replay has no staleness (P1), so its list is empty, as is that of a group
// that does not read the stream.
std::vector<Nanos> thresholds(const Plan& plan, std::size_t stream, std::size_t pass);

}  // namespace freshet::plan
