#include "harness/scenario/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <lua.hpp>
#include <utility>

#include "harness/scenario/convert.h"
#include "harness/scenario/param.h"
#include "harness/scenario/sandbox.h"
#include "harness/scenario/words.h"

namespace freshet::scenario {
namespace {

struct Job {
  std::string_view text;
  lua_CFunction take = nullptr;
  void* argument = nullptr;
};

int open(lua_State* lua) {
  open_standard_library(lua);
  open_words(lua);
  return 0;
}

int execute(lua_State* lua) {
  const auto& job = *static_cast<const Job*>(lua_touserdata(lua, 1));
  lua_pushcfunction(lua, job.take);
  if (luaL_loadbufferx(lua, job.text.data(), job.text.size(), kUserChunk, "t") != LUA_OK)
    return lua_error(lua);
  lua_call(lua, 0, 1);
  lua_pushlightuserdata(lua, job.argument);
  lua_call(lua, 2, 0);
  return 0;
}

// Raises nothing.
int take_value(lua_State* lua) {
  Sandbox& sandbox = Sandbox::of(lua);
  *static_cast<Value*>(lua_touserdata(lua, 2)) = convert(lua, 1, 0, sandbox.map(), sandbox.errors());
  return 0;
}

// "scenario:12: message" -> 12 and the message; a line of 0 when there is none.
std::pair<int, std::string> split_position(std::string_view message) {
  const std::size_t first = message.find(':');
  const std::size_t second = first == std::string_view::npos ? first : message.find(':', first + 1);
  const std::string_view chunk = message.substr(0, std::min(first, message.size()));
  if (second == std::string_view::npos || (chunk != "scenario" && chunk != "library" && chunk != "pairs")) {
    return {0, std::string(message)};
  }
  int line = 0;
  std::from_chars(message.data() + first + 1, message.data() + second, line);
  return {chunk == "scenario" ? line : 0, std::string(message.substr(std::min(second + 2, message.size())))};
}

std::string count_words(std::uint64_t instructions) {
  return instructions >= 1'000'000 ? fmt::format("{} million", instructions / 1'000'000)
                                   : fmt::format("{} thousand", instructions / 1000);
}

std::string limit_message(const Sandbox& sandbox) {
  switch (sandbox.limit()) {
    case Limit::instructions:
      return fmt::format(
          "runs longer than {} instructions (is there a loop without end?); a scenario only describes",
          count_words(sandbox.most_instructions()));
    case Limit::memory:
      return fmt::format(
          "needs more than {} MiB of memory (does a table grow, or a function call itself, without end?); a "
          "scenario only describes",
          kMostMemory >> 20);
    case Limit::text:
      return fmt::format("makes a text of more than {} MiB; a scenario only describes", kLongestText >> 20);
    case Limit::none:
      break;
  }
  return "there is not enough memory to evaluate the scenario";
}

// Lua's message may quote the user's text: shown without control characters.
std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) shown += (c >= 0 && c < 0x20) || c == 0x7f ? ' ' : c;
  return shown;
}

int last_line(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return 1;
  return 1 +
         static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
}

// The scenario in what the file returned, if it did.
std::optional<Value> scenario_of(Value result, std::string_view text, Errors& errors) {
  if (result.is(Value::Type::table) && result.word == "scenario") return result;
  if (result.is(Value::Type::unknown) && !errors.empty()) return std::nullopt;
  const int line = result.line > 0 ? result.line : last_line(text);
  errors.add(line, fmt::format("the file returns {}; expected it to end with: return scenario {{ … }}",
                               describe(result)));
  return std::nullopt;
}

}  // namespace

ScenarioError failure_of(const Sandbox& sandbox, int status) {
  lua_State* lua = sandbox.lua();
  if (sandbox.limit() != Limit::none || status == LUA_ERRMEM)
    return {sandbox.limit_line(), limit_message(sandbox)};
  std::size_t length = 0;
  const char* text = lua_type(lua, -1) == LUA_TSTRING ? lua_tolstring(lua, -1, &length) : nullptr;
  if (text == nullptr)
    return {sandbox.error_line(), fmt::format("error() was called with a {}", luaL_typename(lua, -1))};
  auto [line, message] = split_position({text, length});
  if (message.find("C stack overflow") != std::string::npos) {
    message = "brackets or calls are nested too deeply (about 200 levels); a scenario only describes";
  } else if (message.find("stack overflow") != std::string::npos) {
    message = "a function calls itself without end; a scenario only describes";
  }
  return {sandbox.error_line() > 0 ? sandbox.error_line() : line, printable(message)};
}

bool run_text(Sandbox& sandbox, std::string_view text, lua_CFunction take, void* argument, Errors& errors) {
  if (sandbox.lua() == nullptr) {
    errors.add(0, limit_message(sandbox));
    return false;
  }
  Job job{text, take, argument};
  int status = sandbox.run(open, nullptr);
  if (status == LUA_OK) status = sandbox.run(execute, &job);
  if (status == LUA_OK) return true;
  const ScenarioError failure = failure_of(sandbox, status);
  errors.add(failure.line, failure.message);
  return false;
}

Evaluation evaluate(std::string_view text, const Options& options, Errors& errors) {
  const SourceMap map(text);
  Sandbox sandbox(map, options, errors);
  Value result;
  Evaluation evaluation;
  if (run_text(sandbox, text, take_value, &result, errors)) {
    for (const SourceMap::Duplicate& twice : map.duplicates()) {
      errors.add(twice.line, fmt::format("{} is there twice in one table; first in line {}",
                                         quoted(twice.key), twice.first_line));
    }
    refuse_unknown_params(options, sandbox.params(), errors);
    evaluation.scenario = scenario_of(std::move(result), text, errors);
  }
  evaluation.params.assign(sandbox.params().begin(), sandbox.params().end());
  return evaluation;
}

}  // namespace freshet::scenario
