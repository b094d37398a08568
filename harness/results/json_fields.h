// Fields of JSON that somebody else may have written or damaged: what is missing or of another type gives the
// fallback.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace freshet::results {

inline const nlohmann::json* field_at(const nlohmann::json& json, const char* key) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(key);
  return found == json.end() ? nullptr : &*found;
}

inline std::string text_at(const nlohmann::json& json, const char* key, const std::string& fallback = "") {
  const nlohmann::json* field = field_at(json, key);
  return field && field->is_string() ? field->get<std::string>() : fallback;
}

inline std::int64_t integer_at(const nlohmann::json& json, const char* key, std::int64_t fallback) {
  const nlohmann::json* field = field_at(json, key);
  return field && field->is_number_integer() ? field->get<std::int64_t>() : fallback;
}

inline double number_at(const nlohmann::json& json, const char* key, double fallback) {
  const nlohmann::json* field = field_at(json, key);
  return field && field->is_number() ? field->get<double>() : fallback;
}

inline bool bool_at(const nlohmann::json& json, const char* key, bool fallback) {
  const nlohmann::json* field = field_at(json, key);
  return field && field->is_boolean() ? field->get<bool>() : fallback;
}

}  // namespace freshet::results
