#include "harness/results/layout.h"

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
                        measure::WorstEvent, LaneRow, HostSecond>(file);
}

}  // namespace freshet::results
