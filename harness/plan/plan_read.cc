#include <fmt/format.h>

#include <concepts>
#include <limits>
#include <optional>

#include "harness/plan/plan_fields.h"
#include "harness/plan/plan_json.h"
#include "harness/plan/sound.h"

namespace freshet::plan {
namespace {

using nlohmann::json;

// Reads fields; the first thing that is wrong is kept, with the place where it was found.
struct Reader {
  const json& in;
  const std::string& place;
  std::optional<std::string>& wrong;

  template <class T>
  void operator()(const char* name, T& value) {
    if (wrong) return;
    const std::string here = place.empty() ? name : place + "." + name;
    const auto found = in.find(name);
    if (found == in.end()) {
      wrong = fmt::format("{} is missing", here);
    } else {
      read(*found, here, value, wrong);
    }
  }

  template <class T>
  void added(const char* name, T& value) {
    if (in.contains(name)) (*this)(name, value);
  }

  static void mismatch(const json& found, const std::string& here, const char* expected,
                       std::optional<std::string>& wrong) {
    wrong = fmt::format("{} is {}, expected {}", here, found.type_name(), expected);
  }

  static void read(const json& found, const std::string& here, std::string& value,
                   std::optional<std::string>& wrong) {
    if (!found.is_string()) return mismatch(found, here, "a string", wrong);
    value = found.get<std::string>();
  }

  static void read(const json& found, const std::string& here, bool& value,
                   std::optional<std::string>& wrong) {
    if (!found.is_boolean()) return mismatch(found, here, "true or false", wrong);
    value = found.get<bool>();
  }

  static void read(const json& found, const std::string& here, double& value,
                   std::optional<std::string>& wrong) {
    if (!found.is_number()) return mismatch(found, here, "a number", wrong);
    value = found.get<double>();
  }

  template <std::integral T>
  static void read(const json& found, const std::string& here, T& value, std::optional<std::string>& wrong) {
    if (!found.is_number_integer()) return mismatch(found, here, "a whole number", wrong);
    const bool fits = found.is_number_unsigned() ? std::in_range<T>(found.get<std::uint64_t>())
                                                 : std::in_range<T>(found.get<std::int64_t>());
    if (!fits) {
      wrong = fmt::format("{} is {}, which is out of range", here, found.dump());
      return;
    }
    value = found.is_number_unsigned() ? static_cast<T>(found.get<std::uint64_t>())
                                       : static_cast<T>(found.get<std::int64_t>());
  }

  static void read(const json& found, const std::string& here, Settings& value,
                   std::optional<std::string>& wrong) {
    if (!found.is_object()) return mismatch(found, here, "an object of settings", wrong);
    value.clear();
    for (const auto& [name, setting] : found.items()) {
      read(setting, here + "." + name, value[name], wrong);
    }
  }

  template <class T>
  static void read(const json& found, const std::string& here, std::vector<T>& values,
                   std::optional<std::string>& wrong) {
    if (!found.is_array()) return mismatch(found, here, "an array", wrong);
    values.assign(found.size(), T{});
    for (std::size_t i = 0; i < found.size() && !wrong; ++i) {
      read(found[i], fmt::format("{}[{}]", here, i), values[i], wrong);
    }
  }

  template <class T>
  static void read(const json& found, const std::string& here, T& value, std::optional<std::string>& wrong) {
    if constexpr (std::is_enum_v<T>) {
      if (!found.is_string()) return mismatch(found, here, "a word", wrong);
      for (const auto& [enumerator, word] : words_of(T{})) {
        if (found.get_ref<const std::string&>() == word) {
          value = enumerator;
          return;
        }
      }
      wrong = fmt::format("{} is {}, which is not one of its words", here, found.dump(-1, ' ', true));
    } else {
      if (!found.is_object()) return mismatch(found, here, "an object", wrong);
      visit(Reader{found, here, wrong}, value);
    }
  }
};

}  // namespace

base::Result<Plan> plan_from_json(const json& json) {
  Plan plan;
  std::optional<std::string> wrong;
  if (!json.is_object()) return base::io_error("the plan is not a JSON object");
  const std::string top;
  visit(Reader{json, top, wrong}, plan);
  if (wrong) return base::io_error(fmt::format("the plan is damaged: {}", *wrong));
  if (const auto status = sound(plan); !status) {
    return base::io_error(fmt::format("the plan is damaged: {}", status.error().message));
  }
  return plan;
}

}  // namespace freshet::plan
