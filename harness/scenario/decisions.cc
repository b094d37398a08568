#include "harness/scenario/decisions.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "harness/plan/reads.h"
#include "harness/scenario/convert.h"
#include "harness/scenario/evaluate.h"
#include "harness/scenario/known_view.h"
#include "harness/scenario/reachable.h"
#include "harness/scenario/source_map.h"

// Lua raises errors by longjmp, past destructors: functions here that call what can raise hold no objects
// that need one.

namespace freshet::scenario {
namespace {

using base::Nanos;
using plan::KnownKey;

// How often a decision is asked for twice, and after which of them it is seen to that nothing was changed.
constexpr std::uint64_t kAskedTwice = 100;
constexpr std::uint64_t kLookedAfter = 1024;

Options options_of(const plan::Plan& plan) {
  Options options;
  options.seed = plan.seed;
  for (const plan::Param& param : plan.params) options.params[param.name] = param.value;
  return options;
}

std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

// One read's function, in the registry.
struct Function {
  KnownView view;
  int reference = LUA_NOREF;
  int line = 0;
  std::uint64_t asked = 0;
  Reachable reached;
  std::string broken;  // why it is not asked any more
};

// ---- Asking ----------------------------------------------------------------------------------------------

// Leaves the answer on the stack.
void ask(lua_State* lua, const Function& function, Nanos at, std::span<const KnownKey> known) {
  lua_rawgeti(lua, LUA_REGISTRYINDEX, function.reference);
  function.view.push(lua, at, known);
  lua_call(lua, 1, 1);
  const int type = lua_type(lua, -1);
  const bool number = type == LUA_TNUMBER && lua_tonumber(lua, -1) == lua_tonumber(lua, -1);
  if (number || type == LUA_TBOOLEAN || type == LUA_TSTRING || is_unknown(lua, -1)) return;
  luaL_error(lua, "scenario:%d: returns %s, expected true, false, a number or a text", function.line,
             type == LUA_TNUMBER ? "what is no number (0/0)"
             : type == LUA_TNIL  ? "nothing"
                                 : lua_typename(lua, type));
}

struct Question {
  const Function* function;
  Nanos at;
  std::span<const KnownKey> one, other;
  bool same = false;
};

int compare(lua_State* lua) {
  auto& question = *static_cast<Question*>(lua_touserdata(lua, 1));
  ask(lua, *question.function, question.at, question.one);
  ask(lua, *question.function, question.at, question.other);
  question.same = lua_rawequal(lua, -1, -2) != 0;
  return 0;
}

// ---- The functions ---------------------------------------------------------------------------------------

class Deciding final : public plan::Decisions {
 public:
  explicit Deciding(const plan::Plan& plan)
      : plan_(plan),
        text_(without_mark(plan.scenario_text)),
        map_(text_),
        options_(options_of(plan)),
        sandbox_(map_, options_, errors_) {
    for (const plan::Read& read : plan.reads) functions_.push_back({KnownView(plan, read)});
  }

  // What is wrong, if anything is.
  std::vector<ScenarioError> open() {
    if (!run_text(sandbox_, text_, take, this, errors_) || !errors_.empty()) return errors_.in_order();
    std::vector<ScenarioError> wrong;
    for (std::size_t read = 0; read < plan_.reads.size(); ++read) {
      if (!plan_.reads[read].decide.empty()) try_out(read, wrong);
    }
    return wrong;
  }

  base::Result<bool> same(std::size_t read, Nanos at, std::span<const KnownKey> one,
                          std::span<const KnownKey> other) override {
    Function& function = functions_[read];
    if (!function.broken.empty()) return base::usage_error(function.broken);
    Question question{&function, at, one, other};
    if (const auto failed = put(read, question)) return fail(read, *failed);
    return question.same;
  }

  base::Status pure(std::size_t read) override {
    if (const auto failed = look_after(read)) return fail(read, *failed);
    return base::Ok{};
  }

 private:
  using Failure = std::optional<ScenarioError>;

  // Keeps the functions of what the text returned: (scenario, this). May raise.
  static int take(lua_State* lua) {
    auto& self = *static_cast<Deciding*>(lua_touserdata(lua, 2));
    for (std::size_t read = 0; read < self.functions_.size(); ++read) {
      Function& function = self.functions_[read];
      if (!find(lua, self.plan_.reads[read].name.c_str())) continue;
      lua_Debug about;
      lua_pushvalue(lua, -1);
      lua_getinfo(lua, ">S", &about);
      function.line = about.linedefined > 0 ? about.linedefined : self.plan_.reads[read].line;
      function.reference = luaL_ref(lua, LUA_REGISTRYINDEX);
      function.view.open(lua);
      lua_settop(lua, 2);
    }
    return 0;
  }

  // Pushes scenario.reads[name].decide; false when there is no such function. The scenario is at 1.
  static bool find(lua_State* lua, const char* name) {
    lua_settop(lua, 2);
    lua_pushvalue(lua, 1);
    for (const char* field : {"reads", name, "decide"}) {
      if (!lua_istable(lua, -1)) return false;
      lua_getfield(lua, -1, field);
    }
    return lua_isfunction(lua, -1);
  }

