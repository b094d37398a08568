// The words of a scenario: scenario, slo, param, warmup …, require, and what happens with a word that is not
// there. Internal to scenario/.
#pragma once

#include <lua.hpp>

namespace freshet::scenario {

// Puts the words into the state's globals. To be called protected, after open_standard_library.
void open_words(lua_State* lua);

// Pushes a metatable that makes reading a name which is not in the table an error of the scenario: `view has
// no "lock"; nearest: …`. `absent`, if any, is a name that may be missing: it is nil then. May raise.
void push_watch(lua_State* lua, const char* owner, const char* absent = nullptr);

}  // namespace freshet::scenario
