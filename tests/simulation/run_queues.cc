// Known answers of queueing theory, measured through the whole product: the plan's arrivals, a member's
// service times, the log, the ledger, the histograms and settle.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "harness/plan/lanes.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

constexpr double kPercentiles[] = {0.5, 0.9, 0.99};

// One partition, one member: a single server. 500/s of a millisecond each: half busy.
plan::Plan single_server(workloads::ServiceKind service, int seconds) {
  plan::Plan plan = small_plan(500, seconds, 1);
  plan.groups[0].service_time = kMillisecond;
  plan.groups[0].service = service;
  return plan;
}

// D of the events of the measured phases by Lindley's recursion over the plan alone, in ascending order.
std::vector<Nanos> served_one_by_one(const plan::Plan& plan) {
  struct Job {
    Nanos tau;
    std::uint16_t lane;
    std::uint64_t n;
  };
  const plan::StreamLanes lanes(plan, 0);
  std::vector<Job> jobs;
  for (int lane = 0; lane < lanes.lanes(); ++lane) {
    std::uint64_t n = 0;
    for (plan::TimeCursor c(lanes, lane); c.tau() != base::kNever; c.advance())
      jobs.push_back({c.tau(), static_cast<std::uint16_t>(lane), n++});
  }
  std::ranges::sort(jobs, {}, &Job::tau);
  const workloads::ServiceTimes service = plan::service_times(plan, 0);
  std::vector<Nanos> served;
  Nanos busy = 0;
  for (const Job& job : jobs) {
    busy = std::max(busy, job.tau) + service.of(0, job.lane, job.n);
    if (job.tau >= plan.phases[1].begin) served.push_back(busy - job.tau);
  }
  std::ranges::sort(served);
  return served;
}

Nanos nearest_rank(const std::vector<Nanos>& sorted, double p) {
  return sorted[static_cast<std::size_t>(std::ceil(p * static_cast<double>(sorted.size()) - 1e-9)) - 1];
}

// What the product measures is what the recursion gives, to the histogram's bucket (0.1 %) and the
// microseconds that simulated steps take.
void expect_served(const plan::Plan& plan, const results::StalenessRow& measured) {
  const std::vector<Nanos> served = served_one_by_one(plan);
  ASSERT_EQ(measured.outcomes.visible, served.size());
  for (const double p : kPercentiles) {
    const auto exact = static_cast<double>(nearest_rank(served, p));
    EXPECT_NEAR(static_cast<double>(quantile(measured, p)), exact, 0.001 * exact + 10.0 * kMicrosecond) << p;
  }
}

// P(D <= t) of M/D/1 with service s and arrivals λ (Erlang 1909): the sojourn is the waiting time + s.
double md1(double t, double s, double lambda) {
  const double waiting = t - s;
  if (waiting < 0) return 0;
  double sum = 0, factorial = 1;
  for (int k = 0; k * s <= waiting; ++k) {
    if (k > 0) factorial *= k;
    const double x = lambda * (k * s - waiting);
    sum += std::pow(x, k) / factorial * std::exp(-x);
  }
  return (1 - lambda * s) * sum;
}

// t with cdf(t) = p, in [0, most].
double quantile_of(const std::function<double(double)>& cdf, double p, double most) {
  double low = 0, high = most;
  for (int i = 0; i < 60; ++i) (cdf((low + high) / 2) < p ? low : high) = (low + high) / 2;
  return high;
}

// M/M/1: D is exponential with mean 1/(μ - λ): 2 ms (reference: Kleinrock 1975, 3.2).
TEST(Queues, MM1StalenessIsThatOfTheClosedForm) {
  const plan::Plan plan = single_server(workloads::ServiceKind::exponential, 1600);
  SimulatedRun run;
  const results::Settled settled = run(plan);
  const results::StalenessRow& measured = row(settled.figures);
  expect_served(plan, measured);
  for (const double p : kPercentiles) {
    const double closed = -std::log(1 - p) * 2 * kMillisecond;
    EXPECT_NEAR(static_cast<double>(quantile(measured, p)) / closed, 1, 0.01) << p;
  }
}

TEST(Queues, MD1StalenessIsThatOfTheClosedForm) {
  const plan::Plan plan = single_server(workloads::ServiceKind::constant, 1200);
  SimulatedRun run;
  const results::Settled settled = run(plan);
  const results::StalenessRow& measured = row(settled.figures);
  expect_served(plan, measured);
  for (const double p : kPercentiles) {
    const double closed = quantile_of([](double t) { return md1(t, 1, 0.5); }, p, 30) * kMillisecond;
    EXPECT_NEAR(static_cast<double>(quantile(measured, p)) / closed, 1, 0.01) << p;
  }
}

