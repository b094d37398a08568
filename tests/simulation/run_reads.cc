// Context reads through the whole product, with answers that are known beforehand.
#include <gmock/gmock.h>

#include <cmath>

#include "harness/plan/reads.h"
#include "harness/results/line_file.h"
#include "harness/results/tables.h"
#include "harness/scenario/decisions.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

using cluster::LoopbackFault;
using Kind = LoopbackFault::Kind;

// One account, so that every event and every read is about the same key.
plan::Plan one_account(double rate, int seconds, Nanos bound) {
  plan::Plan plan = small_plan(rate, seconds, 1);
  plan.populations[0].tiers = {{"enterprise", 1, 1.0, 0}, {"rest", 0, 0, 0}};
  plan.streams[0].bound = plan.groups[0].streams[0].bound = bound;
  plan.streams[0].critical = true;
  plan.streams[0].compresses = 2;  // the words of one account repeat themselves more than those of many (V8)
  finish(plan);
  return plan;
}

void add_background(plan::Plan& plan, double rate) {
  plan.reads.push_back({.name = "opens", .streams = {0}, .rate = rate});
}

void add_trigger(plan::Plan& plan, Nanos delay) {
  plan.reads.push_back(
      {.name = "after", .streams = {0}, .triggered = true, .delay_min = delay, .delay_max = delay});
}

std::vector<Nanos> taus_of(const plan::Plan& plan) {
  const plan::StreamLanes lanes(plan, 0);
  std::vector<Nanos> taus;
  for (plan::MergeCursor c(lanes, 0, 1); !c.done(); c.advance()) taus.push_back(c.tau());
  return taus;
}

// Intended times of the measured reads.
std::vector<Nanos> due_of(const plan::Plan& plan, std::size_t read = 0) {
  std::vector<plan::StreamLanes> lanes;
  lanes.emplace_back(plan, 0);
  std::vector<Nanos> due;
  for (plan::ReadCursor c(plan, lanes, read); !c.done(); c.advance()) {
    if (c.due() >= kSecond) due.push_back(c.due());
  }
  return due;
}

const results::ViewRow& view(const results::Settled& settled, int read = 0, int phase = -1) {
  for (const results::ViewRow& row : settled.figures.views) {
    if (row.read == read && row.phase == phase) return row;
  }
  static const results::ViewRow none;
  ADD_FAILURE() << "no row of read " << read;
  return none;
}

const results::DecisionRow& decisions(const results::Settled& settled, int read = 0) {
  for (const results::DecisionRow& row : settled.figures.decisions) {
    if (row.read == read && row.phase == -1) return row;
  }
  static const results::DecisionRow none;
  ADD_FAILURE() << "no row of read " << read;
  return none;
}

double share(const results::ViewRow& row) {
  return static_cast<double>(row.stale) / static_cast<double>(row.done);
}

// The mean of r - word over the measured reads of a kept run: the view's age of information, met at random.
double mean_age(const std::filesystem::path& run) {
  const auto text = results::read_file(run / "facts/local/reads.csv");
  EXPECT_TRUE(text);
  if (!text) return 0;
  double sum = 0;
  std::uint64_t reads = 0;
  results::Lines lines(*text);
  for (std::string_view line; lines.next(line);) {
    measure::LoggedRead read;
    if (!results::parse(line, read) || read.due < kSecond || read.words[0] == measure::kNothingYet) continue;
    sum += static_cast<double>(read.at - read.words[0]);
    ++reads;
  }
  EXPECT_GT(reads, 0U);
  return sum / static_cast<double>(reads);
}

TEST(RunReads, AQuietViewIsFresh) {
  plan::Plan plan = small_plan(100, 10);
  add_background(plan, 50);
  add_trigger(plan, 10 * kMillisecond);
  SimulatedRun run;
  const results::Settled settled = run(plan);
  EXPECT_THAT(settled.figures.damage, testing::IsEmpty());
  for (const int read : {0, 1}) {
    const results::DecisionRow& row = decisions(settled, read);
    EXPECT_EQ(row.reads, due_of(plan, static_cast<std::size_t>(read)).size());
    EXPECT_GT(row.reads, 400U);
    EXPECT_EQ(row.unresolved(), 0U);
    EXPECT_EQ(row.stale, 0U);
    EXPECT_LT(view(settled, read).mean, 1000) << "ns";
  }
}

