#include "harness/results/layout.h"

#include "harness/results/carriers.h"
#include "harness/results/clients.h"
#include "harness/results/host_seconds.h"
#include "harness/results/interval_log.h"
#include "harness/results/tables.h"

namespace freshet::results {
namespace {

template <class... Rows>
std::string table_preamble(std::string_view file) {
  std::string found;
  const auto look = [&](const Table& table) {
    if (table.file == file) found = fmt::format("{}\n{}\n", table.format, table.columns);
  };
  (look(TableOf<Rows>::table), ...);
  return found;
}

}  // namespace

std::string preamble(std::string_view file) {
  if (file == "intervals.hlog") return log_header();
  if (file == "events.jsonl")
    return "{\"kind\":\"format\",\"name\":\"freshet events\",\"t\":0,\"version\":1}\n";
  if (file == kFlushesFile) {
    std::string columns = "now_ns";
    for (const std::string_view name : kFlushedFiles) columns += fmt::format(",{0} bytes,{0} crc32", name);
    return fmt::format("{}\n{},line crc32\n", kFlushesFormat, columns);
  }
  return table_preamble<CohortRow, measure::CountSecond, measure::LagSecond, measure::OffsetSecond,
                        measure::ReceiverSecond, ClientSecond, ConnectionSecond, PartsRow,
                        measure::WorstEvent, LaneRow, measure::OverBound, measure::LoggedRead, HostSecond,
                        measure::Carrier>(file);
}

// parts.csv 1 had the second of the flush where that of τ stands now; receivers.csv 1 had no queues.
std::string older_preamble(std::string_view file) {
  if (file == TableOf<PartsRow>::table.file)
    return "# freshet parts 1\nstream,pass,flushed,bucket,events,send_ns,log_ns,apply_ns\n";
  if (file == TableOf<measure::ReceiverSecond>::table.file)
    return "# freshet receivers 1\npass,member,second,busy,data_queued\n";
  return "";
}

}  // namespace freshet::results
