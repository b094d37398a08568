// E5-E8: what settle makes of a run whose every event's fate is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

using measure::AckState;

constexpr int kAll = -1;

Fate unseen(AckState state) {
  return {.ack = state, .seen = false, .staleness = 0, .own_delay = 0, .seen_by = {}};
}

std::uint64_t planned_in(const MadeRun& run, Nanos begin, Nanos end, int tier = kAll) {
  std::uint64_t n = 0;
  for (plan::MergeCursor cursor(run.lanes(), 0, 1); !cursor.done(); cursor.advance()) {
    const plan::Event event = cursor.event();
    n += event.tau >= begin && event.tau < end && (tier == kAll || event.tier == tier) ? 1 : 0;
  }
  return n;
}

TEST(Settle, AnUntroubledRunIsVisibleThroughout) {
  MadeRun run(small_plan());
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  run.finish();
  const Settled settled = run.settled();
  const Figures& figures = settled.figures;
  EXPECT_THAT(figures.damage, testing::IsEmpty());
  EXPECT_EQ(figures.ending, "complete");
  EXPECT_EQ(figures.ended_at, run.ended_at());
  EXPECT_EQ(figures.drained_in, 250 * kMillisecond);
  EXPECT_EQ(figures.start_took, 4 * kSecond);
  EXPECT_EQ(figures.wall_step, 3);
  EXPECT_TRUE(figures.drain_complete);
  EXPECT_TRUE(figures.slo_phases_complete);
  EXPECT_EQ(figures.identity.id, "00000000000000aa");
  EXPECT_EQ(figures.identity.target, "one");

  const StalenessRow& measured = staleness_of(figures, 0, 0, kAll, kAll);
  EXPECT_EQ(measured.outcomes.planned,
            planned_in(run, 2 * kSecond, 20 * kSecond));  // warm-up is not measured
  EXPECT_EQ(measured.outcomes.visible, measured.outcomes.planned);
  EXPECT_EQ(measured.bad, 0U);
  EXPECT_EQ(measured.bound, kSecond);
  EXPECT_EQ(measured.quantiles[0].kind, Quantile::Kind::exact);
  EXPECT_NEAR(static_cast<double>(measured.quantiles[0].value), 5e6, 5e3);
  for (int tier = 0; tier < 2; ++tier) {
    EXPECT_EQ(staleness_of(figures, 0, 0, tier, 0).outcomes.planned, planned_in(run, 0, 2 * kSecond, tier));
  }
}

// One event in twelve of each kind: every outcome is counted exactly and they sum to the plan.
TEST(Settle, EveryOutcomeIsCounted) {
  MadeRun run(small_plan());
  std::map<std::string, std::uint64_t> expected;
  std::uint64_t i = 0;
  const std::vector<std::uint64_t> counts = [&] {
    std::vector<std::uint64_t> all;
    for (int lane = 0; lane < run.lanes().lanes(); ++lane) all.push_back(run.lanes().count(lane));
    return all;
  }();
  run.decide([&](std::uint16_t, const plan::Event& event) {
    // A lane's last event is seen, so that an acknowledged one of unknown offset before it is known as
    // passed.
    const bool last = event.n + 1 == counts[event.lane];
    switch (last ? 0 : i++ % 9) {
      case 1:
        ++expected["lost"];
        return unseen(AckState::acked);
      case 2:
        ++expected["lost"];
        return unseen(AckState::acked_unknown);
      case 3:
        ++expected["failed"];
        return unseen(AckState::failed);
      case 4:
        ++expected["indeterminate"];
        return unseen(AckState::indeterminate);
      case 5:
        ++expected["indeterminate"];
        return unseen(AckState::in_flight);
      case 6:
        ++expected["own"];
        return unseen(AckState::not_sent_own);
      case 7:
        ++expected["own"];
        return unseen(AckState::planned);
      case 8:
        ++expected["cluster"];
        return unseen(AckState::not_sent_cluster);
      default:
        ++expected["visible"];
        return Fate{};
    }
  });
  run.finish();
  const Settled settled = run.settled();
  Outcomes all;
  for (int phase = 0; phase < 4; ++phase) {
    const Outcomes& o = staleness_of(settled.figures, 0, 0, kAll, phase).outcomes;
    EXPECT_EQ(sum_of(o), o.planned);
    for (const auto member :
         {&Outcomes::planned, &Outcomes::visible, &Outcomes::lost, &Outcomes::failed,
          &Outcomes::indeterminate, &Outcomes::not_sent_own, &Outcomes::not_sent_cluster}) {
      all.*member += o.*member;
    }
  }
  EXPECT_EQ(all.planned, run.lanes().count());
  EXPECT_EQ(all.visible, expected["visible"]);
  EXPECT_EQ(all.lost, expected["lost"]);
  EXPECT_EQ(all.failed, expected["failed"]);
  EXPECT_EQ(all.indeterminate, expected["indeterminate"]);
  EXPECT_EQ(all.not_sent_own, expected["own"]);
  EXPECT_EQ(all.not_sent_cluster, expected["cluster"]);
  EXPECT_EQ(settled.figures.ledgers[0].lost, expected["lost"]);
}

