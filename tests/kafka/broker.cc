#include "tests/kafka/broker.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace freshet::test {
namespace {

// Runs a command and returns its last line of output; "" when it fails.
std::string last_line_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::string last;
  std::array<char, 1024> line{};
  while (std::fgets(line.data(), static_cast<int>(line.size()), pipe) != nullptr) last = line.data();
  if (pclose(pipe) != 0) return {};
  while (!last.empty() && last.back() == '\n') last.pop_back();
  return last;
}

}  // namespace

std::string shared_kafka() {
  if (const char* given = std::getenv("FRESHET_TEST_KAFKA"); given != nullptr && *given != '\0') return given;
  return last_line_of(fmt::format("'{}/kafka' start --dir '{}'", FRESHET_SCRIPTS, FRESHET_TEST_BROKER_DIR));
}

Broker::Broker(const std::vector<std::string>& settings)
    : dir_(fmt::format("{}/freshet-broker-{}", std::filesystem::temp_directory_path().string(), getpid())) {
  std::string arguments = "start";
  for (const std::string& setting : settings) arguments += fmt::format(" --set '{}'", setting);
  address_ = run(arguments);
}

Broker::~Broker() {
  run("wipe");
}

std::string Broker::run(const std::string& arguments) const {
  return last_line_of(fmt::format("'{}/kafka' {} --dir '{}'", FRESHET_SCRIPTS, arguments, dir_));
}

void Broker::kill() {
  run("kill");
}
void Broker::freeze() {
  run("pause");
}
void Broker::thaw() {
  run("resume");
}
void Broker::start() {
  run("start");
}

}  // namespace freshet::test
