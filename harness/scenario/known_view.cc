#include "harness/scenario/known_view.h"

#include <algorithm>

#include "harness/scenario/words.h"

namespace freshet::scenario {
namespace {

using base::Nanos;
using plan::KnownKey;

// Fills the table on top of the stack.
void fill(lua_State* lua, std::uint64_t events, Nanos age, int watch) {
  lua_pushinteger(lua, static_cast<lua_Integer>(events));
  lua_setfield(lua, -2, "n");
  if (events > 0) {
    lua_pushnumber(lua, static_cast<double>(age) / static_cast<double>(base::kSecond));
    lua_setfield(lua, -2, "age");
  }
  lua_rawgeti(lua, LUA_REGISTRYINDEX, watch);
  lua_setmetatable(lua, -2);
}

void push_class(lua_State* lua, const KnownView::Class& klass, Nanos at, std::span<const KnownKey> known) {
  lua_createtable(lua, static_cast<int>(klass.keys.size()), 2);
  std::uint64_t events = 0;
  Nanos latest = INT64_MIN;
  lua_Integer place = 0;
  for (const std::size_t key : klass.keys) {
    lua_createtable(lua, 0, 2);
    fill(lua, known[key].events, at - known[key].latest, klass.watch);
    lua_rawseti(lua, -2, ++place);
    events += known[key].events;
    if (known[key].events > 0) latest = std::max(latest, known[key].latest);
  }
  fill(lua, events, events > 0 ? at - latest : 0, klass.watch);
}

}  // namespace

KnownView::KnownView(const plan::Plan& plan, const plan::Read& read) {
  std::size_t key = 0;
  for (const std::size_t stream : read.streams) {
    const std::string& name = plan.streams[stream].klass;
    auto found = std::ranges::find(classes_, name, &Class::name);
    if (found == classes_.end())
      found = classes_.insert(classes_.end(), {name, "view." + name, {}, LUA_NOREF});
    for (std::uint32_t i = 0; i < plan.streams[stream].keys_of_account(); ++i) found->keys.push_back(key++);
  }
}

void KnownView::open(lua_State* lua) {
  push_watch(lua, "view");
  watch_ = luaL_ref(lua, LUA_REGISTRYINDEX);
  for (Class& klass : classes_) {
    push_watch(lua, klass.owner.c_str(), "age");
    klass.watch = luaL_ref(lua, LUA_REGISTRYINDEX);
  }
}

void KnownView::push(lua_State* lua, Nanos at, std::span<const KnownKey> known) const {
  lua_createtable(lua, 0, static_cast<int>(classes_.size()));
  for (const Class& klass : classes_) {
    push_class(lua, klass, at, known);
    lua_setfield(lua, -2, klass.name.c_str());
  }
  lua_rawgeti(lua, LUA_REGISTRYINDEX, watch_);
  lua_setmetatable(lua, -2);
}

}  // namespace freshet::scenario
