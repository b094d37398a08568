// What those who watch are told while a run goes: at its end the same counts as the figures settled from the
// folder, on the way the same lags, and the truth of a group that nobody serves.
#include <gmock/gmock.h>

#include "harness/judge/so_far.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

using cluster::LoopbackFault;
using Kind = LoopbackFault::Kind;
using measure::Count;
using results::Live;

struct WatchedRun {
  SimulatedRun run;
  std::vector<Live> told;

  results::Settled operator()(const plan::Plan& plan) {
    run.options.on_live = [this](const Live& live) { told.push_back(live); };
    return run(plan);
  }
  const Live& last() const { return told.back(); }
};

template <class Row, class F>
std::uint64_t sum(const std::vector<Row>& rows, F&& f) {
  std::uint64_t total = 0;
  for (const Row& row : rows) total += f(row);
  return total;
}

// Ten seconds of steady phase, ill in every way that a count tells of.
plan::Plan ill(SimulatedRun& run) {
  plan::Plan plan = small_plan(200, 10);
  plan.groups.push_back(plan.groups[0]);
  plan.groups[1].name = "desktop";
  plan.groups[1].streams[0].bound = 500 * kMillisecond;
  plan.slos.push_back({.figure = plan::Figure::staleness_percentile,
                       .percentile = 0.9,
                       .group = "copilot",
                       .comparison = plan::Comparison::below,
                       .threshold = 1e9});
  plan.slos.push_back({.figure = plan::Figure::freshness_lag,
                       .group = "desktop",
                       .comparison = plan::Comparison::below,
                       .threshold = 60e9});
  const auto from = kStart + 4 * kSecond;
  run.loopback.faults = {
      {.kind = Kind::delay, .from = from, .until = from + 3 * kSecond, .amount = 2500 * kMillisecond},
      {.kind = Kind::duplicate, .from = kStart, .every = 50},
      {.kind = Kind::timeout, .from = kStart, .partition = 1, .every = 30},
      {.kind = Kind::fail, .from = kStart, .partition = 3, .every = 40}};
  return plan;
}

TEST(Live, EndsWithTheCountsOfTheFolder) {
  WatchedRun run;
  const plan::Plan plan = ill(run.run);
  const results::Settled settled = run(plan);
  const results::Figures& figures = settled.figures;
  const results::LiveStream& stream = run.last().streams[0];
  EXPECT_EQ(run.last().stage, "over");

  const auto produced = [&](auto what) {
    return sum(figures.producers,
               [&](const results::ProducerRow& row) { return row.phase < 0 ? 0 : row.*what; });
  };
  using results::ProducerRow;
  EXPECT_GT(stream.offered, 2000U);
  EXPECT_EQ(stream.offered, produced(&ProducerRow::planned));
  EXPECT_EQ(stream.count(Count::sent), produced(&ProducerRow::sent));
  EXPECT_EQ(stream.count(Count::acked), produced(&ProducerRow::acked));
  EXPECT_EQ(stream.count(Count::not_persisted), produced(&ProducerRow::not_persisted));
  EXPECT_EQ(stream.count(Count::possibly_persisted), produced(&ProducerRow::possibly_persisted));
  EXPECT_GT(produced(&ProducerRow::not_persisted), 0U);
  EXPECT_GT(produced(&ProducerRow::possibly_persisted), 0U);

  for (const int pass : {0, 1}) {
    const auto at = static_cast<std::size_t>(pass);
    std::uint64_t visible = 0, late = 0;
    for (const int phase : {0, 1}) {
      const results::StalenessRow& all = row(figures, pass, phase);
      visible += all.outcomes.visible;
      late += all.bad - (all.outcomes.planned - all.outcomes.visible);
    }
    const auto of_pass = [&](auto&& f) {
      return sum(run.last().staleness,
                 [&](const results::LiveStaleness& row) { return row.pass == at ? f(row) : 0; });
    };
    EXPECT_EQ(of_pass([](const auto& row) { return row.buckets.samples; }), visible);
    EXPECT_EQ(of_pass([](const auto& row) { return row.over_bound(); }), late);
    EXPECT_GT(late, 100U);
    const auto bound = std::ranges::find(run.last().edges, plan.groups[at].streams[0].bound);
    const auto edge = static_cast<std::size_t>(bound - run.last().edges.begin());
    EXPECT_EQ(of_pass([&](const auto& row) { return row.buckets.samples - row.buckets.up_to[edge]; }), late);
    EXPECT_EQ(run.last().passes[at].count(Count::visible), visible);
    EXPECT_EQ(run.last().passes[at].count(Count::log_duplicate), figures.ledgers[at].log_duplicate);
    EXPECT_GT(figures.ledgers[at].log_duplicate, 0U);
  }
}

