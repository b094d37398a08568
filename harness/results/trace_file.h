// trace.bin (FORMAT.md): the trace's records in compressed blocks, each with a checksum. Bounded: a run
// begins with the share of the events that its plan lets it keep to the end. Only when it writes more than
// its plan says, and three quarters of the room are used up, one event in eight is kept from then on, by the
// hash of its identity, and again whenever half of what is left is used up. A reader keeps to the least share
// of the file, so what is left is a sample of whole events.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "harness/base/result.h"
#include "harness/measure/trace.h"
#include "harness/plan/plan.h"
#include "harness/results/line_file.h"

namespace freshet::results {

inline constexpr const char* kTraceFile = "trace.bin";
inline constexpr const char* kTraceFormat = "# freshet trace 1";

struct TraceOptions {
  double share = 0;                          // of the events, at first; 0: no trace
  std::uint64_t most_bytes = 1'073'741'824;  // of records, before compression
  std::uint64_t threshold() const;           // of trace_hash()
};

// Records that a whole trace of the plan has at most, but for what comes twice: an event is sent, reported
// and seen by each pass, and a live group may find the partition's end behind every event.
double expected_trace_records(const plan::Plan& plan);
// The options with the share that fits into most_bytes, when that is the lesser one.
TraceOptions fitting(TraceOptions options, const plan::Plan& plan);

class TraceFile {
 public:
  static base::Result<TraceFile> create(const std::filesystem::path& path, const TraceOptions& options);
  void add(std::span<const measure::TraceRecord> records);
  base::Status write();  // to the operating system

  std::uint64_t records() const { return records_; }
  double share() const;  // kept at the end
  std::uint64_t threshold() const { return threshold_; }

 private:
  void close_block();

  AppendFile file_;
  std::string block_;  // plain: threshold, records
  std::uint64_t threshold_ = 0, records_ = 0;
  std::uint64_t room_ = 0, used_ = 0, rest_ = 0;  // records: with this share, used of it, for later ones
};

}  // namespace freshet::results
