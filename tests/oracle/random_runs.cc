// The oracle over bounded random scenarios under random faults: members that come and go, replays, lost and
// doubled records, full queues, starved roles. FRESHET_RANDOM_RUNS says how many (a tenth of it),
// FRESHET_RANDOM_SEED which is the first.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/oracle/oracle_run.h"
#include "tests/simulation/random_plan.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

TEST(OracleOverRandomRuns, Agrees) {
  const std::uint64_t first = from_environment("FRESHET_RANDOM_SEED", 1);
  const std::uint64_t runs = (from_environment("FRESHET_RANDOM_RUNS", 200) + 9) / 10;
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    SCOPED_TRACE("repeat with FRESHET_RANDOM_SEED=" + std::to_string(seed) + " FRESHET_RANDOM_RUNS=1");
    const RandomScenario scenario = random_scenario(seed);
    const TemporaryFolder folder;
    SimulatedRun run;
    run.keep = folder.path();
    run.loopback = scenario.loopback;
    run.cost = scenario.cost;
    run.options.senders = scenario.senders;
    (void)run(scenario.plan);
    if (HasFatalFailure()) return;
    const OracleSaid said =
        ask_oracle(folder.path(), "oracle.py --quiet --notice-ms 300");  // of starved members
    EXPECT_EQ(said.exit_status, 0) << said.text;
  }
}

}  // namespace
}  // namespace freshet::test
