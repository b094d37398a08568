#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "harness/cluster/kafka/settings.h"

namespace freshet::cluster {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Reads one line into `settings`; the message of the error lacks the place.
base::Status read_line(const std::string& raw, Settings& settings) {
  const std::string line = trimmed(raw);
  if (line.empty() || line.front() == '#') return base::Ok{};
  const auto equals = line.find('=');
  const std::string name = trimmed(line.substr(0, equals));
  if (equals == std::string::npos || name.empty()) {
    return base::usage_error("expected 'name=value' or a '#' comment");
  }
  const std::string value = trimmed(line.substr(equals + 1));
  if (auto status = check_setting(name, value); !status) return status;
  settings[canonical_setting(name)] = value;  // a later line wins, as in kcat
  return base::Ok{};
}

}  // namespace

base::Result<Settings> read_properties(const std::string& path) {
  std::ifstream file(path);
  if (!file) return base::io_error(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  Settings settings;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (auto status = read_line(line, settings); !status) {
      return base::usage_error(fmt::format("{}:{}: {}", path, number, status.error().message));
    }
  }
  if (file.bad() || !file.eof()) return base::io_error(fmt::format("cannot read {}", path));
  return settings;
}

}  // namespace freshet::cluster