// E5: acknowledged but beyond the group's last position is undelivered, not lost.
TEST(Settle, WhatWasNotPassedIsUndelivered) {
  MadeRun run(small_plan());
  std::uint64_t late = 0;
  run.decide([&](std::uint16_t, const plan::Event& event) {
    if (event.tau < 15 * kSecond) return Fate{};
    ++late;
    return unseen(AckState::acked);
  });
  for (auto& [key, sealed] : run.shards()) {
    std::int64_t seen = 0;
    for (const measure::SeenLane& lane : sealed.lanes) {
      for (const std::uint64_t word : lane.bits) seen += __builtin_popcountll(word);
    }
    sealed.position = seen;  // offsets of a partition are dealt out in order
  }
  run.finish();
  const Settled settled = run.settled();
  const StalenessRow& row = staleness_of(settled.figures, 0, 0, kAll, kAll);
  EXPECT_EQ(row.outcomes.undelivered, late);
  EXPECT_EQ(row.outcomes.lost, 0U);
  EXPECT_EQ(row.bad, late);
  EXPECT_GT(late, 0U);
  // The maximum is an event that never became visible, as old as the first of them.
  EXPECT_EQ(row.quantiles.back().kind, Quantile::Kind::at_least);
  EXPECT_LE(row.quantiles.back().value, run.ended_at() - 15 * kSecond);
  EXPECT_GT(row.quantiles.back().value, run.ended_at() - 16 * kSecond);
  // Its ages are in the interval log of the whole run (H2).
  EXPECT_NE(settled.settled_log.find("/staleness/undelivered,15.000"), std::string::npos);
}

TEST(Settle, AGroupThatNeverStartedHasNothingVisible) {
  plan::Plan plan = small_plan();
  plan::Group other = plan.groups[0];
  other.name = "copilot";
  plan.groups.push_back(other);
  MadeRun run(plan);
  run.decide([](std::uint16_t, const plan::Event&) {
    Fate fate;
    fate.seen_by = {0};
    return fate;
  });
  std::erase_if(run.shards(), [](const auto& entry) { return std::get<0>(entry.first) == 1; });
  run.finish();
  const Settled settled = run.settled();
  EXPECT_EQ(staleness_of(settled.figures, 0, 0, kAll, kAll).bad, 0U);
  const StalenessRow& none = staleness_of(settled.figures, 0, 1, kAll, kAll);
  EXPECT_EQ(none.outcomes.undelivered, none.outcomes.planned);
  EXPECT_EQ(none.bad, none.outcomes.planned);
  // L1: its lag grows from the first event to the end.
  for (const LagRow& row : settled.figures.lags) {
    if (row.pass != 1 || row.phase != 3) continue;
    EXPECT_GT(row.freshness, 19 * kSecond);
    EXPECT_LE(row.freshness, 20 * kSecond);
    EXPECT_GT(row.consumer, 19 * kSecond);
    EXPECT_EQ(row.second, 19);
  }
}

