#include "harness/cli/manifest.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ctime>

#include "harness/base/secret.h"
#include "harness/cli/host.h"
#include "harness/cli/version.h"
#include "harness/cluster/kafka/kafka.h"

namespace freshet::cli {
namespace {

constexpr const char* kMask = "****";

std::tm utc(base::Nanos wall) {
  const auto seconds = static_cast<std::time_t>(base::second_of(wall));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

std::string formatted(base::Nanos wall, const char* format) {
  const std::tm parts = utc(wall);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, format, &parts));
}

// "sasl.password=hunter2" after `from` characters of option name -> masked.
std::string masked_setting(const std::string& text, std::size_t from) {
  const std::size_t equals = text.find('=', from);
  if (equals == std::string::npos || !base::is_secret(text.substr(from, equals - from))) return text;
  return text.substr(0, equals + 1) + kMask;
}

}  // namespace

std::vector<std::string> masked(const std::vector<std::string>& command_line) {
  std::vector<std::string> out;
  bool setting_follows = false;
  for (const std::string& arg : command_line) {
    if (setting_follows) {
      out.push_back(masked_setting(arg, 0));
    } else if (arg.starts_with("-X")) {
      out.push_back(masked_setting(arg, 2));
    } else if (arg.starts_with("--setting=")) {
      out.push_back(masked_setting(arg, 10));
    } else {
      out.push_back(arg);
    }
    setting_follows = !setting_follows && (arg == "-X" || arg == "--setting");
  }
  return out;
}

std::string iso_utc(base::Nanos wall) {
  return formatted(wall, "%Y-%m-%dT%H:%M:%SZ");
}

std::string compact_utc(base::Nanos wall) {
  return formatted(wall, "%Y%m%d-%H%M%S");
}

nlohmann::json manifest(const plan::Plan& plan, const std::vector<std::string>& command_line,
                        base::Nanos wall) {
  nlohmann::json params = nlohmann::json::object();
  for (const plan::Param& param : plan.params) params[param.name] = param.value;
  return {{"started", iso_utc(wall)},
          {"command_line", masked(command_line)},
          {"scenario", plan.name},
          {"scenario_file", plan.scenario_file},
          {"scenario_text", plan.scenario_text},
          {"params", std::move(params)},
          {"seed", plan.seed},
          {"version", freshet_version()},
          {"rdkafka", cluster::rdkafka_version()},
          {"rdkafka_features", cluster::rdkafka_features()},
          {"lua", lua_version()},
          {"compiler", compiler()},
          {"host", describe_host()},
          {"clocks", describe_clocks()}};
}

}  // namespace freshet::cli
