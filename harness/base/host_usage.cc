#include "harness/base/host_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <string>

namespace freshet::base {
namespace {

Nanos nanos(const timeval& t) {
  return static_cast<Nanos>(t.tv_sec) * kSecond + static_cast<Nanos>(t.tv_usec) * kMicrosecond;
}

}  // namespace

// user nice system idle iowait irq softirq steal; what follows is part of user and nice already (proc(5)).
bool parse_cpu_line(std::string_view line, Nanos tick, HostUsage& usage) {
  constexpr std::size_t kIdle = 3, kWait = 4, kSteal = 7;
  if (!line.starts_with("cpu ")) return false;
  line.remove_prefix(4);
  std::array<Nanos, 8> ticks{};
  for (Nanos& n : ticks) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), n);
    if (error != std::errc() || n < 0) return false;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  }
  Nanos all = 0;
  for (const Nanos n : ticks) all += n;
  usage.host_total = all * tick;
  usage.host_busy = (all - ticks[kIdle] - ticks[kWait] - ticks[kSteal]) * tick;
  usage.steal = ticks[kSteal] * tick;
  return true;
}

HostUsage read_host_usage() {
  HostUsage usage;
  rusage self{};
  getrusage(RUSAGE_SELF, &self);
  usage.process_cpu = nanos(self.ru_utime) + nanos(self.ru_stime);
  usage.involuntary = static_cast<std::uint64_t>(self.ru_nivcsw);
  std::ifstream stat("/proc/stat");
  std::string line;
  if (std::getline(stat, line)) parse_cpu_line(line, kSecond / sysconf(_SC_CLK_TCK), usage);
  return usage;
}

}  // namespace freshet::base