// E5: seen by another group, so it was in the log, whatever its report said.
TEST(Settle, WhatAnotherGroupSawWasInTheLog) {
  plan::Plan plan = small_plan();
  plan::Group other = plan.groups[0];
  other.name = "copilot";
  plan.groups.push_back(other);
  MadeRun run(plan);
  std::uint64_t odd = 0;
  run.decide([&](std::uint16_t, const plan::Event& event) {
    Fate fate;
    if (event.n != 0) return fate;  // the first of each lane
    ++odd;
    fate.ack = AckState::failed;
    fate.seen_by = {0};
    return fate;
  });
  run.finish();
  const Settled settled = run.settled();
  std::uint64_t phantom = 0, lost = 0, failed = 0;
  for (int phase = 0; phase < 4; ++phase) {
    phantom += staleness_of(settled.figures, 0, 0, kAll, phase).outcomes.phantom;
    lost += staleness_of(settled.figures, 0, 1, kAll, phase).outcomes.lost;
    failed += staleness_of(settled.figures, 0, 1, kAll, phase).outcomes.failed;
  }
  EXPECT_GT(odd, 0U);
  EXPECT_EQ(phantom, odd);
  EXPECT_EQ(lost, odd);  // later events of the lane were seen
  EXPECT_EQ(failed, 0U);
}

TEST(Settle, WhatLayBelowTheLogsStartIsExpired) {
  MadeRun run(small_plan());
  std::uint64_t gone = 0;
  run.decide([&](std::uint16_t, const plan::Event& event) {
    if (event.lane % 12 != 3 || event.tau > 10 * kSecond) return Fate{};
    ++gone;
    return unseen(AckState::acked);
  });
  ASSERT_GT(gone, 0U);
  run.facts().event(5 * kSecond, "reset",
                    {{"group", "desk"},
                     {"stream", "ticket"},
                     {"partition", 3},
                     {"position", 0},
                     {"cause", "expired"},
                     {"goes_on_at", gone}});
  run.finish();
  const Settled settled = run.settled();
  std::uint64_t expired = 0, lost = 0;
  for (int phase = 0; phase < 4; ++phase) {
    expired += staleness_of(settled.figures, 0, 0, kAll, phase).outcomes.expired;
    lost += staleness_of(settled.figures, 0, 0, kAll, phase).outcomes.lost;
  }
  EXPECT_EQ(expired, gone);
  EXPECT_EQ(lost, 0U);
}

// E5 over random fates: whatever happens, outcomes sum to the plan, in every row.
TEST(Settle, OutcomesSumToThePlanWhateverHappens) {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    std::mt19937_64 random(seed);
    plan::Plan plan = small_plan(30);
    plan.seed = seed;
    plan::Group other = plan.groups[0];
    other.name = "copilot";
    plan.groups.push_back(other);
    MadeRun run(plan);
    std::uint64_t visible = 0;
    run.decide([&](std::uint16_t, const plan::Event&) {
      Fate fate;
      fate.ack = static_cast<AckState>(random() % 8);
      fate.seen = random() % 2 == 0;
      fate.staleness = static_cast<Nanos>(random() % 3'000'000'000);
      if (random() % 2 == 0) fate.seen_by = {static_cast<std::uint16_t>(random() % 2)};
      visible += fate.seen ? (fate.seen_by.empty() ? 2U : 1U) : 0U;
      return fate;
    });
    for (auto& [key, sealed] : run.shards()) sealed.position = static_cast<std::int64_t>(random() % 60);
    const bool interrupted = seed % 3 == 0;
    run.finish(interrupted ? "interrupted" : "complete", interrupted ? 11 * kSecond + 5 : -1);
    const Settled settled = run.settled();
    std::uint64_t planned = 0, seen = 0;
    for (const StalenessRow& row : settled.figures.staleness) {
      EXPECT_EQ(sum_of(row.outcomes), row.outcomes.planned);
      EXPECT_LE(row.bad, row.outcomes.planned);
      EXPECT_GE(row.bad, row.outcomes.planned - row.outcomes.visible);
      if (row.tier != kAll || row.phase == kAll) continue;
      planned += row.outcomes.planned;
      seen += row.outcomes.visible;
    }
    EXPECT_EQ(planned, 2 * planned_in(run, 0, interrupted ? 11 * kSecond + 6 : plan.end()));
    if (!interrupted) {
      EXPECT_EQ(seen, visible);
    }
  }
}

