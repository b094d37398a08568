#include "harness/results/ideal.h"

#include <algorithm>

namespace freshet::results {

// An event at part x of a span is due at begin + x·length and leaves at start + x·events/capacity, so its lag
// is linear in x: it passes the bound, or zero, at most once in a span.
Ideal ideal_drain(const std::vector<Due>& due, double from, double capacity, double bound) {
  double free = from;  // when the next event may leave
  double drained = -1, fresh = from, planned_until = from;
  for (const Due& span : due) {
    planned_until = std::max(planned_until, span.end);
    const double length = span.end - span.begin, work = span.events / capacity;
    const double start = std::max(free, span.begin);
    const double lag_begin = start - span.begin, lag_end = std::max(0.0, lag_begin + work - length);
    const double slope = work - length;  // of the lag, over the span
    if (drained < 0 && lag_begin + slope <= 0 && span.end > from) {
      drained = lag_begin <= 0 ? std::max(from, span.begin) : span.begin + lag_begin / -slope * length;
    }
    if (lag_end > bound) {
      fresh = span.end + lag_end;
    } else if (lag_begin > bound) {
      fresh = start + (lag_begin - bound) / -slope * work;
    }
    free = span.end + lag_end;
  }
  if (drained < 0) drained = free;
  const auto since = [&](double at) {
    return at <= planned_until ? std::max(0.0, at - from) : Ideal::kNoEnd;
  };
  return {since(drained), since(fresh)};
}

}  // namespace freshet::results
