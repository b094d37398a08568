// What a decide function is given: a table by class of what is known of an account (decisions.h says its
// fields). A name that is not in it is an error of the scenario. Internal to scenario/.
#pragma once

#include <cstddef>
#include <lua.hpp>
#include <span>
#include <string>
#include <vector>

#include "harness/plan/decisions.h"
#include "harness/plan/plan.h"

namespace freshet::scenario {

class KnownView {
 public:
  struct Class {
    std::string name, owner;        // "account_lock", "view.account_lock"
    std::vector<std::size_t> keys;  // by their place in what is known
    int watch = LUA_NOREF;          // metatable of its tables
  };

  KnownView(const plan::Plan& plan, const plan::Read& read);
  const std::vector<Class>& classes() const { return classes_; }

  // Makes what push() needs in the state, once. May raise.
  void open(lua_State* lua);
  // Pushes the table, a new one each time. May raise.
  void push(lua_State* lua, base::Nanos at, std::span<const plan::KnownKey> known) const;

 private:
  std::vector<Class> classes_;
  int watch_ = LUA_NOREF;
};

}  // namespace freshet::scenario
