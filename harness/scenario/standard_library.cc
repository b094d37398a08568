// What is left of Lua's standard library in a scenario.
#include <algorithm>
#include <array>
#include <cstring>

#include "harness/scenario/sandbox.h"

namespace freshet::scenario {
namespace {

constexpr std::array kGlobals = {"assert", "error", "ipairs", "select", "tonumber", "type"};
constexpr std::array kString = {"byte", "char", "len", "lower", "reverse", "sub", "upper"};
// No function of libm that is not exact, for their last digits differ between machines (E2).
constexpr std::array kMath = {"abs", "ceil",       "floor", "fmod", "huge", "max",       "maxinteger",
                              "min", "mininteger", "modf",  "pi",   "sqrt", "tointeger", "type"};
constexpr std::array kTable = {"pack"};
// Work on a whole table or text in one call: charged by its length.
constexpr std::array kChargedTable = {"concat", "insert", "remove", "sort", "unpack"};

constexpr std::array kWithheld = {
    "collectgarbage", "coroutine", "debug",      "dofile", "getmetatable", "io",
    "load",           "loadfile",  "loadstring", "next",   "os",           "package",
    "pcall",          "print",     "rawequal",   "rawget", "rawlen",       "rawset",
    "setmetatable",   "utf8",      "warn",       "xpcall", "_G",           "_VERSION"};

// Upvalue 1: the function itself.
int charged(lua_State* lua) {
  std::uint64_t cost = 1;
  const int given = lua_gettop(lua);
  for (int i = 1; i <= given; ++i) {
    if (lua_istable(lua, i)) cost += 32 * static_cast<std::uint64_t>(lua_rawlen(lua, i));
  }
  Sandbox::of(lua).charge(cost);
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, given, LUA_MULTRET);
  return lua_gettop(lua);
}

// table.insert(t, x) moves nothing, so it costs nothing more than its call.
int insert(lua_State* lua) {
  if (lua_gettop(lua) != 2) return charged(lua);
  luaL_checktype(lua, 1, LUA_TTABLE);
  lua_rawseti(lua, 1, static_cast<lua_Integer>(lua_rawlen(lua, 1)) + 1);
  return 0;
}

// table.unpack with a range asks for as many results as it names.
int unpack(lua_State* lua) {
  constexpr lua_Integer kMostResults = 1000;
  luaL_checktype(lua, 1, LUA_TTABLE);
  const lua_Integer first = luaL_optinteger(lua, 2, 1);
  const lua_Integer last = luaL_optinteger(lua, 3, static_cast<lua_Integer>(lua_rawlen(lua, 1)));
  if (last >= first && static_cast<lua_Unsigned>(last) - static_cast<lua_Unsigned>(first) >= kMostResults) {
    return luaL_error(lua, "table.unpack of more than %d values", static_cast<int>(kMostResults));
  }
  return charged(lua);
}

int concat(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  lua_settop(lua, 2);  // the whole list: a range could be without end
  return charged(lua);
}

// string.rep, whose work is in a number: even an empty text repeated 2^62 times takes that many steps.
int repeat(lua_State* lua) {
  std::size_t length = 0, between = 0;
  luaL_checklstring(lua, 1, &length);
  luaL_optlstring(lua, 3, "", &between);
  const lua_Integer times = luaL_checkinteger(lua, 2);
  const auto most = static_cast<lua_Integer>(kLongestText / std::max<std::size_t>(1, length + between));
  if (times > most) Sandbox::of(lua).exceed(Limit::text);
  if (times > 0) Sandbox::of(lua).charge(static_cast<std::uint64_t>(times));
  return charged(lua);
}

// Without addresses: "table: 0x55…" would make a plan that is another one each time.
int to_text(lua_State* lua) {
  luaL_checkany(lua, 1);
  const int type = lua_type(lua, 1);
  if (type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING) {
    luaL_tolstring(lua, 1, nullptr);
  } else {
    lua_pushstring(lua, lua_typename(lua, type));
  }
  return 1;
}

// For the same reason no table or function, and no %p.
int format(lua_State* lua) {
  std::size_t length = 0;
  const char* text = luaL_checklstring(lua, 1, &length);
  for (std::size_t i = 0; i < length; ++i) {
    if (text[i] != '%') continue;
    i += 1 + std::strspn(text + i + 1, "-+ #0123456789.");
    if (i < length && text[i] == 'p') return luaL_error(lua, "string.format: %%p is not available");
  }
  const int given = lua_gettop(lua);
  for (int i = 2; i <= given; ++i) {
    const int type = lua_type(lua, i);
    if (type != LUA_TNIL && type != LUA_TBOOLEAN && type != LUA_TNUMBER && type != LUA_TSTRING) {
      return luaL_error(lua, "string.format: argument %d is a %s", i, lua_typename(lua, type));
    }
  }
  return charged(lua);
}

// Opens `open`, and leaves on the stack a table with only the named functions of it.
template <std::size_t N>
void open_part(lua_State* lua, lua_CFunction open, const std::array<const char*, N>& names) {
  lua_newtable(lua);
  lua_pushcfunction(lua, open);
  lua_call(lua, 0, 1);
  for (const char* name : names) {
    lua_getfield(lua, -1, name);
    lua_setfield(lua, -3, name);
  }
}

// REQUIRES: the part at -2, the whole library at -1. Sets part[name] = function over the library's own.
void wrap(lua_State* lua, const char* name, lua_CFunction function) {
  lua_getfield(lua, -1, name);
  lua_pushcclosure(lua, function, 1);
  lua_setfield(lua, -3, name);
}

void open_strings(lua_State* lua) {
  open_part(lua, luaopen_string, kString);
  wrap(lua, "rep", repeat);
  wrap(lua, "format", format);
  lua_pop(lua, 1);
  // The methods of texts: ("x"):upper().
  lua_pushliteral(lua, "");
  lua_getmetatable(lua, -1);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lua_pop(lua, 2);
  lua_setglobal(lua, "string");
}

void open_tables(lua_State* lua) {
  open_part(lua, luaopen_table, kTable);
  for (const char* name : kChargedTable) wrap(lua, name, charged);
  wrap(lua, "insert", insert);
  wrap(lua, "unpack", unpack);
  wrap(lua, "concat", concat);
  lua_pop(lua, 1);
  lua_setglobal(lua, "table");
}

// pairs in the order of the keys: numbers, then texts.
constexpr const char* kPairs = R"(
local next, sort, kind = ...
local function before(a, b)
  if kind(a) ~= kind(b) then return kind(a) == "number" end
  return a < b
end
return function(t)
  local keys = {}
  for key in next, t do
    if kind(key) ~= "number" and kind(key) ~= "string" then
      error("pairs goes through names and numbers; found a " .. kind(key) .. " as key", 2)
    end
    keys[#keys + 1] = key
  end
  sort(keys, before)
  local at = 0
  return function()
    at = at + 1
    if keys[at] ~= nil then return keys[at], t[keys[at]] end
  end
end
)";

void open_base(lua_State* lua) {
  lua_pushcfunction(lua, luaopen_base);
  lua_call(lua, 0, 0);
  lua_pushglobaltable(lua);  // the library's whole table, replaced below by one with what is left
  lua_newtable(lua);
  for (const char* name : kGlobals) {
    lua_getfield(lua, -2, name);
    lua_setfield(lua, -2, name);
  }
  lua_pushvalue(lua, -1);
  lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_pushcfunction(lua, to_text);
  lua_setfield(lua, -2, "tostring");
  lua_pop(lua, 1);
  lua_getfield(lua, -1, "next");
  lua_replace(lua, -2);  // next stays on the stack
}

}  // namespace

void open_standard_library(lua_State* lua) {
  open_base(lua);  // leaves next
  open_strings(lua);
  open_tables(lua);
  open_part(lua, luaopen_math, kMath);
  lua_pop(lua, 1);
  lua_setglobal(lua, "math");
  luaL_loadbufferx(lua, kPairs, std::strlen(kPairs), "=pairs", "t");
  lua_insert(lua, -2);
  lua_getglobal(lua, "table");
  lua_getfield(lua, -1, "sort");
  lua_replace(lua, -2);
  lua_getglobal(lua, "type");
  lua_call(lua, 3, 1);
  lua_setglobal(lua, "pairs");
}

bool is_withheld(std::string_view global) {
  return std::find(kWithheld.begin(), kWithheld.end(), global) != kWithheld.end();
}

}  // namespace freshet::scenario
