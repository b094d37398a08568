// What a replay, backlog or bootstrap pass is asked to read (P1), from the plan alone. Pure.
#pragma once

#include "harness/plan/plan.h"

namespace freshet::plan {

// Events of τ before it are not the pass's to read. kWholeLog: it reads all that was ever written; also when
// fewer bytes were written than it asks for. A start at an offset names no τ: kWholeLog.
//
// `bytes` becomes a time by the plan's own rates and mean sizes, prefill included: so it means the same on
// every cluster, whatever retention, compaction or compression have made of the log.
inline constexpr Nanos kWholeLog = INT64_MIN;
Nanos starts_at(const Plan& plan, const Replay& replay);

// Expected bytes of values that the streams write in [begin, end), prefill included.
double expected_bytes(const Plan& plan, const std::vector<std::size_t>& streams, Nanos begin, Nanos end);

}  // namespace freshet::plan
