#include "harness/scenario/param.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "harness/base/text.h"
#include "harness/scenario/reader.h"
#include "harness/scenario/utf8.h"

namespace freshet::scenario {
namespace {

template <class T>
std::optional<std::string> problem(const base::Result<T>& result) {
  if (result.ok()) return std::nullopt;
  return result.error().message;
}

bool is_number(const std::string& text) {
  double number = 0;
  const auto [rest, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc{} && rest == text.data() + text.size() && std::isfinite(number);
}

// What is wrong with `text` as a value of the type; nothing when it is one.
std::optional<std::string> wrong(const std::string& type, const std::string& text) {
  if (type == "number" && !is_number(text)) return fmt::format("found {}, expected a number", quoted(text));
  if (type == "boolean" && text != "true" && text != "false") {
    return fmt::format("found {}, expected true or false", quoted(text));
  }
  if (type == "rate") return problem(base::parse_rate(text));
  if (type == "duration") return problem(base::parse_duration(text));
  if (type == "share") return problem(base::parse_share(text));
  if (type == "bytes") return problem(base::parse_bytes(text));
  if (text.find('\0') != std::string::npos || invalid_utf8_at(text) != text.size()) return "is not UTF-8";
  return std::nullopt;
}

const std::vector<std::string>& types() {
  static const std::vector<std::string> kTypes = {"number", "boolean", "rate", "duration",
                                                  "share",  "bytes",   "text"};
  return kTypes;
}

std::string type_of(const Value& value) {
  if (value.is(Value::Type::number)) return "number";
  if (value.is(Value::Type::boolean)) return "boolean";
  for (const char* type : {"rate", "duration", "share", "bytes"}) {
    if (!is_number(value.text) && !wrong(type, value.text)) return type;
  }
  return "text";
}

}  // namespace

const plan::Param* define_param(const Value& description, const Options& options,
                                std::deque<plan::Param>& params, Errors& errors) {
  const std::size_t before = errors.found();
  Reader reader(description, "param", errors);
  plan::Param param;
  param.name = reader.item_name(0, "the param's name, as in param { \"chat_rate\", default = \"1000/s\" }");
  reader.set_where(fmt::format("param {}", quoted(param.name)));
  param.about = reader.text("about", "");
  const Value* fallback = reader.take("default");
  param.type = reader.text("type", fallback == nullptr ? "text" : type_of(*fallback));
  if (std::ranges::find(types(), param.type) == types().end()) {
    reader.problem("type",
                   fmt::format("unknown type {}{}", quoted(param.type), suggestion(param.type, types())));
  }
  reader.finish(1);

  if (fallback == nullptr) {
    reader.problem("default", "is missing; a param has a value without -P, too");
  } else if (fallback->is(Value::Type::table) || fallback->is(Value::Type::other)) {
    reader.problem("default",
                   fmt::format("found {}, expected a number, a text, true or false", describe(*fallback)));
  } else {
    param.fallback = fallback->is(Value::Type::boolean) ? describe(*fallback) : fallback->text;
    if (const auto why = wrong(param.type, param.fallback)) reader.problem("default", *why);
  }
  if (std::ranges::find(params, param.name, &plan::Param::name) != params.end()) {
    errors.add(description.line, fmt::format("param {} is there twice", quoted(param.name)));
  }
  if (errors.found() > before) return nullptr;

  param.value = param.fallback;
  if (const auto given = options.params.find(param.name); given != options.params.end()) {
    if (const auto why = wrong(param.type, given->second)) {
      errors.add(0, fmt::format("-P {}={}: {}", param.name, given->second, *why));
    } else {
      param.value = given->second;
    }
  }
  return &params.emplace_back(std::move(param));
}

void refuse_unknown_params(const Options& options, const std::deque<plan::Param>& params, Errors& errors) {
  std::vector<std::string> names;
  for (const plan::Param& param : params) names.push_back(param.name);
  for (const auto& [name, value] : options.params) {
    if (std::ranges::find(names, name) != names.end()) continue;
    errors.add(0, fmt::format("-P {}={}: the scenario has no param {}{}", name, value, quoted(name),
                              names.empty() ? "; it has none at all" : suggestion(name, names)));
  }
}

}  // namespace freshet::scenario
