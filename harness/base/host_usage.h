// What this process and its machine have used of CPU time since they began.
#pragma once

#include <cstdint>
#include <string_view>

#include "harness/base/time.h"

namespace freshet::base {

struct HostUsage {
  Nanos process_cpu = 0;          // all threads of this process, user and system
  std::uint64_t involuntary = 0;  // times that one of them was taken off a CPU before it wanted
  // CPU time of all the host's CPUs together: all of it; not idle; given to others by a hypervisor.
  // 0: the system does not tell.
  Nanos host_total = 0, host_busy = 0, steal = 0;
};

// Reads getrusage and /proc/stat: tens of microseconds, for a role off the path of an event. Thread-safe.
HostUsage read_host_usage();

// The "cpu" line of /proc/stat in clock ticks of so many ns. False, and nothing changed: it is no such line.
bool parse_cpu_line(std::string_view line, Nanos tick, HostUsage& usage);

}  // namespace freshet::base
