#include "harness/plan/plan_json.h"

#include <concepts>

#include "harness/plan/plan_fields.h"

namespace freshet::plan {
namespace {

using nlohmann::json;

struct Writer {
  json& out;

  template <class T>
  void operator()(const char* name, const T& value) {
    out[name] = written(value);
  }

  template <class T>
  void added(const char* name, const T& value) {
    (*this)(name, value);
  }

  template <class T>
  static json written(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      for (const auto& [enumerator, word] : words_of(T{})) {
        if (enumerator == value) return word;
      }
      return nullptr;
    } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string> ||
                         std::same_as<T, Settings>) {
      return value;
    } else {
      json object = json::object();
      visit(Writer{object}, value);
      return object;
    }
  }

  template <class T>
  static json written(const std::vector<T>& values) {
    json array = json::array();
    for (const T& value : values) array.push_back(written(value));
    return array;
  }
};

}  // namespace

json to_json(const Plan& plan) {
  return Writer::written(plan);
}

// Names of populations and tiers, topic settings, replication and the number of partitions change no event: L
// alone says which keys share a lane (E2).
json load_json(const Plan& plan) {
  json load = {{"generator", kGeneratorVersion},
               {"seed", plan.seed},
               {"populations", json::array()},
               {"streams", json::array()}};
  for (const auto& population : plan.populations) {
    json written = Writer::written(population);
    written.erase("name");
    for (json& tier : written["tiers"]) tier.erase("name");
    load["populations"].push_back(std::move(written));
  }
  for (const Stream& stream : plan.streams) {
    const json all = Writer::written(stream);
    json written;
    for (const char* field : {"name", "lanes", "population", "key", "keys_per_account", "arrival", "size",
                              "compresses", "critical", "segments", "prefill"}) {
      written[field] = all[field];
    }
    load["streams"].push_back(std::move(written));
  }
  return load;
}

}  // namespace freshet::plan
