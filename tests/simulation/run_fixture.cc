#include "tests/simulation/run_fixture.h"

#include <unistd.h>

#include <atomic>

#include "harness/plan/rates.h"

namespace freshet::test {

plan::Plan small_plan(double rate, int seconds, int partitions) {
  plan::Plan plan;
  plan.name = "small";
  plan.populations.push_back({"tenants", {{"enterprise", 4, 0.4, 0}, {"rest", 400, 0.6, 1.0}}});
  plan::Stream stream;
  stream.name = stream.klass = "lock";
  stream.partitions = partitions;
  stream.lanes = 32;
  stream.rate = rate;
  stream.size = {.kind = workloads::SizeKind::fixed, .minimum = 200, .maximum = 200, .median = 200};
  stream.bound = 2 * kSecond;
  plan.streams.push_back(stream);
  plan::Group group;
  group.name = "copilot";
  group.streams.push_back({0, stream.bound});
  plan.groups.push_back(group);
  plan::Phase warmup, steady;
  warmup.name = "warmup";
  warmup.kind = plan::PhaseKind::warmup;
  warmup.end = kSecond;
  steady.name = "steady";
  steady.begin = kSecond;
  steady.end = (1 + seconds) * kSecond;
  plan.phases = {warmup, steady};
  plan.drain = 30 * kSecond;
  finish(plan);
  return plan;
}

void finish(plan::Plan& plan) {
  plan::fill_segments(plan);
}

TemporaryFolder::TemporaryFolder() {
  static std::atomic<int> next{0};
  path_ = std::filesystem::temp_directory_path() /
          ("freshet-test-" + std::to_string(getpid()) + "-" + std::to_string(next++));
  std::filesystem::remove_all(path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

cluster::LoopbackOptions SimulatedRun::quiet() {
  cluster::LoopbackOptions options;
  options.linger = 0;
  options.network = 0;
  options.ack = 0;
  options.end_notice = 0;
  options.join = kMillisecond;
  return options;
}

results::Settled SimulatedRun::operator()(const plan::Plan& plan) {
  const TemporaryFolder folder;
  base::ManualClock* clock = nullptr;
  const auto step_cost = [&](const std::string& role, Nanos now, bool worked) -> Nanos {
    if (wall_offset) clock->set_wall_offset(wall_offset(now));
    if (cost) return cost(role, now, worked);
    return worked ? kMicrosecond : 1;
  };
  engine::Simulation simulation(step_cost);
  clock = &simulation.manual_clock();
  auto cluster = cluster::make_loopback(simulation.clock(), loopback);
  if (told) cluster = std::make_unique<ToldCluster>(std::move(cluster), *told, simulation.clock());
  options.folder = keep.empty() ? folder.path() : keep;
  options.trace.share = keep.empty() ? 0 : trace;
  options.start_not_before = kStart;
  options.hold_assignment = 0;
  const auto ran = engine::run(plan, *cluster, simulation, options);
  defect = simulation.defect();
  steps = simulation.steps();
  EXPECT_EQ(defect, "");
  EXPECT_TRUE(ran.ok()) << ran.error().message;
  if (!ran.ok()) return {};
  outcome = *ran;
  auto settled = results::settle(options.folder, decisions);
  EXPECT_TRUE(settled.ok()) << settled.error().message;
  if (!settled.ok()) return {};
  verdict = judge::judge(settled->plan, settled->figures);
  if (!keep.empty()) {
    EXPECT_TRUE(results::write_summary(keep, *settled, judge::to_json(verdict)));
  }
  return std::move(settled).value();
}

const results::StalenessRow& row(const results::Figures& figures, int pass, int phase) {
  for (const results::StalenessRow& r : figures.staleness) {
    if (r.stream == 0 && r.pass == pass && r.tier == -1 && r.phase == phase) return r;
  }
  static const results::StalenessRow none;
  ADD_FAILURE() << "no row of pass " << pass << " in phase " << phase;
  return none;
}

Nanos quantile(const results::StalenessRow& row, double p) {
  for (const results::Quantile& q : row.quantiles) {
    if (q.p == p && q.kind == results::Quantile::Kind::exact) return q.value;
  }
  ADD_FAILURE() << "no exact p" << p * 100;
  return -1;
}

}  // namespace freshet::test
