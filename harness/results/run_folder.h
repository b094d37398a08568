// The run folder (design 7): written as the run goes, readable after a crash up to about its last second, and
// enough to compute every figure again. FORMAT.md describes the files.
//
//   manifest.json          what was run on what
//   plan.json              the plan as data: no report evaluates Lua
//   facts/HOST/…           facts of one host: settle takes many hosts
//   summary.json, timeline.csv, worst.csv    made by settle at the end
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/measure/ack_log.h"
#include "harness/measure/read_log.h"
#include "harness/measure/recorder.h"
#include "harness/measure/shard.h"
#include "harness/plan/plan.h"
#include "harness/results/trace_file.h"

namespace freshet::results {

using base::Nanos;
using Json = nlohmann::json;
struct ClientSecond;
struct ConnectionSecond;
struct HostSecond;

// Whether a run may be recorded there: the folder is absent or holds nothing but runs on the loopback log
// (D2, V); otherwise names it and why not.
base::Status free_for_a_run(const std::filesystem::path& folder);
// Makes the folder. Refuses one that exists and is not empty, or cannot be written (naming it and why).
base::Status create_run_folder(const std::filesystem::path& folder, const Json& manifest,
                               const plan::Plan& plan);
// Rewrites the manifest (what became known at the start: cluster, topics as described).
base::Status write_manifest(const std::filesystem::path& folder, const Json& manifest);

// What one host writes. Belongs to the writer's thread. A full disk or an error is kept and told by status(),
// and nothing is flushed after it: the folder stays readable up to the last whole flush. The run ends then.
class FactsWriter {
 public:
  static base::Result<std::unique_ptr<FactsWriter>> open(const std::filesystem::path& folder,
                                                         const std::string& host, const plan::Plan& plan,
                                                         const TraceOptions& trace = {});
  ~FactsWriter();

  // Adds an interval's deltas to what flush() will write.
  void add(const measure::Interval& interval);
  void add(const ClientSecond& row);
  void add(const ConnectionSecond& row);
  void add(const measure::LoggedRead& read);
  void add(const HostSecond& row);
  // Something that happened at `at` (since start): {"t":…,"kind":kind, …fields}.
  void event(Nanos at, const std::string& kind, Json fields = Json::object());
  // Writes what has been added, in whole lines, to the operating system (survives kill -9). `now` since
  // start.
  void flush(Nanos now);

  // At the end: ledgers, lane hashes, how it ended.
  void acks(std::uint16_t stream, const measure::AckLog& acks);
  void seen(const measure::Sealed& sealed);
  void lane_hashes(std::uint16_t stream,
                   const std::vector<std::pair<std::uint64_t, std::uint64_t>>& sent_and_hash);
  // ending: "complete" or "interrupted".
  void finish(Nanos ended_at, Nanos drained_in, bool drain_complete, const std::string& ending, Json extra);

  base::Status status() const;
  // What the trace holds; null without one. After finish().
  Json trace_told() const;

 private:
  struct Impl;
  explicit FactsWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet::results
