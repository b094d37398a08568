#include "harness/scenario/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "harness/scenario/convert.h"
#include "harness/scenario/library.h"
#include "harness/scenario/param.h"
#include "harness/scenario/sandbox.h"

// Lua raises errors by longjmp, past destructors. So functions here that call what can raise hold no objects
// that need one; functions that do hold such objects call nothing that raises, and say so.

namespace freshet::scenario {
namespace {

struct Word {
  const char* name;
  bool takes_text;  // warmup "20s" is short for warmup { "20s" }
};

constexpr std::array<Word, 15> kWords{{{"scenario", false},
                                       {"population", false},
                                       {"slo", true},
                                       {"phase", false},
                                       {"warmup", true},
                                       {"steady", true},
                                       {"ramp", true},
                                       {"incident", true},
                                       {"replay", true},
                                       {"backlog", true},
                                       {"bootstrap", true},
                                       {"change", true},
                                       {"fault", true},
                                       {"recovery", true},
                                       {"rest", true}}};

// Raises nothing.
std::string describe_argument(lua_State* lua, int index) {
  if (lua_type(lua, index) != LUA_TSTRING) return luaL_typename(lua, index);
  std::size_t length = 0;
  const char* text = lua_tolstring(lua, index, &length);
  return quoted({text, length});
}

// Raises nothing.
void wrong_argument(lua_State* lua, const char* word, int index) {
  const std::string found = lua_isnone(lua, index) ? "nothing" : describe_argument(lua, index);
  Sandbox::of(lua).errors().add(
      user_line(lua), fmt::format("{}: found {}, expected one table, as in {} {{ … }}", word, found, word));
}

// Upvalues: the word, whether it takes a text.
int make(lua_State* lua) {
  Sandbox::of(lua).charge(100);
  const char* word = lua_tostring(lua, lua_upvalueindex(1));
  if (lua_gettop(lua) == 1 && is_unknown(lua, 1)) return 1;
  if (lua_gettop(lua) == 1 && lua_type(lua, 1) == LUA_TSTRING &&
      lua_toboolean(lua, lua_upvalueindex(2)) != 0) {
    lua_newtable(lua);
    lua_insert(lua, 1);
    lua_rawseti(lua, 1, 1);
  }
  if (lua_gettop(lua) != 1 || !lua_istable(lua, 1)) {
    wrong_argument(lua, word, lua_gettop(lua) > 1 ? 2 : 1);
    push_unknown(lua);
    return 1;
  }
  mark(lua, 1, word, user_line(lua));
  return 1;
}

void push_param(lua_State* lua, const plan::Param& param) {
  if (param.type == "boolean") {
    lua_pushboolean(lua, param.value == "true" ? 1 : 0);
  } else if (param.type != "number" || lua_stringtonumber(lua, param.value.c_str()) == 0) {
    lua_pushlstring(lua, param.value.data(), param.value.size());
  }
}

// Raises nothing. Null when the param is wrong.
const plan::Param* define(lua_State* lua) {
  Sandbox& sandbox = Sandbox::of(lua);
  const Value description = convert(lua, 1, user_line(lua), sandbox.map(), sandbox.errors());
  return define_param(description, sandbox.options(), sandbox.params(), sandbox.errors());
}

int param(lua_State* lua) {
  Sandbox::of(lua).charge(5000);  // what reading the description costs
  if (lua_gettop(lua) != 1 || !lua_istable(lua, 1)) {
    wrong_argument(lua, "param", lua_gettop(lua) > 1 ? 2 : 1);
    push_unknown(lua);
    return 1;
  }
  mark(lua, 1, "param", user_line(lua));
  if (const plan::Param* defined = define(lua)) {
    push_param(lua, *defined);
  } else {
    push_unknown(lua);
  }
  return 1;
}

// The names of the user's local variables that can be seen now. Raises nothing.
void add_locals(lua_State* lua, std::vector<std::string>& names) {
  lua_Debug frame;
  for (int level = 0; lua_getstack(lua, level, &frame) != 0; ++level) {
    lua_getinfo(lua, "S", &frame);
    if (std::strcmp(frame.source, kUserChunk) != 0) continue;
    for (int i = 1; const char* name = lua_getlocal(lua, &frame, i); ++i) {
      lua_pop(lua, 1);
      if (name[0] != '(') names.emplace_back(name);
    }
    return;
  }
}

// Raises nothing. `owner` is "" for the globals; the table is at 1, the missing key at 2.
void report_missing(lua_State* lua, const std::string& owner) {
  const std::string key = lua_tostring(lua, 2);
  Errors& errors = Sandbox::of(lua).errors();
  const int line = user_line(lua);
  if (owner.empty() && is_withheld(key)) {
    errors.add(line,
               fmt::format("{} is not available: a scenario only describes, without files, clock or chance",
                           quoted(key)));
    return;
  }
  std::vector<std::string> names;
  if (owner.empty()) add_locals(lua, names);
  lua_pushnil(lua);
  while (lua_next(lua, 1) != 0) {
    lua_pop(lua, 1);
    if (lua_type(lua, -1) == LUA_TSTRING) names.emplace_back(lua_tostring(lua, -1));
  }
  std::sort(names.begin(), names.end());
  errors.add(line, (owner.empty() ? fmt::format("unknown name {}", quoted(key))
                                  : fmt::format("{} has no {}", owner, quoted(key))) +
                       suggestion(key, names));
}

// __index of the globals and of each module. Upvalue 1: the module's name, "" for the globals; 2: a name that
// may be missing, or nil.
int missing(lua_State* lua) {
  if (lua_type(lua, 2) != LUA_TSTRING || lua_rawequal(lua, 2, lua_upvalueindex(2)) != 0) return 0;
  Sandbox::of(lua).charge(1000);  // what a message costs
  report_missing(lua, lua_tostring(lua, lua_upvalueindex(1)));
  push_unknown(lua);
  return 1;
}

// Makes reading a name that is not in the table on top of the stack an error of the scenario.
void watch(lua_State* lua, const char* owner) {
  push_watch(lua, owner);
  lua_setmetatable(lua, -2);
}

// ---- What library modules get as arguments ---------------------------------------------------------------

// mark(word, table): the table is what the word made in the user's line.
int library_mark(lua_State* lua) {
  mark(lua, 2, luaL_checkstring(lua, 1), user_line(lua));
  lua_settop(lua, 2);
  return 1;
}

// given(word, value): the user's argument as a table; anything else is an error of the scenario.
int library_given(lua_State* lua) {
  Sandbox::of(lua).charge(100);
  const char* word = luaL_checkstring(lua, 1);
  if (lua_istable(lua, 2)) {
    lua_settop(lua, 2);
    return 1;
  }
  if (!lua_isnoneornil(lua, 2) && !is_unknown(lua, 2)) wrong_argument(lua, word, 2);
  lua_newtable(lua);
  return 1;
}

// ---- require ---------------------------------------------------------------------------------------------

const LibraryModule* find_module(std::string_view name) {
  for (const LibraryModule& module : library_modules()) {
    if (module.name == name) return &module;
  }
  return nullptr;
}

// Raises nothing.
void report_no_module(lua_State* lua) {
  std::vector<std::string> names;
  for (const LibraryModule& module : library_modules()) names.emplace_back(module.name);
  const std::string found = describe_argument(lua, 1);
  const std::string word = lua_type(lua, 1) == LUA_TSTRING ? lua_tostring(lua, 1) : "";
  Sandbox::of(lua).errors().add(user_line(lua), fmt::format("require: there is no library module {}{}", found,
                                                            suggestion(word, names)));
}

// Upvalue 1: the modules that are loaded, by name.
int require(lua_State* lua) {
  Sandbox::of(lua).charge(1000);
  lua_settop(lua, 1);
  const LibraryModule* module = lua_type(lua, 1) == LUA_TSTRING ? find_module(lua_tostring(lua, 1)) : nullptr;
  if (module == nullptr) {
    report_no_module(lua);
    push_unknown(lua);
    return 1;
  }
  if (lua_getfield(lua, lua_upvalueindex(1), module->name) != LUA_TNIL) return 1;
  if (luaL_loadbufferx(lua, module->text.data(), module->text.size(), "=library", "t") != LUA_OK) {
    return lua_error(lua);
  }
  lua_pushcfunction(lua, library_mark);
  lua_pushcfunction(lua, library_given);
  lua_call(lua, 2, 1);
  watch(lua, module->name);
  lua_pushvalue(lua, -1);
  lua_setfield(lua, lua_upvalueindex(1), module->name);
  return 1;
}

}  // namespace

void push_watch(lua_State* lua, const char* owner, const char* absent) {
  lua_newtable(lua);
  lua_pushstring(lua, owner);
  lua_pushstring(lua, absent);  // nil when there is none
  lua_pushcclosure(lua, missing, 2);
  lua_setfield(lua, -2, "__index");
}

void open_words(lua_State* lua) {
  open_unknown(lua);
  for (const Word& word : kWords) {
    lua_pushstring(lua, word.name);
    lua_pushboolean(lua, word.takes_text ? 1 : 0);
    lua_pushcclosure(lua, make, 2);
    lua_setglobal(lua, word.name);
  }
  lua_pushcfunction(lua, param);
  lua_setglobal(lua, "param");
  lua_newtable(lua);
  lua_pushcclosure(lua, require, 1);
  lua_setglobal(lua, "require");
  for (const char* part : {"string", "table", "math"}) {
    lua_getglobal(lua, part);
    watch(lua, part);
    lua_pop(lua, 1);
  }
  lua_pushglobaltable(lua);
  watch(lua, "");
  lua_pop(lua, 1);
}

}  // namespace freshet::scenario
