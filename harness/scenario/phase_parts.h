// What happens in a phase beside its load: passes, changes of groups, faults. Each function reads one of
// them, of the table that `reader` has: a phase's own, or one after the phase's length. Internal to
// scenario/.
#pragma once

#include <cstddef>

#include "harness/plan/plan.h"
#include "harness/scenario/reader.h"

namespace freshet::scenario {

// Appends the pass, which begins with the phase.
void read_pass(Reader& reader, plan::PassKind kind, std::size_t phase, plan::Plan& plan);
// Appends the changes that one table says, all at the same time.
void read_change(Reader& reader, std::size_t phase, plan::Plan& plan);
void read_fault(Reader& reader, std::size_t phase, plan::Plan& plan);

// isolation = true (D2): the phase that was read last becomes the first of 2 × pairs windows, off and on in
// turn; the passes from `first_pass` on, which begin with it, run in each window that is on.
void spread_windows(Reader& reader, std::size_t first_pass, plan::Plan& plan);

}  // namespace freshet::scenario
