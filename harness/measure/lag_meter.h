// The freshness and consumer lag of one partition, exact (L1, L2): lag(t) = t - τ of the oldest head that is
// due, a function that rises with slope 1 and falls when a head settles. So its maximum in a second lies at a
// settling head or at the second's end, and time and debt over a bound follow in closed form (D1).
#pragma once

#include <vector>

#include "harness/measure/recorder.h"

namespace freshet::measure {

class LagMeter {
 public:
  LagMeter(std::uint16_t stream, std::uint16_t pass, std::int32_t partition, Nanos bound, Nanos now);

  // Time goes on to `now`, in the same second, with `oldest` the τ of the oldest head until then (kNever:
  // none).
  void advance(Nanos now, Nanos oldest);
  // Maxima at this instant; `since` <= 0 counts nothing.
  void sample_freshness(Nanos lag) { second_.freshness = lag > second_.freshness ? lag : second_.freshness; }
  void sample_consumer(Nanos lag) { second_.consumer = lag > second_.consumer ? lag : second_.consumer; }
  // The second that `at` lies in, whose end is the next boundary.
  std::int64_t second() const { return second_.second; }
  // Ends the current second and begins the next. A second without lag leaves no row: no row means no lag.
  // Tells the times over the bound, too.
  void close(Recorder& recorder);

 private:
  void add_over(Nanos from, Nanos until);

  LagSecond second_;
  std::vector<OverBound> over_;  // of the second, in order, apart
  Nanos bound_;
  Nanos until_;  // how far the integral has come
};

}  // namespace freshet::measure
