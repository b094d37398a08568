// The page of a long run: an hour of 50 series, settled and written. FRESHET_BENCH_KEEP=FOLDER keeps the run
// there.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "harness/judge/verdict.h"
#include "harness/results/settle.h"
#include "reports/html.h"
#include "tests/simulation/run_fixture.h"

namespace {

using freshet::base::kSecond;
namespace fs = std::filesystem;
namespace plan = freshet::plan;
namespace results = freshet::results;

void add_phase(plan::Plan& plan, plan::PhaseKind kind, const char* name, int minutes) {
  plan::Phase phase;
  phase.kind = kind;
  phase.name = name;
  phase.begin = plan.end();
  phase.end = phase.begin + minutes * 60 * kSecond;
  plan.phases.push_back(phase);
}

// 10 streams that 5 groups read, in an hour with an incident.
plan::Plan hour() {
  plan::Plan plan = freshet::test::small_plan(8, 299);
  const plan::Stream stream = plan.streams[0];
  const plan::Group group = plan.groups[0];
  plan.streams.clear();
  plan.groups.clear();
  for (int i = 0; i < 10; ++i) {
    plan.streams.push_back(stream);
    plan.streams.back().name = plan.streams.back().klass = "class_" + std::to_string(i);
  }
  for (int i = 0; i < 5; ++i) {
    plan.groups.push_back(group);
    plan.groups.back().name = "group_" + std::to_string(i);
    plan.groups.back().streams.clear();
    for (std::size_t s = 0; s < plan.streams.size(); ++s)
      plan.groups.back().streams.push_back({s, stream.bound});
  }
  add_phase(plan, plan::PhaseKind::incident, "incident", 15);
  plan.phases.back().magnitude = 3;
  add_phase(plan, plan::PhaseKind::recovery, "recovery", 40);
  freshet::test::finish(plan);
  return plan;
}

const fs::path& folder() {
  static const freshet::test::TemporaryFolder temporary;
  static const char* const kept = std::getenv("FRESHET_BENCH_KEEP");
  static const fs::path path = kept ? fs::path(kept) : temporary.path();
  static const bool made = [] {
    freshet::test::SimulatedRun run;
    run.loopback = {};  // linger, network and acknowledgements take their time
    run.keep = path;
    run(hour());
    return true;
  }();
  benchmark::DoNotOptimize(made);
  return path;
}

void SimulatedHourSettled(benchmark::State& state) {
  const fs::path& run = folder();
  for (auto _ : state) benchmark::DoNotOptimize(results::settle(run).ok());
}
BENCHMARK(SimulatedHourSettled)->Unit(benchmark::kMillisecond);

void SimulatedHourAsPage(benchmark::State& state) {
  const auto settled = results::settle(folder());
  if (!settled) return state.SkipWithError(settled.error().message.c_str());
  const auto verdict = freshet::judge::judge(settled->plan, settled->figures);
  std::size_t bytes = 0;
  for (auto _ : state) bytes = freshet::reports::html(*settled, verdict).size();
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(SimulatedHourAsPage)->Unit(benchmark::kMillisecond);

}  // namespace
