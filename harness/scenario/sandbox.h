// A Lua state in which a scenario can describe and nothing else: no files, clock, chance, coroutines or
// metatables; bounded work and memory. Internal to scenario/.
//
// What is left of the standard library is listed in sandbox.cc. Two things are missing on purpose:
//   pcall    nothing can go on after an error or a limit, so no limit can be swallowed;
//   patterns (string.find, match, gmatch, gsub): matching can take exponential time inside one C call, where
//            no instruction is counted.
// Every C function that remains takes time that is bounded by the memory limit or is charged like
// instructions. pairs goes through keys in order, so that a plan does not depend on a table's layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <lua.hpp>
#include <string_view>

#include "harness/plan/plan.h"
#include "harness/scenario/errors.h"
#include "harness/scenario/source_map.h"

namespace freshet::scenario {

inline constexpr std::uint64_t kMostInstructions = 10'000'000;  // 64 B allocated count as one, too
inline constexpr std::size_t kMostMemory = 64U << 20;
inline constexpr std::size_t kLongestText = 1U << 20;  // of one Lua string

// The chunk name of the user's text, by which its frames are told from the library's.
inline constexpr const char* kUserChunk = "=scenario";

enum class Limit { none, instructions, memory, text };

class Sandbox {
 public:
  // `errors`, `map` and `options` outlive the sandbox.
  Sandbox(const SourceMap& map, const Options& options, Errors& errors);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  // The sandbox that a Lua function runs in.
  static Sandbox& of(lua_State* lua);

  // Runs a C function on the state, protected, with the limits in force. Returns Lua's status; an error's
  // value is left on the stack.
  int run(lua_CFunction function, void* argument);
  // From now on so many instructions more, whatever was spent; without it kMostInstructions.
  void allow(std::uint64_t instructions);

  // Counts `cost` instructions; raises a Lua error when the limit is reached.
  void charge(std::uint64_t cost);
  [[noreturn]] void exceed(Limit limit);

  lua_State* lua() const { return lua_; }  // null when there is no memory for one
  const SourceMap& map() const { return map_; }
  const Options& options() const { return options_; }
  Errors& errors() { return errors_; }
  std::deque<plan::Param>& params() { return params_; }

  // The limit that ended the evaluation, and the user's line where it did.
  Limit limit() const { return limit_; }
  int limit_line() const { return limit_line_; }
  std::uint64_t most_instructions() const { return most_instructions_; }
  // The user's line where the last run raised an error; 0 when there was none.
  int error_line() const { return error_line_; }

 private:
  static void* allocate(void* self, void* block, std::size_t old_size, std::size_t size);
  static void count(lua_State* lua, lua_Debug*);
  static int note_error(lua_State* lua);
  bool allowed(bool is_new, std::size_t kind, std::size_t old_size, std::size_t size);
  void* refuse(Limit limit);

  const SourceMap& map_;
  const Options& options_;
  Errors& errors_;
  std::deque<plan::Param> params_;
  bool enforced_ = false;
  std::size_t used_ = 0;         // bytes
  std::uint64_t allocated_ = 0;  // bytes, all in all
  std::uint64_t spent_ = 0;      // instructions
  std::uint64_t most_instructions_ = kMostInstructions;
  int error_line_ = 0;
  Limit limit_ = Limit::none;
  int limit_line_ = 0;
  lua_State* lua_ = nullptr;  // last: to make it uses the members above
};

// The line of the user's text that is being executed; 0 when none is.
int user_line(lua_State* lua);

// Leaves in the state the part of the standard library that a scenario may use. To be called protected.
void open_standard_library(lua_State* lua);

// Names of Lua's own that a user might miss.
bool is_withheld(std::string_view global);

}  // namespace freshet::scenario
