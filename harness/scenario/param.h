// param { "chat_rate", default = "1000/s", about = "chat turns a second" }. Internal to scenario/.
#pragma once

#include <deque>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/scenario/errors.h"
#include "harness/scenario/value.h"

namespace freshet::scenario {

// Adds the described param to `params`, its value that of -P where given. Its type is the one it states, or
// what its default looks like: number, boolean, rate, duration, share, bytes, else text. Null when the
// description is wrong; a wrong -P is an error, too, and leaves the default.
const plan::Param* define_param(const Value& description, const Options& options,
                                std::deque<plan::Param>& params, Errors& errors);

// -P for params that the scenario does not have.
void refuse_unknown_params(const Options& options, const std::deque<plan::Param>& params, Errors& errors);

}  // namespace freshet::scenario
