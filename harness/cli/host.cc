#include "harness/cli/host.h"

#include <sys/utsname.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

namespace freshet::cli {
namespace {

// The value of the first "name : value" line of a file in /proc; "" when there is none.
std::string proc_value(const char* file, const std::string& name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(name)) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

}  // namespace

nlohmann::json describe_host() {
  nlohmann::json host = {{"cores", std::thread::hardware_concurrency()}};
  if (const std::string cpu = proc_value("/proc/cpuinfo", "model name"); !cpu.empty()) host["cpu"] = cpu;
  if (const std::string memory = proc_value("/proc/meminfo", "MemTotal"); !memory.empty()) {
    host["memory_bytes"] = std::strtoull(memory.c_str(), nullptr, 10) * 1024;
  }
  utsname kernel{};
  if (uname(&kernel) == 0)
    host["kernel"] = std::string(kernel.sysname) + " " + kernel.release + " " + kernel.machine;
  return host;
}

nlohmann::json describe_clocks() {
  nlohmann::json clocks = {{"monotonic", "CLOCK_MONOTONIC"}, {"wall", "CLOCK_REALTIME"}};
  std::ifstream source("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  if (std::string name; std::getline(source, name)) clocks["source"] = name;
  return clocks;
}

}  // namespace freshet::cli