  // Asks, twice at first, and sees to it that it stays the same function.
  Failure put(std::size_t read, Question& question) {
    Function& function = functions_[read];
    if (const Failure failed = run(function, question)) return failed;
    if (++function.asked <= kAskedTwice) {
      Question again = question;
      if (const Failure failed = run(function, again)) return failed;
      if (again.same != question.same)
        return ScenarioError{function.line, "decides otherwise when it is asked again on the same view"};
    }
    if (function.asked <= kAskedTwice || function.asked % kLookedAfter == 0) return look_after(read);
    return std::nullopt;
  }

  Failure run(const Function& function, Question& question) {
    sandbox_.allow(2 * kMostOfADecision);
    const int status = sandbox_.run(compare, &question);
    Failure failed;
    if (status != LUA_OK) failed = failure_of(sandbox_, status);
    if (!errors_.empty()) failed = errors_.in_order().front();  // a name that is not there
    errors_ = Errors();
    if (failed && failed->line == 0) failed->line = function.line;
    lua_settop(sandbox_.lua(), 0);
    return failed;
  }

  Failure look_after(std::size_t read) {
    Function& function = functions_[read];
    const std::string name = changed(function.reached, reached_by(function));
    if (name.empty()) return std::nullopt;
    return ScenarioError{function.line,
                         fmt::format("changes {}, which outlives the call; expected a function whose "
                                     "answer hangs on the view alone",
                                     name)};
  }

  Reachable reached_by(const Function& function) {
    lua_State* lua = sandbox_.lua();
    lua_rawgeti(lua, LUA_REGISTRYINDEX, function.reference);
    Reachable reached = reachable_from(lua, -1);
    lua_pop(lua, 1);
    return reached;
  }

  std::string where(std::size_t read) const {
    return fmt::format("read \"{}\": decide: ", plan_.reads[read].name);
  }

  base::Error fail(std::size_t read, const ScenarioError& failure) {
    functions_[read].broken =
        format_error(plan_.scenario_file, {failure.line, where(read) + failure.message});
    return base::usage_error(functions_[read].broken);
  }

  // ---- Trials, at most one error a read ----

  template <class Known>
  bool trial(std::size_t read, Nanos age, const std::string& told, Known&& known,
             std::vector<ScenarioError>& wrong) {
    constexpr Nanos kAt = 7200 * base::kSecond;
    std::vector<KnownKey> keys(plan::keys_of(plan_, plan_.reads[read]));
    for (std::size_t key = 0; key < keys.size(); ++key) {
      if (known(key)) keys[key] = {static_cast<std::uint64_t>(age / base::kMillisecond), kAt - age};
    }
    Question question{&functions_[read], kAt, keys, keys};
    const Failure failed = put(read, question);
    if (failed) wrong.push_back({failed->line, fmt::format("{}{} ({})", where(read), failed->message, told)});
    return !failed;
  }

  void try_out(std::size_t read, std::vector<ScenarioError>& wrong) {
    Function& function = functions_[read];
    if (function.reference == LUA_NOREF) {
      wrong.push_back({plan_.reads[read].line, where(read) + "is no function any more"});
      return;
    }
    function.reached = reached_by(function);
    const auto nothing = [](std::size_t) { return false; };
    const auto all = [](std::size_t) { return true; };
    bool right = trial(read, 0, "when nothing is known", nothing, wrong) &&
                 trial(read, base::kMillisecond, "when an event of each key is known", all, wrong) &&
                 trial(read, 3600 * base::kSecond, "when many events of each key are known", all, wrong);
    for (const KnownView::Class& klass : function.view.classes()) {
      const auto of_it = [&](std::size_t key) {
        return std::ranges::find(klass.keys, key) != klass.keys.end();
      };
      const auto first = [&](std::size_t key) { return key == klass.keys.front(); };
      const auto others = [&](std::size_t key) { return !of_it(key); };
      right = right &&
              trial(read, base::kSecond, fmt::format("when only {} is known", klass.name), of_it, wrong) &&
              trial(read, base::kSecond, fmt::format("when only one key of {} is known", klass.name), first,
                    wrong) &&
              trial(read, base::kSecond, fmt::format("when all but {} is known", klass.name), others, wrong);
    }
  }

  const plan::Plan& plan_;
  std::string_view text_;
  SourceMap map_;
  Options options_;
  Errors errors_;
  Sandbox sandbox_;
  std::vector<Function> functions_;  // by read
};

bool any(const plan::Plan& plan) {
  return std::ranges::any_of(plan.reads, [](const plan::Read& read) { return !read.decide.empty(); });
}

}  // namespace

std::vector<ScenarioError> wrong_decides(const plan::Plan& plan) {
  return any(plan) ? Deciding(plan).open() : std::vector<ScenarioError>{};
}

base::Result<std::unique_ptr<plan::Decisions>> decisions_of(const plan::Plan& plan) {
  auto decisions = std::make_unique<Deciding>(plan);
  std::string lines;
  for (const ScenarioError& error : any(plan) ? decisions->open() : std::vector<ScenarioError>{})
    lines += (lines.empty() ? "" : "\n") + format_error(plan.scenario_file, error);
  if (!lines.empty()) return base::usage_error(lines);
  return std::unique_ptr<plan::Decisions>(std::move(decisions));
}

}  // namespace freshet::scenario
