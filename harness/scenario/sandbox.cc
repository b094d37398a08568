#include "harness/scenario/sandbox.h"

#include <cassert>
#include <cstdlib>
#include <cstring>

namespace freshet::scenario {
namespace {

constexpr int kCountStep = 1000;  // instructions between two calls of the hook
constexpr std::uint64_t kBytesPerInstruction = 64;

}  // namespace

Sandbox::Sandbox(const SourceMap& map, const Options& options, Errors& errors)
    : map_(map), options_(options), errors_(errors), lua_(lua_newstate(&allocate, this)) {
  if (lua_ == nullptr) return;
  *static_cast<Sandbox**>(lua_getextraspace(lua_)) = this;
  lua_sethook(lua_, &count, LUA_MASKCOUNT, kCountStep);
}

Sandbox::~Sandbox() {
  if (lua_ != nullptr) lua_close(lua_);
}

Sandbox& Sandbox::of(lua_State* lua) {
  return **static_cast<Sandbox**>(lua_getextraspace(lua));
}

int Sandbox::run(lua_CFunction function, void* argument) {
  enforced_ = true;
  error_line_ = 0;
  lua_pushcfunction(lua_, &note_error);  // no push allocates
  const int handler = lua_gettop(lua_);
  lua_pushcfunction(lua_, function);
  lua_pushlightuserdata(lua_, argument);
  const int status = lua_pcall(lua_, 1, 0, handler);
  lua_remove(lua_, handler);
  enforced_ = false;
  if (status != LUA_ERRMEM && limit_ != Limit::instructions && limit_ != Limit::text) limit_ = Limit::none;
  return status;
}

void Sandbox::allow(std::uint64_t instructions) {
  spent_ = 0;
  allocated_ = 0;
  most_instructions_ = instructions;
  limit_ = Limit::none;
}

// Lua's message handler: the stack is still as it was at the error.
int Sandbox::note_error(lua_State* lua) {
  of(lua).error_line_ = user_line(lua);
  return 1;
}

void Sandbox::charge(std::uint64_t cost) {
  spent_ += cost;
  if (spent_ + allocated_ / kBytesPerInstruction > most_instructions_) exceed(Limit::instructions);
}

void Sandbox::exceed(Limit limit) {
  limit_ = limit;
  limit_line_ = user_line(lua_);
  luaL_error(lua_, "limit");
  std::abort();  // luaL_error does not return
}

void Sandbox::count(lua_State* lua, lua_Debug*) {
  of(lua).charge(kCountStep);
}

void* Sandbox::refuse(Limit limit) {
  limit_ = limit;
  limit_line_ = user_line(lua_);
  return nullptr;
}

bool Sandbox::allowed(bool is_new, std::size_t kind, std::size_t old_size, std::size_t size) {
  if (!enforced_) return true;
  if (is_new && kind == LUA_TSTRING && size > kLongestText + 64) return refuse(Limit::text) != nullptr;
  if (used_ + (size - old_size) > kMostMemory) return refuse(Limit::memory) != nullptr;
  return true;
}

// Lua's contract: `old_size` of a new block is the kind of object it is for; shrinking must not fail.
void* Sandbox::allocate(void* self, void* block, std::size_t old_size, std::size_t size) {
  auto& sandbox = *static_cast<Sandbox*>(self);
  const std::size_t had = block == nullptr ? 0 : old_size;
  if (size == 0) {
    std::free(block);
    sandbox.used_ -= had;
    return nullptr;
  }
  if (size > had && !sandbox.allowed(block == nullptr, old_size, had, size)) return nullptr;
  void* moved = std::realloc(block, size);
  if (moved == nullptr) return size <= had ? block : nullptr;
  sandbox.used_ += size - had;  // wraps rightly when shrinking
  sandbox.allocated_ += size;
  return moved;
}

int user_line(lua_State* lua) {
  if (lua == nullptr) return 0;
  lua_Debug frame;
  for (int level = 0; lua_getstack(lua, level, &frame) != 0; ++level) {
    lua_getinfo(lua, "Sl", &frame);
    if (frame.currentline > 0 && std::strcmp(frame.source, kUserChunk) == 0) return frame.currentline;
  }
  return 0;
}

}  // namespace freshet::scenario
