// Whether a function has changed anything that outlives its calls. Internal to scenario/.
#pragma once

#include <cstdint>
#include <lua.hpp>
#include <string>
#include <utility>
#include <vector>

namespace freshet::scenario {

// A fingerprint of each upvalue of a function: of all values, tables and functions that can be reached from
// it. It is the same again as long as nothing of that was assigned to.
using Reachable = std::vector<std::pair<std::string, std::uint64_t>>;

// Of the function at `index`. Raises no Lua error and leaves the stack as it was.
Reachable reachable_from(lua_State* lua, int index);

// The first name that differs, as a message may call it: `"count"`, `a global`; "" when none does.
std::string changed(const Reachable& before, const Reachable& after);

}  // namespace freshet::scenario
