#include "tests/kafka/broker.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace freshet::test {
namespace {

namespace fs = std::filesystem;

std::string whole(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const auto before = text.rfind('\n');
  return before == std::string::npos ? text : text.substr(before + 1);
}

std::string own_folder() {
  static int count = 0;
  return fmt::format("{}/freshet-broker-{}-{}", fs::temp_directory_path().string(), getpid(), ++count);
}

}  // namespace

ScriptRan kafka_script(const std::string& arguments) {
  const std::string errors = own_folder() + ".err";
  const std::string command = fmt::format("'{}/kafka' {} 2>'{}'", FRESHET_SCRIPTS, arguments, errors);
  ScriptRan ran;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> part{};
  while (const std::size_t got = std::fread(part.data(), 1, part.size(), pipe)) {
    ran.output.append(part.data(), got);
  }
  const int status = pclose(pipe);
  ran.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  ran.last = last_line(ran.output);
  ran.output += whole(errors);
  fs::remove(errors);
  return ran;
}

std::string shared_kafka() {
  if (const char* given = std::getenv("FRESHET_TEST_KAFKA"); given != nullptr && *given != '\0') return given;
  const ScriptRan ran = kafka_script(fmt::format("start --dir '{}'", FRESHET_TEST_BROKER_DIR));
  if (ran.exit_status == 0) return ran.last;
  fmt::print(stderr, "{}", ran.output);
  return {};
}

Brokers::Brokers(const BrokerOptions& options) : dir_(own_folder()) {
  std::string arguments = fmt::format("start --brokers {}", options.brokers);
  if (options.tuned) arguments += " --tuned";
  if (options.secure) arguments += " --secure";
  if (options.tiered) arguments += " --tiered";
  if (options.metrics) arguments += " --metrics";
  for (const std::string& setting : options.settings) arguments += fmt::format(" --set '{}'", setting);
  address_ = must(arguments).last;
}

Brokers::~Brokers() {
  must("wipe");
}

std::string Brokers::with_folder(const std::string& arguments) const {
  const auto end_of_command = arguments.find(' ');
  std::string all = fmt::format("{} --dir '{}'", arguments.substr(0, end_of_command), dir_);
  if (end_of_command != std::string::npos) all += arguments.substr(end_of_command);
  return all;
}

ScriptRan Brokers::script(const std::string& arguments) const {
  return kafka_script(with_folder(arguments));
}

std::string Brokers::command(const std::string& arguments) const {
  return fmt::format("'{}/kafka' {}", FRESHET_SCRIPTS, with_folder(arguments));
}

ScriptRan Brokers::must(const std::string& arguments) const {
  ScriptRan ran = script(arguments);
  if (ran.exit_status != 0) {
    ADD_FAILURE() << "scripts/kafka " << arguments << ": status " << ran.exit_status << "\n" << ran.output;
    ran.last.clear();
  }
  return ran;
}

void Brokers::kill(int node) {
  must(fmt::format("kill {}", node));
}
void Brokers::freeze(int node) {
  must(fmt::format("pause {}", node));
}
void Brokers::thaw(int node) {
  must(fmt::format("resume {}", node));
}
void Brokers::restart(int node) {
  must(fmt::format("restart {}", node));
}
void Brokers::start() {
  must("start");
}

int Brokers::add() {
  const std::string added = must("add").last;  // "4 127.0.0.1:20000"
  const auto space = added.find(' ');
  if (space == std::string::npos) return -1;
  address_ += "," + added.substr(space + 1);
  return std::stoi(added);
}

void Brokers::reassign(const std::string& brokers, const std::string& topics) {
  must(fmt::format("reassign {} '{}'", brokers, topics));
}

int Brokers::controller() const {
  return std::atoi(must("controller").last.c_str());
}
int Brokers::leader(const std::string& topic, int partition) const {
  return std::atoi(must(fmt::format("leader '{}' {}", topic, partition)).last.c_str());
}

std::string Brokers::properties(const std::string& user) const {
  return fmt::format("{}/clients/{}.properties", dir_, user);
}
std::string Brokers::new_user(const std::string& name) {
  return must("user " + name).last;
}
std::string Brokers::remote_folder() const {
  return dir_ + "/remote";
}
std::string Brokers::admin(const std::string& tool_and_arguments) const {
  return must("admin " + tool_and_arguments).output;
}

bool runs_with(const std::string& text) {
  for (const auto& process : fs::directory_iterator("/proc")) {
    const std::string id = process.path().filename().string();
    if (id.find_first_not_of("0123456789") != std::string::npos || id == std::to_string(getpid())) continue;
    if (whole(process.path() / "cmdline").find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace freshet::test
