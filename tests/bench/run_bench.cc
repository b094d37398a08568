// Whole runs: how long the simulation takes for an hour of the shipped incident burst, and what an event
// costs from send to visible on the loopback log, all roles included.
#include <benchmark/benchmark.h>

#include <string>

#include "harness/plan/rates.h"
#include "harness/scenario/scenario.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

plan::Plan stretched(const char* scenario, base::Nanos length) {
  plan::Plan plan = scenario::load_scenario(std::string(FRESHET_SCENARIOS) + "/" + scenario, {}).plan;
  const base::Nanos times = length / plan.end();
  for (plan::Phase& phase : plan.phases) {
    phase.begin *= times;
    phase.end *= times;
    phase.ramp *= times;
    phase.decay *= times;
  }
  plan::fill_segments(plan);
  return plan;
}

void simulated(benchmark::State& state, base::Nanos length) {
  const plan::Plan plan = stretched("incident_burst.lua", length);
  double events = 0, steps = 0;
  for (auto _ : state) {
    SimulatedRun run;
    run.loopback = {};
    const results::Settled settled = run(plan);
    for (const results::ProducerRow& row : settled.figures.producers) {
      if (row.phase < 0) events += static_cast<double>(row.sent);
    }
    steps += static_cast<double>(run.steps);
  }
  state.counters["measured_events"] = events;
  state.counters["steps"] = steps;
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

void BM_SimulatedMinute(benchmark::State& state) {
  simulated(state, 70 * base::kSecond);
}
BENCHMARK(BM_SimulatedMinute)->Unit(benchmark::kMillisecond)->Iterations(1);
void BM_SimulatedHour(benchmark::State& state) {
  simulated(state, 3600 * base::kSecond);
}
BENCHMARK(BM_SimulatedHour)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace freshet::test
