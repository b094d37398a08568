// From base rates and phases to each stream's piecewise-linear rate.
//
//   warmup, steady, replay, recovery   the base rate
//   ramp                               from·base to to·base over the whole phase
//   incident                           base to magnitude·base over `ramp`, plateau, back to base over `decay`
//   rest                               nothing is sent
//
// A stream that a ramp or an incident does not name keeps its base rate.
#pragma once

#include "harness/plan/plan.h"

namespace freshet::plan {

// Fills Stream::segments of every stream. REQUIRES: phases in order, without gaps; ramp + decay <= length.
void fill_segments(Plan& plan);

// True when the phase changes the rate or mix of the stream.
bool changes(const Phase& phase, std::size_t stream);

// Rate of the stream at τ, events/s; 0 outside the run.
double rate_at(const Stream& stream, Nanos tau);

// The greatest rate of the stream in [begin, end), events/s.
double peak_rate(const Stream& stream, Nanos begin, Nanos end);

}  // namespace freshet::plan
