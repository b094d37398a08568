#include "harness/scenario/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <tuple>
#include <utility>

#include "harness/scenario/sandbox.h"
#include "harness/scenario/utf8.h"

namespace freshet::scenario {
namespace {

// Registry keys, by address: table -> line, table -> word, and the unknown value.
const char kLines = 0, kWords = 0, kUnknown = 0;

void registry_table(lua_State* lua, const char* key) {
  if (lua_rawgetp(lua, LUA_REGISTRYINDEX, key) == LUA_TTABLE) return;
  lua_pop(lua, 1);
  lua_newtable(lua);
  lua_pushvalue(lua, -1);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, key);
}

// What mark() knows of the table at `index` (absolute).
int marked_line(lua_State* lua, int index) {
  int line = 0;
  if (lua_rawgetp(lua, LUA_REGISTRYINDEX, &kLines) == LUA_TTABLE) {
    lua_pushvalue(lua, index);
    lua_rawget(lua, -2);
    line = static_cast<int>(lua_tointeger(lua, -1));
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
  return line;
}

std::string marked_word(lua_State* lua, int index) {
  std::string word;
  if (lua_rawgetp(lua, LUA_REGISTRYINDEX, &kWords) == LUA_TTABLE) {
    lua_pushvalue(lua, index);
    lua_rawget(lua, -2);
    if (lua_type(lua, -1) == LUA_TSTRING) word = lua_tostring(lua, -1);
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
  return word;
}

class Converter {
 public:
  Converter(lua_State* lua, const SourceMap& map, Errors& errors) : lua_(lua), map_(map), errors_(errors) {}

  // `index` is absolute; `field` is where the text says the value, if that is known.
  Value value(int index, const SourceField* field, int line, int depth) {
    Value result;
    result.line = field != nullptr ? field->line : line;
    if (++values_ > kMostValues || depth > kDeepestTable || lua_checkstack(lua_, 8) == 0) {
      too_much(result.line);
      result.type = Value::Type::unknown;
      return result;
    }
    switch (lua_type(lua_, index)) {
      case LUA_TNIL:
        break;
      case LUA_TBOOLEAN:
        result.type = Value::Type::boolean;
        result.boolean = lua_toboolean(lua_, index) != 0;
        break;
      case LUA_TNUMBER:
        number(result, index);
        break;
      case LUA_TSTRING:
        text(result, index);
        break;
      case LUA_TTABLE:
        table(result, index, field, depth);
        break;
      default:
        result.type = is_unknown(lua_, index) ? Value::Type::unknown : Value::Type::other;
        result.text = lua_typename(lua_, lua_type(lua_, index));
        if (result.text == "function") function(result, index);
    }
    return result;
  }

 private:
  void too_much(int line) {
    if (std::exchange(too_much_said_, true)) return;
    errors_.add(line,
                fmt::format("more than {} values, or tables nested more than {} deep; does a table contain "
                            "itself?",
                            kMostValues, kDeepestTable));
  }

  void function(Value& result, int index) {
    lua_Debug about;
    lua_pushvalue(lua_, index);
    lua_getinfo(lua_, ">S", &about);
    if (std::string_view(about.source) != kUserChunk) return;
    result.first_line = about.linedefined;
    result.last_line = about.lastlinedefined;
  }

  void number(Value& result, int index) {
    result.type = Value::Type::number;
    result.number = lua_tonumber(lua_, index);
    if (lua_isinteger(lua_, index) != 0) {
      result.text = fmt::format("{}", lua_tointeger(lua_, index));
    } else if (std::isfinite(result.number) && result.number == std::floor(result.number) &&
               std::abs(result.number) < 1e15) {
      result.text = fmt::format("{:.0f}", result.number);  // 2.0 is the whole number 2
    } else {
      result.text = fmt::format("{}", result.number);
    }
  }

  void text(Value& result, int index) {
    result.type = Value::Type::text;
    result.text = to_string(index);
    const bool control = std::ranges::any_of(
        result.text, [](char c) { return (c >= 0 && c < 0x20 && c != '\n' && c != '\t') || c == 0x7f; });
    if (invalid_utf8_at(result.text) == result.text.size() && !control) return;
    errors_.add(result.line,
                fmt::format("the text {} holds a control character or is not UTF-8", quoted(result.text)));
    result.type = Value::Type::unknown;
  }

  std::string to_string(int index) {  // of a text only: lua_tolstring would change a number in place
    std::size_t length = 0;
    const char* text = lua_tolstring(lua_, index, &length);
    return {text, length};
  }

  // The constructor that made the table at `index`, as far as the text shows it.
  const SourceTable* source_of(const Value& table, int mark, const SourceField* field) const {
    const SourceTable* here = field == nullptr ? nullptr : map_.table_of(*field);
    if (mark == 0) return here != nullptr && here->callee.empty() ? here : nullptr;
    const bool same =
        here != nullptr && here->callee == table.word && (here->call_line == mark || here->open_line == mark);
    return same ? here : map_.call(mark, table.word);
  }

  void table(Value& result, int index, const SourceField* field, int depth) {
    result.type = Value::Type::table;
    result.word = marked_word(lua_, index);
    const int mark = marked_line(lua_, index);
    if (mark > 0) result.line = mark;
    const SourceTable* source = source_of(result, mark, field);
    const auto length = static_cast<lua_Integer>(items(result, index, source, depth));

    lua_pushnil(lua_);
    while (lua_next(lua_, index) != 0) {
      const int key = lua_absindex(lua_, -2);
      if (lua_type(lua_, key) == LUA_TSTRING) {
        named(result, to_string(key), source, depth);
      } else if (lua_isinteger(lua_, key) == 0 || lua_tointeger(lua_, key) < 1 ||
                 lua_tointeger(lua_, key) > length) {
        odd_key(result, key, source);
      }
      lua_pop(lua_, 1);
    }
    sort_fields(result, source);
  }

  // [1] … [n] without a gap; returns n.
  std::size_t items(Value& result, int index, const SourceTable* source, int depth) {
    for (lua_Integer i = 1;; ++i) {
      if (lua_rawgeti(lua_, index, i) == LUA_TNIL || values_ > kMostValues) break;
      const auto at = static_cast<std::size_t>(i - 1);
      const SourceField* item = source == nullptr ? nullptr : source->item(at);
      result.items.push_back(value(lua_gettop(lua_), item, result.line, depth + 1));
      lua_pop(lua_, 1);
    }
    lua_pop(lua_, 1);
    return result.items.size();
  }

  // REQUIRES: the value on top of the stack.
  void named(Value& result, std::string key, const SourceTable* source, int depth) {
    if (values_ > kMostValues) return;
    const SourceField* field = source == nullptr ? nullptr : source->field(key);
    Value converted = value(lua_gettop(lua_), field, result.line, depth + 1);
    converted.key = std::move(key);
    result.fields.push_back(std::move(converted));
  }

  void odd_key(const Value& result, int key, const SourceTable* source) {
    if (values_ > kMostValues) return;
    const Value shown = value(key, nullptr, result.line, kDeepestTable);
    const SourceField* field = source == nullptr ? nullptr : source->field(shown.text);
    errors_.add(
        field == nullptr ? result.line : field->line,
        fmt::format("a table has {} as a key; expected names, or a list without gaps", describe(shown)));
  }

  // Lua's order is another one each time: the order of the text, then by line and name.
  static void sort_fields(Value& result, const SourceTable* source) {
    const auto place = [&](const Value& value) {
      const SourceField* field = source == nullptr ? nullptr : source->field(value.key);
      return field == nullptr ? source == nullptr ? 0 : source->fields.size()
                              : static_cast<std::size_t>(field - source->fields.data());
    };
    std::ranges::sort(result.fields, [&](const Value& a, const Value& b) {
      return std::tuple(place(a), a.line, std::string_view(a.key)) <
             std::tuple(place(b), b.line, std::string_view(b.key));
    });
  }

  lua_State* lua_;
  const SourceMap& map_;
  Errors& errors_;
  std::size_t values_ = 0;
  bool too_much_said_ = false;
};

int unknown_again(lua_State* lua) {
  push_unknown(lua);
  return 1;
}

}  // namespace

Value convert(lua_State* lua, int index, int line, const SourceMap& map, Errors& errors) {
  return Converter(lua, map, errors).value(lua_absindex(lua, index), nullptr, line, 0);
}

void mark(lua_State* lua, int index, const char* word, int line) {
  const int table = lua_absindex(lua, index);
  registry_table(lua, &kLines);
  lua_pushvalue(lua, table);
  lua_pushinteger(lua, line);
  lua_rawset(lua, -3);
  registry_table(lua, &kWords);
  lua_pushvalue(lua, table);
  lua_pushstring(lua, word);
  lua_rawset(lua, -3);
  lua_pop(lua, 2);
}

void open_unknown(lua_State* lua) {
  lua_newuserdatauv(lua, 0, 0);
  lua_newtable(lua);
  for (const char* event : {"__index", "__call", "__add", "__sub", "__mul", "__div", "__mod", "__idiv",
                            "__pow", "__unm", "__concat", "__len"}) {
    lua_pushcfunction(lua, unknown_again);
    lua_setfield(lua, -2, event);
  }
  lua_setmetatable(lua, -2);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &kUnknown);
}

void push_unknown(lua_State* lua) {
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kUnknown);
}

bool is_unknown(lua_State* lua, int index) {
  const int at = lua_absindex(lua, index);
  push_unknown(lua);
  const bool same = lua_rawequal(lua, at, -1) != 0;
  lua_pop(lua, 1);
  return same;
}

}  // namespace freshet::scenario
