// Names of the files of a run folder. FORMAT.md describes what is in them.
#pragma once

#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace freshet::results {

inline constexpr const char* kManifestFile = "manifest.json";
inline constexpr const char* kPlanFile = "plan.json";
inline constexpr const char* kSummaryFile = "summary.json";
inline constexpr const char* kTimelineFile = "timeline.csv";
inline constexpr const char* kWorstFile = "worst.csv";
inline constexpr const char* kDisturbancesFile = "disturbances.csv";
inline constexpr const char* kEventsFile = "events.jsonl";
inline constexpr const char* kIntervalsFile = "intervals.hlog";
inline constexpr const char* kIsolationFile = "isolation.csv";
inline constexpr const char* kFactsFolder = "facts";
// A whole run folder: the isolation windows on the loopback log, run before the cluster (D2).
inline constexpr const char* kLoopbackFolder = "loopback";
// Likewise: a few seconds of the steady load on the loopback log, for the noise floor (V).
inline constexpr const char* kCalibrationFolder = "calibration";

// In facts/HOST. These grow flush by flush; flushes.csv tells how far each was whole.
enum class Flushed : std::size_t {
  intervals,
  cohorts,
  counts,
  lags,
  offsets,
  receivers,
  clients,
  connections,
  parts,
  worst,
  lanes,
  events,
  over,
  reads,
  host,
  carriers
};
inline constexpr std::array<std::string_view, 16> kFlushedFiles{
    "intervals.hlog", "cohorts.csv",     "counts.csv", "lags.csv",    "offsets.csv", "receivers.csv",
    "clients.csv",    "connections.csv", "parts.csv",  "worst.csv",   "lanes.csv",   "events.jsonl",
    "over.csv",       "reads.csv",       "host.csv",   "carriers.csv"};
inline constexpr const char* kFlushesFile = "flushes.csv";
inline constexpr std::string_view kFlushesFormat = "# freshet flushes 1";
inline constexpr const char* kEndFile = "end.json";
inline constexpr const char* kEndFormat = "freshet end 1";

inline std::string acks_file(std::uint16_t stream) {
  return fmt::format("acks-{}.bin", stream);
}
inline std::string seen_file(std::uint16_t pass, std::uint16_t stream, std::int32_t partition, int k) {
  return fmt::format("seen-{}-{}-{}-{}.bin", pass, stream, partition, k);
}

// The first lines of a file: format, version, columns.
std::string preamble(std::string_view file);
// Those of the version before, which can still be read; "": there was none.
std::string older_preamble(std::string_view file);

}  // namespace freshet::results
