// E1-E3: the events do not depend on who sends them.
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

TEST(Senders, OneTwoAndSevenSendTheSameEvents) {
  const plan::Plan plan = small_plan(300, 5, 4);
  std::vector<nlohmann::json> lanes;
  for (const int senders : {1, 2, 7}) {
    SimulatedRun run;
    run.options.senders = senders;
    const results::Settled settled = run(plan);
    EXPECT_EQ(row(settled.figures).outcomes.visible, row(settled.figures).outcomes.planned);
    EXPECT_TRUE(settled.figures.lanes_proved) << senders << " senders";
    lanes.push_back(results::figures_to_json(settled.plan, settled.figures)["run"]["load_proof"]);
  }
  EXPECT_EQ(lanes[0], lanes[1]);
  EXPECT_EQ(lanes[0], lanes[2]);
  EXPECT_FALSE(lanes[0].is_null());
}

TEST(Replay, CappedFinishesWhenItMustAndDisturbsNobody) {
  plan::Plan plan = small_plan(200, 20);
  plan::Phase replay;
  replay.name = "reindex";
  replay.kind = plan::PhaseKind::replay;
  replay.begin = plan.phases.back().end;
  replay.end = replay.begin + 20 * kSecond;
  plan.phases.push_back(replay);
  plan.replays.push_back({.name = "reindex", .phase = 2, .streams = {0}, .capped = true, .rate = 1000});
  finish(plan);
  SimulatedRun run;
  const results::Settled settled = run(plan);
  ASSERT_EQ(settled.figures.replays.size(), 1U);
  const results::ReplayRow& row_ = settled.figures.replays[0];
  EXPECT_TRUE(row_.finished);
  // 21 s of 200/s lie there; read at 1000/s while 200/s go on arriving: 4200 / 800 = 5.25 s.
  EXPECT_NEAR(static_cast<double>(row_.finished_at - row_.began) / kSecond, 5.25, 0.5);
  EXPECT_EQ(row(settled.figures).bad, 0U);
}

}  // namespace
}  // namespace freshet::test
