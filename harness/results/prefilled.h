// What became of the events that were written before the run (E4) at the passes that had to read them (P1).
#pragma once

#include <vector>

#include "harness/plan/lanes.h"
#include "harness/plan/plan.h"
#include "harness/results/facts.h"
#include "harness/results/last_of_keys.h"
#include "harness/results/outcomes.h"
#include "harness/results/passes.h"

namespace freshet::results {

// Tells `last` of every event that the log took. REQUIRES: last.compacted().
void note_prefilled(const plan::StreamLanes& lanes, LastOfKeys& last);

// Fills PassOutcomes::prefilled of the passes that read the stream. `last` knows all that is in the log.
// Streams over the events: nothing grows with them.
void resolve_prefilled(const plan::Plan& plan, const plan::StreamLanes& lanes,
                       const std::vector<PassSpan>& spans, std::uint16_t stream, const Facts& facts,
                       const LastOfKeys& last, std::vector<PassOutcomes>& passes);

}  // namespace freshet::results
