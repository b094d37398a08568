// settle(): from a run folder of a million events to figures.
#include <benchmark/benchmark.h>

#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

void settle_a_run(benchmark::State& state) {
  MadeRun run(small_plan(static_cast<double>(state.range(0)) / 20));
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  run.finish();
  for (auto _ : state) benchmark::DoNotOptimize(run.settled().figures.ended_at);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(run.lanes().count()));
}
BENCHMARK(settle_a_run)->Arg(1000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void write_a_second(benchmark::State& state) {
  MadeRun run(small_plan(50'000));
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  std::int64_t second = 0;
  for (auto _ : state) {
    run.facts().add(run.interval());  // twenty seconds of three series in two tiers
    run.facts().flush(++second * base::kSecond);
  }
}
BENCHMARK(write_a_second)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace freshet::results
