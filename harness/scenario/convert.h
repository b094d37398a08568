// From Lua's values to ours. Internal to scenario/.
#pragma once

#include <lua.hpp>

#include "harness/scenario/errors.h"
#include "harness/scenario/source_map.h"
#include "harness/scenario/value.h"

namespace freshet::scenario {

// More values than this, or tables in tables deeper than this, are an error: no scenario, or a table that
// contains itself.
inline constexpr std::size_t kMostValues = 20'000;
inline constexpr int kDeepestTable = 16;

// The value at `index`, with the lines that `map` knows. `line` is the value's own when nothing better is
// known. Raises no Lua error and leaves the stack as it was.
Value convert(lua_State* lua, int index, int line, const SourceMap& map, Errors& errors);

// Remembers that the word made the table at `index` in `line`. May raise a Lua memory error.
void mark(lua_State* lua, int index, const char* word, int line);

// The value that stands for a name that is not there: it can be called and indexed without end, so that
// evaluation goes on and finds the other errors of the file. open_unknown makes it (may raise), push_unknown
// pushes it.
void open_unknown(lua_State* lua);
void push_unknown(lua_State* lua);
bool is_unknown(lua_State* lua, int index);

}  // namespace freshet::scenario
