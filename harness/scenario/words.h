// The words of a scenario: scenario, slo, param, warmup …, require, and what happens with a word that is not
// there. Internal to scenario/.
#pragma once

#include <lua.hpp>

namespace freshet::scenario {

// Puts the words into the state's globals. To be called protected, after open_standard_library.
void open_words(lua_State* lua);

}  // namespace freshet::scenario
