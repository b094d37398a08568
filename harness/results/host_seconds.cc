#include "harness/results/host_seconds.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "harness/results/line_file.h"
#include "harness/results/rows.h"

namespace freshet::results {

const Table TableOf<HostSecond>::table{
    "host.csv", "# freshet host 1",
    "second,interval_ns,process_cpu_ns,host_total_ns,host_busy_ns,host_steal_ns,involuntary_switches"};

void append(std::string& out, const HostSecond& row) {
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{}\n", row.second, row.interval, row.process_cpu,
                 row.host_total, row.host_busy, row.steal, row.involuntary);
}

bool parse(std::string_view line, HostSecond& row) {
  Fields fields(line);
  fields >> row.second >> row.interval >> row.process_cpu >> row.host_total >> row.host_busy >> row.steal >>
      row.involuntary;
  return fields.complete() && row.interval > 0 && row.process_cpu >= 0 && row.host_total >= 0 &&
         row.host_busy >= 0 && row.steal >= 0;
}

// Hosts are put together as seconds are: the means are over all of them.
HostFigures host_figures(const Facts& facts) {
  HostFigures figures;
  double interval = 0, cpu = 0, total = 0, busy = 0, steal = 0;
  const auto part = [](double of, double whole) { return whole > 0 ? of / whole : 0; };
  for (const HostSecond& row : facts.host) {
    const auto row_interval = static_cast<double>(row.interval);
    const auto row_total = static_cast<double>(row.host_total);
    const auto row_cpu = static_cast<double>(row.process_cpu);
    const auto row_busy = static_cast<double>(row.host_busy), row_steal = static_cast<double>(row.steal);
    ++figures.seconds;
    interval += row_interval, cpu += row_cpu, total += row_total, busy += row_busy, steal += row_steal;
    figures.process_cpus_most = std::max(figures.process_cpus_most, part(row_cpu, row_interval));
    figures.busy_most = std::max(figures.busy_most, part(row_busy, row_total));
    figures.steal_most = std::max(figures.steal_most, part(row_steal, row_total));
    figures.involuntary += row.involuntary;
    figures.involuntary_most = std::max(figures.involuntary_most, row.involuntary);
  }
  figures.process_cpus_mean = part(cpu, interval);
  figures.busy_mean = part(busy, total);
  figures.steal_mean = part(steal, total);
  return figures;
}

}  // namespace freshet::results