// E7: bad is counted, not read from a histogram: 1 s + 1 ns is over a bound of 1 s, 1 s is not.
TEST(Settle, BadIsCountedToTheNanosecond) {
  MadeRun run(small_plan());
  std::uint64_t over = 0, i = 0;
  run.decide([&](std::uint16_t, const plan::Event& event) {
    Fate fate;
    const bool late = i++ % 2 == 0;
    fate.staleness = kSecond + (late ? 1 : 0);
    over += late && event.tau >= 2 * kSecond ? 1 : 0;
    return fate;
  });
  run.finish();
  EXPECT_EQ(staleness_of(run.settled().figures, 0, 0, kAll, kAll).bad, over);
}

TEST(Settle, AnInterruptedRunPlannedOnlyWhatWasToBeSent) {
  MadeRun run(small_plan());
  const Nanos stopped = 7 * kSecond + kSecond / 2;
  run.decide([&](std::uint16_t, const plan::Event& event) {
    return event.tau <= stopped ? Fate{} : unseen(AckState::planned);
  });
  run.finish("interrupted", stopped);
  const Settled settled = run.settled();
  EXPECT_EQ(settled.figures.ending, "interrupted");
  EXPECT_FALSE(settled.figures.slo_phases_complete);
  const StalenessRow& row = staleness_of(settled.figures, 0, 0, kAll, kAll);
  EXPECT_EQ(row.outcomes.planned, planned_in(run, 2 * kSecond, stopped + 1));
  EXPECT_EQ(row.bad, 0U);
  EXPECT_THAT(settled.figures.damage, testing::IsEmpty());
}

TEST(Settle, ProvesTheLoadByTheLanesHashes) {
  MadeRun good(small_plan());
  good.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  good.finish();
  const Figures proved = good.settled().figures;
  EXPECT_TRUE(proved.lanes_proved);
  ASSERT_EQ(proved.load_proof.size(), 1U);

  // An event in the midst of a lane was left out: what came after it is not the plan's beginning.
  MadeRun bad(small_plan());
  int busy = 0;
  while (bad.lanes().count(busy) < 10) ++busy;
  bad.decide([&](std::uint16_t, const plan::Event& event) {
    return event.lane == busy && event.n == 3 ? unseen(AckState::not_sent_own) : Fate{};
  });
  bad.finish();
  const Figures disproved = bad.settled().figures;
  EXPECT_FALSE(disproved.lanes_proved);
  EXPECT_NE(disproved.load_proof, proved.load_proof);
}

TEST(Settle, RefusesAPlanThatIsNotTheRuns) {
  MadeRun run(small_plan());
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  run.finish();
  ASSERT_TRUE(write_manifest(run.folder(), {{"load_hash", "0123456789abcdef"}}));
  const base::Result<Settled> settled = settle(run.folder());
  ASSERT_FALSE(settled);
  EXPECT_THAT(settled.error().message, testing::HasSubstr("load hash"));
  std::filesystem::remove(run.folder() / "plan.json");
  EXPECT_FALSE(settle(run.folder()));
  EXPECT_FALSE(settle(run.folder() / "nowhere"));
}

TEST(Settle, NamesALedgerThatDisagreesWithTheCounters) {
  MadeRun run(small_plan());
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  run.interval().cohorts.front().samples += 2;
  run.finish();
  EXPECT_THAT(run.settled().figures.damage, testing::ElementsAre(testing::HasSubstr("by the ledger")));
}

}  // namespace
}  // namespace freshet::results
