// A run folder made by hand: each planned event gets the fate that the test says, and what a run would have
// recorded of it is written through FactsWriter.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/plan/lanes.h"
#include "harness/plan/plan.h"
#include "harness/results/run_folder.h"
#include "harness/results/settle.h"
#include "tests/unit/plan_fixture.h"

namespace freshet::results {

using base::kMillisecond;
using base::kSecond;

// A folder of its own, removed with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// What becomes of one event. By default: acknowledged, seen by every pass 5 ms after τ.
struct Fate {
  measure::AckState ack = measure::AckState::acked;
  bool seen = true;
  Nanos staleness = 5 * kMillisecond;
  Nanos own_delay = 0;
  // When set, only these passes see it.
  std::vector<std::uint16_t> seen_by;
};

// The plan most tests use: one stream of 50 events/s in 12 partitions, one group with a bound of 1 s, 2 s of
// warm-up, 4 s steady, 2 s incident, 12 s recovery.
plan::Plan small_plan(double rate = 50);

// Writes one host's facts of a run, event by event.
class MadeRun {
 public:
  using Decide = std::function<Fate(std::uint16_t stream, const plan::Event&)>;

  explicit MadeRun(plan::Plan plan);

  const plan::Plan& plan() const { return plan_; }
  const plan::StreamLanes& lanes(std::size_t stream = 0) const { return lanes_[stream]; }
  const std::filesystem::path& folder() const { return folder_; }
  FactsWriter& facts();  // opened on first use

  // Gives every planned event its fate; offsets are dealt out in order of τ. Fills interval() and the
  // ledgers, writes nothing.
  void decide(const Decide& fate);
  measure::Interval& interval() { return interval_; }
  measure::AckLog& acks(std::size_t stream = 0) { return *acks_[stream]; }
  // The one shard of (pass, stream, partition); its position is the end of the partition's log.
  measure::Sealed& shard(std::uint16_t pass, std::uint16_t stream, int partition);
  std::map<std::tuple<std::uint16_t, std::uint16_t, int>, measure::Sealed>& shards() { return shards_; }

  // Flushes interval(), then the ledgers and an end.
  void finish(const std::string& ending = "complete", Nanos sending_stopped = -1);
  Nanos ended_at() const { return plan_.end() + kSecond; }

  Settled settled(const plan::DecisionsOf& decisions = {}) const;  // settle() has to succeed

 private:
  void apply(std::uint16_t stream, const plan::Event& event, const Fate& fate);
  void record(const measure::Series& series, std::int64_t second, Nanos value, const Fate& fate);
  measure::CountSecond& counts(std::uint16_t stream, std::uint16_t pass, std::int64_t second);

  TemporaryFolder temporary_;
  std::filesystem::path folder_;
  plan::Plan plan_;
  std::vector<plan::StreamLanes> lanes_;
  std::vector<std::unique_ptr<measure::AckLog>> acks_;
  std::map<std::tuple<std::uint16_t, std::uint16_t, int>, measure::Sealed> shards_;
  std::vector<std::vector<std::int64_t>> log_ends_;                         // stream, partition
  std::vector<std::vector<std::pair<std::uint64_t, std::uint64_t>>> sent_;  // stream, lane
  std::map<std::tuple<std::uint16_t, std::uint16_t, std::uint8_t, int, std::int64_t>, measure::Cohort>
      cohorts_;
  std::map<std::tuple<std::uint16_t, std::uint16_t, std::int64_t>, measure::CountSecond> counts_;
  measure::Interval interval_;
  std::unique_ptr<FactsWriter> facts_;
};

// The row of (stream, pass, tier, phase); the test fails when there is none.
const StalenessRow& staleness_of(const Figures& figures, int stream, int pass, int tier, int phase);

std::uint64_t sum_of(const Outcomes& o);  // of all outcomes but `planned`

}  // namespace freshet::results
