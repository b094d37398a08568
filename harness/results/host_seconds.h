// What the machine did while the run was on, second by second, as host.csv keeps it (V).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/results/tables.h"

namespace freshet::results {

// The interval that ended in wall second `second` since the start, about one second long.
struct HostSecond {
  std::int64_t second = 0;
  Nanos interval = 0;
  Nanos process_cpu = 0;                           // CPU time of this process in it, all threads
  Nanos host_total = 0, host_busy = 0, steal = 0;  // CPU time of all the host's CPUs: all, not idle, stolen
  std::uint64_t involuntary = 0;                   // involuntary context switches of this process
  friend bool operator==(const HostSecond&, const HostSecond&) = default;
};

template <>
struct TableOf<HostSecond> {
  static const Table table;
};

void append(std::string& out, const HostSecond& row);
bool parse(std::string_view line, HostSecond& row);

}  // namespace freshet::results
