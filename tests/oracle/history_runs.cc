// A table of runs as --append-history makes it, in which Apache Otava finds the run from which the cluster is
// slower, and nothing before it.
#include <gmock/gmock.h>

#include <fstream>
#include <string>

#include "tests/cli/program.h"
#include "tests/oracle/oracle_run.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

constexpr int kRuns = 30, kSlowerFrom = 18;

// Runs of one load on a loopback whose network takes 3 ms, give or take 5 %, and a quarter more from one run
// on; as rows of trend.csv in `folder`.
void record_history(const std::filesystem::path& folder) {
  for (int i = 0; i < kRuns; ++i) {
    const std::string name = "run" + std::to_string(i);
    SimulatedRun run;
    const double noise = 1 + ((i * 5) % 11 - 5) / 100.0;
    run.loopback.network = static_cast<Nanos>(3e6 * noise * (i >= kSlowerFrom ? 1.25 : 1));
    run.keep = folder / name;
    (void)run(small_plan(200, 6));
    // In simulation every run begins at the same time, and so has the same name.
    results::Json manifest = results::Json::parse(tests::read_file(run.keep / "manifest.json"));
    manifest["run_id"] = "00000000000000" + std::to_string(10 + i);
    manifest["started"] = "2026-01-" + std::to_string(10 + i / 2) + (i % 2 ? "T16:00:00Z" : "T04:00:00Z");
    std::ofstream(run.keep / "manifest.json") << manifest.dump();
    const tests::Ran ran = tests::run_freshet(folder, {"report", "--append-history", "trend.csv", name});
    ASSERT_EQ(ran.exit_status, 0) << ran.err;
  }
}

void expect_otava(const std::filesystem::path& folder, const std::string& row, int status) {
  const OracleSaid said = ask_oracle(folder, "../readers/otava.py --expect " + row);
  EXPECT_EQ(said.exit_status, status) << said.text;
}

TEST(History, OtavaFindsTheRunFromWhichTheClusterIsSlower) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path());
  record_history(folder.path());
  if (HasFatalFailure()) return;
  expect_otava(folder.path(), std::to_string(kSlowerFrom), 0);
  // What asks it would notice another answer.
  expect_otava(folder.path(), std::to_string(kSlowerFrom - 1), 1);
  // Before that there is only noise.
  const std::string table = tests::read_file(folder.path() / "trend.csv");
  std::size_t end = 0;
  for (int line = 0; line <= kSlowerFrom; ++line) end = table.find('\n', end) + 1;
  std::ofstream(folder.path() / "trend.csv") << table.substr(0, end);
  expect_otava(folder.path(), "none", 0);
}

}  // namespace
}  // namespace freshet::test