// Every event is visible D after its τ, and events are Poisson with rate λ. A read is more than θ < D stale
// when an event has its τ in (r - D, r - θ]: P(S > θ) = 1 - e^(-λ(D - θ)), and the mean of S is
// D - (1 - e^(-λD)) / λ.
TEST(RunReads, AFixedDelayGivesTheClosedForm) {
  constexpr double kRate = 500, kDelay = 4e-3, kBound = 1e-3;
  plan::Plan plan = one_account(kRate, 200, kMillisecond);
  add_background(plan, 2000);
  SimulatedRun run;
  run.loopback.faults.push_back(
      {.kind = Kind::delay, .from = kStart, .amount = static_cast<Nanos>(kDelay * 1e9)});
  const results::Settled settled = run(plan);
  const double delayed = static_cast<double>(settled.figures.staleness[0].quantiles[0].value) / 1e9;
  ASSERT_NEAR(delayed, kDelay, 2e-5) << "what the loopback really did";
  const results::ViewRow& row = view(settled);
  EXPECT_GT(row.done, 390'000U);
  const double expected = 1 - std::exp(-kRate * (kDelay - kBound));
  EXPECT_NEAR(share(row), expected, expected / 100);
  const double mean = kDelay - (1 - std::exp(-kRate * kDelay)) / kRate;
  EXPECT_NEAR(row.mean / 1e9, mean, mean / 100);
  EXPECT_NEAR(row.unseen_mean, kRate * kDelay, kRate * kDelay / 100) << "Little: λD events are unseen";
}

// Decides by Lua, as a scenario's text says it.
void add_decide(plan::Plan& plan, const std::string& name, double rate, const std::string& body) {
  plan.reads.push_back({.name = name, .streams = {0}, .rate = rate});
  plan.reads.back().decide = body;
  std::string reads;
  for (const plan::Read& read : plan.reads)
    reads += read.name + " = { decide = function(view) " + read.decide + " end },\n";
  plan.scenario_text = "return scenario { reads = {\n" + reads + "} }";
}

// Every event is visible D after its τ, events are Poisson with rate λ, and a decision is whether the latest
// is younger than X. On the view it is wrong when there is one in (r - X, r], but none that is known:
//   X > D: none in (r - X, r - D], one in (r - D, r]: e^(-λ(X - D)) (1 - e^(-λD));  X ≤ D: 1 - e^(-λX).
// Whether their number is even is decided wrongly when an odd number is unseen: (1 - e^(-2λD)) / 2. What
// hangs on nothing is never wrong.
TEST(RunReads, AFixedDelayMakesTheKnownShareOfDecisionsWrong) {
  constexpr double kRate = 500, kDelay = 4e-3, kReads = 1000;
  plan::Plan plan = one_account(kRate, 200, kMillisecond);
  add_decide(plan, "within_5ms", kReads, "return view.lock.n > 0 and view.lock.age < 5e-3");
  add_decide(plan, "within_2ms", kReads, "return view.lock.n > 0 and view.lock.age < 2e-3");
  add_decide(plan, "even", kReads, "return view.lock[1].n % 2 == 0");
  add_decide(plan, "whatever", kReads, "return 'hello'");
  plan.slos = {{.figure = plan::Figure::wrong_decisions, .read = "within_5ms", .threshold = 0.53},
               {.figure = plan::Figure::wrong_decisions, .read = "within_5ms", .threshold = 0.51},
               {.figure = plan::Figure::critical_wrong_decisions,
                .read = "whatever",
                .comparison = plan::Comparison::exactly,
                .threshold = 0}};
  finish(plan);
  SimulatedRun run;
  run.decisions = scenario::decisions_of;
  run.loopback.faults.push_back(
      {.kind = Kind::delay, .from = kStart, .amount = static_cast<Nanos>(kDelay * 1e9)});
  const results::Settled settled = run(plan);
  EXPECT_THAT(settled.figures.damage, testing::IsEmpty());
  const double younger5 = std::exp(-kRate * (5e-3 - kDelay)) * (1 - std::exp(-kRate * kDelay));
  const double shares[] = {younger5, 1 - std::exp(-kRate * 2e-3), (1 - std::exp(-2 * kRate * kDelay)) / 2, 0};
  for (int read = 0; read < 4; ++read) {
    const results::DecisionRow& row = decisions(settled, read);
    ASSERT_GT(row.done, 190'000U);
    EXPECT_TRUE(row.wrong_known);
    EXPECT_NEAR(static_cast<double>(row.wrong) / static_cast<double>(row.done), shares[read],
                shares[read] / 100)
        << plan.reads[static_cast<std::size_t>(read)].name;
    EXPECT_EQ(row.critical_wrong, row.wrong) << "the only class is critical";
    EXPECT_EQ(view(settled, read).caused_wrong, row.wrong);
  }
  ASSERT_EQ(run.verdict.slos.size(), 3U);
  EXPECT_TRUE(run.verdict.slos[0].holds) << run.verdict.slos[0].figure;
  EXPECT_FALSE(run.verdict.slos[1].holds) << run.verdict.slos[1].figure;
  EXPECT_TRUE(run.verdict.slos[2].holds);
}

// One key served by one member: M/M/1. With μ services and ρμ events a second, P(S > θ) = ρ e^(-(1 - ρ) μ θ)
// and the mean of S is ρ / (1 - ρ) / μ (the age of the oldest in the system); the mean age of information is
// (1 + 1/ρ + ρ² / (1 - ρ)) / μ (Kaul, Yates, Gruteser 2012; reference: metrics 14).
TEST(RunReads, MM1GivesTheClosedForm) {
  constexpr double kServed = 500, kBusy = 0.5;
  plan::Plan plan = one_account(kBusy * kServed, 2400, 2 * kMillisecond);
  plan.groups[0].service_time = static_cast<Nanos>(1e9 / kServed);
  plan.groups[0].service = workloads::ServiceKind::exponential;
  add_background(plan, 250);
  const TemporaryFolder folder;
  SimulatedRun run;
  run.keep = folder.path();
  run.trace = 0;
  const results::Settled settled = run(plan);
  const results::ViewRow& row = view(settled);
  EXPECT_GT(row.done, 590'000U);
  const double expected = kBusy * std::exp(-(1 - kBusy) * kServed * 2e-3);
  EXPECT_NEAR(expected, 0.3033, 1e-4);
  EXPECT_NEAR(share(row), expected, expected / 100);
  const double mean = kBusy / (1 - kBusy) / kServed;
  EXPECT_NEAR(row.mean / 1e9, mean, mean / 100);
  const double age = (1 + 1 / kBusy + kBusy * kBusy / (1 - kBusy)) / kServed;
  EXPECT_NEAR(age, 7e-3, 1e-12);
  EXPECT_NEAR(mean_age(folder.path()) / 1e9, age, age / 100);
  // p90 and p99 of S: where ρ e^(-(1 - ρ) μ θ) is a tenth and a hundredth.
  for (const auto& [i, p] : {std::pair(1, 0.9), std::pair(2, 0.99)}) {
    const double theta = std::log(kBusy / (1 - p)) / ((1 - kBusy) * kServed);
    EXPECT_NEAR(static_cast<double>(row.quantiles[static_cast<std::size_t>(i)].value) / 1e9, theta,
                theta / 50)
        << p;
  }
}

// Nothing moves from second 4 to second 9 and the bound is 2 s: every read is stale from 2 s after the first
// event of the stall on, until the stall ends.
TEST(RunReads, AStallMakesTheKnownDecisionsStale) {
  plan::Plan plan = one_account(20, 15, 2 * kSecond);
  add_background(plan, 200);
  plan.slos = {{.figure = plan::Figure::stale_decisions, .threshold = 0.001},
               {.figure = plan::Figure::critical_stale_decisions,
                .comparison = plan::Comparison::exactly,
                .threshold = 0},
               {.figure = plan::Figure::late, .comparison = plan::Comparison::exactly, .threshold = 0},
               {.figure = plan::Figure::missed, .comparison = plan::Comparison::exactly, .threshold = 0},
               {.figure = plan::Figure::time_over_bound, .threshold = 2.5 * kSecond}};
  SimulatedRun run;
  run.loopback.faults.push_back(
      {.kind = Kind::stall, .from = kStart + 4 * kSecond, .until = kStart + 9 * kSecond});
  const results::Settled settled = run(plan);

  const std::vector<Nanos> taus = taus_of(plan);
  const Nanos first = *std::ranges::lower_bound(taus, 4 * kSecond);
  std::uint64_t stale = 0;
  double lag = 0;
  for (const Nanos due : due_of(plan)) {
    if (due <= first || due >= 9 * kSecond) continue;
    lag += static_cast<double>(due - first);
    stale += due > first + 2 * kSecond ? 1 : 0;
  }
  const auto late = std::ranges::count_if(taus, [&](Nanos tau) { return tau >= first && tau < 7 * kSecond; });
  ASSERT_GT(stale, 300U);
  const results::DecisionRow& row = decisions(settled);
  EXPECT_NEAR(static_cast<double>(row.stale), static_cast<double>(stale), 1);
  EXPECT_EQ(row.critical, row.stale);
  EXPECT_EQ(view(settled).caused, row.stale);
  EXPECT_EQ(view(settled).caused_critical, row.stale);
  EXPECT_NEAR(view(settled).mean * static_cast<double>(row.done), lag, lag / 1000);
  ASSERT_FALSE(settled.figures.critical.empty());
  // Of those that were just over the bound at the end, the last may have met no read.
  EXPECT_NEAR(static_cast<double>(settled.figures.critical[0].late), static_cast<double>(late), 1);
  EXPECT_EQ(settled.figures.critical[0].missed, 0U);
  ASSERT_FALSE(settled.figures.over_bound.empty());
  EXPECT_NEAR(static_cast<double>(settled.figures.over_bound[0].time),
              static_cast<double>(9 * kSecond - first - 2 * kSecond), 1e6);
  EXPECT_EQ(settled.figures.over_bound[0].spells, 1U);
  ASSERT_EQ(run.verdict.slos.size(), 5U);
  EXPECT_FALSE(run.verdict.slos[0].holds);
  EXPECT_FALSE(run.verdict.slos[1].holds);
  EXPECT_FALSE(run.verdict.slos[2].holds);
  EXPECT_TRUE(run.verdict.slos[3].holds) << "late, but none was missed";
  EXPECT_FALSE(run.verdict.slos[4].holds);
  EXPECT_EQ(run.verdict.outcome, judge::Outcome::fail) << run.verdict.reason;
}

// "The account was locked, the agent opens it": 100 ms later, and then 300 ms, when the lock takes 200 ms.
TEST(RunReads, ATriggeredReadSeesItsEventWhenItComesLaterThanIt) {
  plan::Plan plan = one_account(2, 300, 50 * kMillisecond);
  add_trigger(plan, 100 * kMillisecond);
  add_trigger(plan, 300 * kMillisecond);
  plan.reads[1].name = "later";
  SimulatedRun run;
  run.loopback.faults.push_back({.kind = Kind::delay, .from = kStart, .amount = 200 * kMillisecond});
  const results::Settled settled = run(plan);
  const results::DecisionRow &early = decisions(settled, 0), &later = decisions(settled, 1);
  EXPECT_GT(early.reads, 500U);
  EXPECT_EQ(early.stale, early.reads) << "its own event is never there yet";
  EXPECT_GE(view(settled, 0).quantiles[0].value, 99 * kMillisecond);
  // Later, only another event of the last 200 ms can be missing: 50 ms ago and more.
  const std::vector<Nanos> taus = taus_of(plan);
  std::uint64_t stale = 0;
  for (const Nanos due : due_of(plan, 1)) {
    stale += std::ranges::any_of(
        taus, [&](Nanos tau) { return tau > due - 200 * kMillisecond && tau < due - 50 * kMillisecond; });
  }
  EXPECT_NEAR(static_cast<double>(later.stale), static_cast<double>(stale), 2);
  EXPECT_LT(later.stale, later.reads / 2);
}

TEST(RunReads, ALostEventIsMissedAndTheNextOneOfItsKeyHealsTheView) {
  plan::Plan plan = one_account(20, 20, kSecond / 2);
  add_background(plan, 100);
  SimulatedRun run;
  run.loopback.faults.push_back({.kind = Kind::lose, .from = kStart + kSecond, .partition = 0, .every = 10});
  const results::Settled settled = run(plan);
  ASSERT_FALSE(settled.figures.critical.empty());
  EXPECT_EQ(settled.figures.critical[0].missed, row(settled.figures).outcomes.lost);
  EXPECT_GT(settled.figures.critical[0].missed, 30U);
  // A read is stale from the lost event on until the next one: a mean of 1/20 s, for one event in ten.
  EXPECT_GT(view(settled).mean, 1e6);
  EXPECT_LT(view(settled).mean, 2e7);
}

TEST(RunReads, AGroupThatNeverStartsIsStaleAtEveryReadAndAllTheTime) {
  plan::Plan plan = one_account(20, 10, kSecond);
  plan.groups[0].never_starts = true;
  plan.drain = 3 * kSecond;
  add_background(plan, 100);
  plan.slos = {{.figure = plan::Figure::view_staleness, .percentile = 0.9, .threshold = 1.0 * kSecond}};
  SimulatedRun run;
  const results::Settled settled = run(plan);
  const results::DecisionRow& row = decisions(settled);
  const Nanos first = taus_of(plan).front();
  const auto stale = std::ranges::count_if(due_of(plan), [&](Nanos due) { return due - first > kSecond; });
  EXPECT_EQ(row.stale, static_cast<std::uint64_t>(stale));
  EXPECT_EQ(settled.figures.critical[0].missed, settled.figures.critical[0].planned);
  EXPECT_EQ(settled.figures.over_bound[0].time, 11 * kSecond - std::max<Nanos>(kSecond, first + kSecond));
  EXPECT_EQ(run.verdict.outcome, judge::Outcome::fail) << run.verdict.reason;
}

// More reads than can be written down: they wait, and what is never done is told and makes the run invalid.
TEST(RunReads, WhatTheReaderCannotDoIsCountedAndNotDropped) {
  plan::Plan plan = one_account(20, 2, kSecond);
  add_background(plan, 300'000);
  SimulatedRun run;
  const results::Settled settled = run(plan);
  const results::DecisionRow& row = decisions(settled);
  EXPECT_EQ(row.reads, due_of(plan).size());
  EXPECT_GT(row.unresolved(), row.reads / 10);
  EXPECT_GT(row.done, 20'000U) << "what the buffer holds, at least";
  EXPECT_GT(row.delay[2].value, 10 * kMillisecond);
  EXPECT_EQ(run.verdict.outcome, judge::Outcome::invalid);
  EXPECT_THAT(run.verdict.reason, testing::HasSubstr("planned reads of a phase that were not done"));
}

TEST(RunReads, AnInterruptedRunHasTheReadsUntilThen) {
  plan::Plan plan = small_plan(100, 60);
  add_background(plan, 100);
  SimulatedRun run;
  std::atomic<int> stop{engine::kGoOn};
  run.options.stop = &stop;
  run.options.on_progress = [&](const engine::Progress& progress) {
    if (progress.elapsed > 5 * kSecond) stop = engine::kStopSending;
  };
  const results::Settled settled = run(plan);
  EXPECT_EQ(settled.figures.ending, "interrupted");
  const results::DecisionRow& row = decisions(settled);
  EXPECT_GT(row.reads, 300U);
  EXPECT_LT(row.reads, 1000U);
  EXPECT_EQ(row.unresolved(), 0U);
}

}  // namespace
}  // namespace freshet::test
