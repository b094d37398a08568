#include "harness/scenario/value.h"

#include <fmt/format.h>

#include "harness/scenario/errors.h"

namespace freshet::scenario {

std::string describe(const Value& value) {
  switch (value.type) {
    case Value::Type::nothing:
      return "nothing";
    case Value::Type::boolean:
      return value.boolean ? "true" : "false";
    case Value::Type::number:
      return "the number " + value.text;
    case Value::Type::text:
      return quoted(value.text);
    case Value::Type::table:
      return value.word.empty() ? "a table" : fmt::format("{} {{ … }}", value.word);
    case Value::Type::unknown:
      return "an unknown name";
    case Value::Type::other:
      return "a " + value.text;
  }
  return "";
}

}  // namespace freshet::scenario