TEST(Live, CountsOnlyGrow) {
  WatchedRun run;
  (void)run(ill(run.run));
  ASSERT_GT(run.told.size(), 20U);
  for (std::size_t i = 1; i < run.told.size(); ++i) {
    const Live &before = run.told[i - 1], &after = run.told[i];
    EXPECT_GE(after.streams[0].offered, before.streams[0].offered);
    for (std::size_t c = 0; c < after.streams[0].counts.size(); ++c)
      EXPECT_GE(after.streams[0].counts[c], before.streams[0].counts[c]);
    for (std::size_t row = 0; row < after.staleness.size(); ++row) {
      const results::Buckets &now = after.staleness[row].buckets, &then = before.staleness[row].buckets;
      EXPECT_TRUE(std::ranges::is_sorted(now.up_to));
      EXPECT_LE(now.up_to.back(), now.samples);
      for (std::size_t edge = 0; edge < now.up_to.size(); ++edge)
        EXPECT_GE(now.up_to[edge], then.up_to[edge]);
      EXPECT_GE(now.sum, then.sum);
    }
  }
}

TEST(Live, TellsTheLagsOfTheTimeline) {
  WatchedRun run;
  const plan::Plan plan = ill(run.run);
  const results::Settled settled = run(plan);
  Nanos highest = 0;
  int compared = 0;
  for (const Live& live : run.told) {
    if (live.stage != "running") continue;
    const std::int64_t second = base::second_of(live.elapsed - 500 * kMillisecond) - 1;
    for (const results::OffsetAndLag& row : settled.timeline) {
      if (row.second != second) continue;
      const results::LivePass& pass = live.passes[static_cast<std::size_t>(row.pass)];
      EXPECT_EQ(pass.freshness_lag, row.freshness_lag) << second;
      EXPECT_EQ(pass.consumer_lag, row.consumer_lag) << second;
      highest = std::max(highest, pass.freshness_lag);
      ++compared;
    }
  }
  EXPECT_GT(compared, 20);
  EXPECT_GT(highest, 2500 * kMillisecond);
}

// Nobody reads from the eighth second on: the lag goes on growing though nobody is left to tell it.
TEST(Live, AGroupThatNobodyServesLagsMoreAndMore) {
  WatchedRun run;
  plan::Plan plan = small_plan(100, 5);
  plan.phases.push_back(
      {.name = "change", .kind = plan::PhaseKind::change, .begin = 6 * kSecond, .end = 21 * kSecond});
  plan.changes = {{.phase = 2, .kind = plan::ChangeKind::kill, .at = 8 * kSecond}};
  finish(plan);
  (void)run(plan);
  int looked = 0;
  for (const Live& live : run.told) {
    if (live.stage != "running" || live.elapsed < 11 * kSecond) continue;
    const auto since = static_cast<double>(live.elapsed - 8 * kSecond);
    EXPECT_NEAR(static_cast<double>(live.passes[0].freshness_lag), since, 0.3 * kSecond);
    ++looked;
  }
  EXPECT_GT(looked, 20);
  EXPECT_GT(run.last().passes[0].freshness_lag, 13 * kSecond) << "not 0 when the members have gone";
}

TEST(Live, AnSloThatIsBrokenIsKnownBeforeTheEnd) {
  WatchedRun run;
  const plan::Plan plan = ill(run.run);
  const results::Settled settled = run(plan);
  const std::vector<plan::SloInstance> instances = plan::slo_instances(plan).instances;
  ASSERT_EQ(instances.size(), 2U);
  Nanos broken_at = base::kNever;
  for (const Live& live : run.told) {
    const auto slos = judge::slos_so_far(plan, instances, live);
    if (*slos[0].broken) broken_at = std::min(broken_at, live.elapsed);
    EXPECT_FALSE(*slos[1].broken);
  }
  EXPECT_GT(broken_at, 4 * kSecond);
  EXPECT_LT(broken_at, 10 * kSecond);
  const auto end = judge::slos_at_end(plan, instances, settled.figures, run.run.verdict);
  ASSERT_EQ(end.size(), 2U);
  EXPECT_TRUE(*end[0].broken);
  EXPECT_FALSE(*end[1].broken);
  EXPECT_EQ(end[0].events->bad, settled.figures.slos[0].bad);
  EXPECT_EQ(end[0].events->planned, settled.figures.slos[0].planned);
}

}  // namespace
}  // namespace freshet::test
