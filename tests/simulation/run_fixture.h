// A whole run in simulation: a small plan, the loopback log with a script, all roles on a manual clock, then
// the figures settled from the run folder as a user's report would.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>

#include "harness/cluster/loopback/loopback.h"
#include "harness/engine/run.h"
#include "harness/engine/simulation.h"
#include "harness/judge/verdict.h"
#include "harness/plan/lanes.h"
#include "harness/plan/plan.h"
#include "harness/results/settle.h"
#include "tests/simulation/told_cluster.h"

namespace freshet::test {

using base::kMicrosecond;
using base::kMillisecond;
using base::kSecond;
using base::Nanos;

// When τ = 0 lies in simulated time; scripted faults are placed relative to it.
inline constexpr Nanos kStart = 100 * kSecond;

// One stream "lock" of `rate` events/s on `partitions`, one group "copilot" of one member, warm-up of 1 s,
// steady of `seconds`, one account a partition's worth of keys.
plan::Plan small_plan(double rate = 100, int seconds = 10, int partitions = 4);

// Fills segments and drain after a test has changed the plan.
void finish(plan::Plan& plan);

struct SimulatedRun {
  cluster::LoopbackOptions loopback = quiet();
  engine::StepCost cost;
  std::function<Nanos(Nanos now)> wall_offset;  // of the wall clock; none: it goes as the monotonic one
  engine::RunOptions options;
  std::optional<Told> told;  // what the loopback tells of itself instead of the truth
  std::string defect;
  std::uint64_t steps = 0;

  // A loopback whose own times are nothing: what a test scripts is all there is.
  static cluster::LoopbackOptions quiet();

  // Keeps the run there, with its trace and the files that a run ends with; "": it is thrown away.
  std::filesystem::path keep;
  double trace = 1;  // of a kept run: the share of the events

  // Who runs the decide functions of reads; empty: nobody.
  plan::DecisionsOf decisions;

  // Runs, settles and judges. Fails the test when the run does not start or the simulation finds a defect.
  results::Settled operator()(const plan::Plan& plan);
  judge::Verdict verdict;
  engine::RunOutcome outcome;
};

// A folder of this test's own, removed when it ends.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The row of (stream 0, pass, all tiers) in `phase` (-1: all measured).
const results::StalenessRow& row(const results::Figures& figures, int pass = 0, int phase = -1);
Nanos quantile(const results::StalenessRow& row, double p);

}  // namespace freshet::test
