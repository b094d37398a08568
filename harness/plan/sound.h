// Is the plan one that lanes can be built from and roles can run? What a scenario's own checks should have
// made sure of, and a plan read from a file has to be asked.
#pragma once

#include "harness/base/result.h"
#include "harness/plan/plan.h"

namespace freshet::plan {

// Upper limits, so that a damaged or hostile plan is an error and not an exhausted machine.
inline constexpr std::uint64_t kMostKeys = 100'000'000;  // of a stream; 1.2 GB
inline constexpr double kMostEvents = 1e12;              // of a stream
inline constexpr int kMostLanes = 65'535;
inline constexpr double kMostCompression = 20;
inline constexpr int kMostMembers = 10'000;
inline constexpr int kMostCpus = 1024;  // what sched_setaffinity takes by default
inline constexpr Nanos kLongestRun = 400LL * 86'400 * base::kSecond;

// The first thing that is wrong, as a sentence. Never reads out of bounds, whatever the plan holds.
base::Status sound(const Plan& plan);

}  // namespace freshet::plan
