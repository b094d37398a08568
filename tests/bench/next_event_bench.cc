// The next planned event, with key and size (aim: at most 60 ns), and what lanes cost to build and to keep.
#include <benchmark/benchmark.h>

#include "harness/plan/lanes.h"
#include "tests/unit/plan_fixture.h"

namespace {

using namespace freshet;
using namespace freshet::plan;

// A stream that does not run dry: 1000 s of 1 million events/s.
Plan endless(workloads::Arrival arrival, std::uint32_t accounts, bool sloped) {
  Plan plan = steady(1e6, 500, tenants(20, 0.45, accounts));
  plan.phases.push_back(phase_of("incident", PhaseKind::incident, 500, 1000));
  if (sloped) {
    plan.phases[1].ramp = 500 * base::kSecond;
    plan.phases[1].magnitude = 2;
    plan.phases[1].hot_accounts = 5;
    plan.phases[1].hot_share = 0.5;
    std::swap(plan.phases[0], plan.phases[1]);
    plan.phases[0].begin = 0;
    plan.phases[0].end = 500 * base::kSecond;
    plan.phases[1].begin = 500 * base::kSecond;
    plan.phases[1].end = 1000 * base::kSecond;
  }
  plan.streams[0].arrival = arrival;
  plan.streams[0].size = {workloads::SizeKind::lognormal, 100, 10'000, 500, 0.7};
  fill_segments(plan);
  return plan;
}

void draw(benchmark::State& state, const Plan& plan) {
  const StreamLanes lanes(plan, 0);
  MergeCursor cursor(lanes, 0, 1);
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    const Event event = cursor.event();
    bytes += event.size + event.key;
    cursor.advance();
  }
  benchmark::DoNotOptimize(bytes);
  if (cursor.done()) state.SkipWithError("the plan ran dry");
  state.SetItemsProcessed(state.iterations());
}

void next_event_poisson(benchmark::State& state) {
  draw(state, endless(workloads::Arrival::poisson, static_cast<std::uint32_t>(state.range(0)), false));
}
BENCHMARK(next_event_poisson)->Arg(50'000)->Arg(1'000'000)->ArgName("accounts");

void next_event_poisson_on_a_slope_with_hot_accounts(benchmark::State& state) {
  draw(state, endless(workloads::Arrival::poisson, 50'000, true));
}
BENCHMARK(next_event_poisson_on_a_slope_with_hot_accounts);

void next_event_uniform(benchmark::State& state) {
  draw(state, endless(workloads::Arrival::uniform, 50'000, false));
}
BENCHMARK(next_event_uniform);

// What a ledger asks for: the τ of source n + 1.
void next_time_of_a_lane(benchmark::State& state) {
  const StreamLanes lanes(endless(workloads::Arrival::poisson, 50'000, false), 0);
  TimeCursor times(lanes, 0);
  for (auto _ : state) {
    times.advance();
    if (times.tau() == base::kNever) times.seek(0);
  }
}
BENCHMARK(next_time_of_a_lane);

void hash_of_an_event(benchmark::State& state) {
  Event event{1, 2, 3, 4, 5, 1};
  std::uint64_t hash = 0;
  for (auto _ : state) {
    ++event.n;
    hash = hash_event(hash, event);
  }
  benchmark::DoNotOptimize(hash);
}
BENCHMARK(hash_of_an_event);

void write_key(benchmark::State& state) {
  const StreamLanes lanes(endless(workloads::Arrival::poisson, 50'000, false), 0);
  char bytes[StreamLanes::kMaximumKey];
  std::uint32_t key = 0;
  for (auto _ : state) {
    key = (key + 7919) % lanes.keys();
    benchmark::DoNotOptimize(lanes.write_key(key, bytes));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(write_key);

void build_lanes(benchmark::State& state) {
  const Plan plan = steady(1000, 10, tenants(20, 0.45, static_cast<std::uint32_t>(state.range(0))));
  std::size_t memory = 0;
  for (auto _ : state) memory = StreamLanes(plan, 0).memory();
  state.counters["MB"] = static_cast<double>(memory) / 1e6;
}
BENCHMARK(build_lanes)
    ->Arg(50'000)
    ->Arg(10'000'000)
    ->ArgName("keys")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

}  // namespace
