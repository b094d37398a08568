#include "harness/scenario/reachable.h"

#include <bit>
#include <cstring>
#include <string_view>
#include <unordered_set>

#include "harness/base/quoted.h"
#include "harness/base/random.h"

namespace freshet::scenario {
namespace {

// Tables and functions that are still to be gone through wait on Lua's own stack, so that none nests too
// deep.
class Walk {
 public:
  explicit Walk(lua_State* lua) : lua_(lua), bottom_(lua_gettop(lua)) {}

  // Of the value on top of the stack, which it pops.
  std::uint64_t hash() {
    look(-1);
    if (!is_container(-1)) lua_pop(lua_, 1);
    while (lua_gettop(lua_) >= bottom_) {
      if (lua_type(lua_, -1) == LUA_TTABLE) {
        table();
      } else {
        function();
      }
    }
    return hash_;
  }

 private:
  void mix(std::uint64_t word) { hash_ = base::mix64(hash_ ^ word); }

  bool is_container(int index) const {
    const int type = lua_type(lua_, index);
    return type == LUA_TTABLE || type == LUA_TFUNCTION;
  }

  // Mixes what the value itself is. True when it is a container that was not met before.
  bool look(int index) {
    const int type = lua_type(lua_, index);
    mix(static_cast<std::uint64_t>(type) + 1);
    switch (type) {
      case LUA_TBOOLEAN:
        mix(static_cast<std::uint64_t>(lua_toboolean(lua_, index)));
        break;
      case LUA_TNUMBER:
        mix(lua_isinteger(lua_, index) != 0 ? static_cast<std::uint64_t>(lua_tointeger(lua_, index))
                                            : std::bit_cast<std::uint64_t>(lua_tonumber(lua_, index)));
        break;
      case LUA_TSTRING:
        text(index);
        break;
      case LUA_TTABLE:
      case LUA_TFUNCTION:
        mix(std::bit_cast<std::uintptr_t>(lua_topointer(lua_, index)));
        return seen_.insert(lua_topointer(lua_, index)).second;
      default:
        break;
    }
    return false;
  }

  void text(int index) {
    std::size_t length = 0;
    const char* text = lua_tolstring(lua_, index, &length);
    mix(std::hash<std::string_view>{}({text, length}));
  }

  // Puts the value at `index` to those that wait, below the container at `at`, where it is a new one.
  void meet(int index, int& at) {
    if (!look(index) || lua_checkstack(lua_, 8) == 0) return;
    lua_pushvalue(lua_, index);
    lua_insert(lua_, at++);
  }

  // An unchanged table is gone through in the same order each time.
  void table() {
    int at = lua_gettop(lua_);
    lua_pushnil(lua_);
    while (lua_next(lua_, at) != 0) {
      meet(-2, at);
      meet(-1, at);
      lua_pop(lua_, 1);
    }
    lua_pop(lua_, 1);
  }

  void function() {
    int at = lua_gettop(lua_);
    for (int i = 1; lua_getupvalue(lua_, at, i) != nullptr; ++i) {
      meet(-1, at);
      lua_pop(lua_, 1);
    }
    lua_pop(lua_, 1);
  }

  lua_State* lua_;
  int bottom_;  // of what waits
  std::uint64_t hash_ = 0;
  std::unordered_set<const void*> seen_;
};

}  // namespace

Reachable reachable_from(lua_State* lua, int index) {
  const int function = lua_absindex(lua, index);
  Reachable all;
  for (int i = 1; const char* name = lua_getupvalue(lua, function, i); ++i)
    all.emplace_back(name, Walk(lua).hash());
  return all;
}

std::string changed(const Reachable& before, const Reachable& after) {
  for (std::size_t i = 0; i < before.size() && i < after.size(); ++i) {
    if (before[i] == after[i]) continue;
    return before[i].first == "_ENV" ? "a global" : base::quoted(before[i].first);
  }
  return "";
}

}  // namespace freshet::scenario