// 300/s can leave, and for 30 s there come 1000 instead of 100: 21 000 wait then and drain in 105 s, the last
// of the burst waits 70 s, and the lag is under the bound of 2 s after 104 s. Even arrivals, so that nothing
// of it is chance.
TEST(Queues, ABurstFillsAndDrainsAsTheFluidDoes) {
  plan::Plan plan = small_plan(100, 9, 1);
  plan.streams[0].arrival = workloads::Arrival::uniform;
  plan.groups[0].service_time = kSecond / 300;
  plan.groups[0].queue = 100;
  plan::Phase burst, recovery;
  burst.name = "burst";
  burst.kind = plan::PhaseKind::incident;
  burst.magnitude = 10;
  burst.begin = 10 * kSecond;
  burst.end = recovery.begin = 40 * kSecond;
  recovery.name = "recovery";
  recovery.kind = plan::PhaseKind::recovery;
  recovery.end = 200 * kSecond;
  plan.phases.push_back(burst);
  plan.phases.push_back(recovery);
  finish(plan);
  SimulatedRun run;
  const results::Settled settled = run(plan);
  ASSERT_EQ(settled.figures.disturbances.size(), 1U);
  const results::DisturbanceRow& d = settled.figures.disturbances[0];
  ASSERT_TRUE(d.reached);
  EXPECT_NEAR(static_cast<double>(d.backlog) / 21'000, 1, 0.01);
  EXPECT_NEAR(static_cast<double>(d.ideal_drain) / kSecond / 105, 1, 0.01);
  EXPECT_NEAR(static_cast<double>(d.peak) / kSecond / 70, 1, 0.01);
  EXPECT_NEAR(static_cast<double>(quantile(row(settled.figures), 1)) / kSecond / 70, 1, 0.01);
  EXPECT_NEAR(static_cast<double>(d.time_to_fresh) / kSecond / 104, 1, 0.01);
  // ∫ (lag - 2 s)⁺: up by 0.7 a second for 100 s, down by 2 a second of wall time for 35 s.
  EXPECT_NEAR(d.debt / (68 * 68 / 0.7 / 2 + 68 * 68 / 2.0 / 2), 1, 0.01);
}

// The log stands still for the first 200 ms of every fifth second: 4 % of events wait what is left of it, so
// P(D > t) = 4 % · (1 - t / 200 ms).
TEST(Queues, PeriodicStallsGiveTheStaircaseThatTheyMust) {
  plan::Plan plan = small_plan(1000, 200, 1);
  plan.streams[0].arrival = workloads::Arrival::uniform;
  plan.streams[0].keys_per_account = 1;
  finish(plan);
  SimulatedRun run;
  for (int s = 1; s <= 200; s += 5) {
    run.loopback.faults.push_back({.kind = cluster::LoopbackFault::Kind::stall,
                                   .from = kStart + s * kSecond,
                                   .until = kStart + s * kSecond + 200 * kMillisecond});
  }
  const results::Settled settled = run(plan);
  const results::StalenessRow& measured = row(settled.figures);
  EXPECT_LT(quantile(measured, 0.9), kMillisecond);
  EXPECT_NEAR(static_cast<double>(quantile(measured, 0.99)) / (150 * kMillisecond), 1, 0.01);
  EXPECT_NEAR(static_cast<double>(quantile(measured, 0.999)) / (195 * kMillisecond), 1, 0.01);
  EXPECT_NEAR(static_cast<double>(quantile(measured, 1)) / (200 * kMillisecond), 1, 0.01);
}

// 2000 events lie there, 1000/s are read: two seconds, and what comes meanwhile.
TEST(Queues, AReplayOfKnownSizeAtAKnownRateEndsWhenItMust) {
  plan::Plan plan = small_plan(100, 19, 4);
  plan.streams[0].arrival = workloads::Arrival::uniform;
  plan::Phase replay;
  replay.name = "replay";
  replay.kind = plan::PhaseKind::replay;
  replay.begin = 20 * kSecond;
  replay.end = 40 * kSecond;
  plan.phases.push_back(replay);
  plan.replays.push_back({.name = "again", .phase = 2, .streams = {0}, .capped = true, .rate = 1000});
  finish(plan);
  SimulatedRun run;
  const results::Settled settled = run(plan);
  const results::ReplayRow& row = settled.figures.replays.at(0);
  EXPECT_TRUE(row.finished);
  const double took = static_cast<double>(row.finished_at - row.reads_from) / kSecond;
  EXPECT_NEAR(took / (2000.0 / 900), 1, 0.01);
}

// The formula itself, at a point that can be worked out by hand: P(no wait) = 1 - ρ.
TEST(Queues, TheFormulaOfMD1HasItsAtom) {
  EXPECT_DOUBLE_EQ(md1(1, 1, 0.5), 0.5);
  EXPECT_DOUBLE_EQ(md1(0.999, 1, 0.5), 0);
  EXPECT_NEAR(md1(40, 1, 0.2), 1, 1e-6);
}

}  // namespace
}  // namespace freshet::test
