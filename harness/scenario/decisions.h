// What the decide functions of a scenario's reads say (metrics 2.4). A plan cannot keep a function, so the
// text that it carries is evaluated once more, with the run's params and in the same sandbox.
//
// A function gets one table, by class:
//   view.account_lock.n     events of the account that are known, of all its keys in the class, since the
//   start view.account_lock.age   seconds since the latest of them; nil when there is none
//   view.account_lock[1]    the same, { n, age }, of its first key (case, conversation), and so on
// and returns true, false, a number or a text.
#pragma once

#include <memory>
#include <vector>

#include "harness/base/result.h"
#include "harness/plan/decisions.h"
#include "harness/scenario/scenario.h"

namespace freshet::scenario {

// Lua instructions that one decision may take.
inline constexpr std::uint64_t kMostOfADecision = 100'000;

// Each function is tried: with nothing known, all known, each class alone. Error: what is wrong, a line
// "file:line: message" for each thing that is. The plan outlives what it gives; one thread at a time.
base::Result<std::unique_ptr<plan::Decisions>> decisions_of(const plan::Plan& plan);

// The same errors, for load_scenario().
std::vector<ScenarioError> wrong_decides(const plan::Plan& plan);

}  // namespace freshet::scenario
