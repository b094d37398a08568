// When events happen: arrival processes over a piecewise-linear rate.
#pragma once

#include "harness/base/time.h"

namespace freshet::workloads {

enum class Arrival {
  poisson,  // non-homogeneous Poisson by inversion of the cumulative rate
  uniform,  // even within a lane
};

// A stretch of a stream's rate: linear from rate_begin to rate_end (events/s); hot_share of its events goes
// to the phase's hot accounts, the rest keeps the base mix (E9).
struct Segment {
  base::Nanos begin = 0;
  base::Nanos end = 0;
  double rate_begin = 0;
  double rate_end = 0;
  double hot_share = 0;
  unsigned hot_accounts = 0;  // how many of the enterprise tier, when hot_share > 0

  // Rate at t, events/s. REQUIRES: t in [begin, end].
  double rate(base::Nanos t) const {
    if (rate_begin == rate_end) return rate_begin;
    return rate_begin +
           (rate_end - rate_begin) * (static_cast<double>(t - begin) / static_cast<double>(end - begin));
  }
  // Expected events in the stretch, and in the part of it that lies in [from, to).
  double mass() const { return mass(begin, end); }
  double mass(base::Nanos from, base::Nanos to) const {
    from = from > begin ? from : begin;
    to = to < end ? to : end;
    if (from >= to) return 0;
    return (rate(from) + rate(to)) / 2 *
           (static_cast<double>(to - from) / static_cast<double>(base::kSecond));
  }
};

}  // namespace freshet::workloads
