// What is run on the loopback log for the noise floor: the steady load and nothing else.
#include "harness/plan/calibration.h"

#include <gtest/gtest.h>

#include "harness/plan/lanes.h"
#include "harness/plan/sound.h"
#include "tests/unit/plan_fixture.h"

namespace freshet::plan {
namespace {

TEST(Calibration, IsTheSteadyLoadAlone) {
  Plan plan = incident_burst();
  plan.streams[0].prefill = 5 * base::kSecond;
  plan.replays.push_back({.name = "again", .phase = 2, .streams = {0}});
  plan.changes.push_back({.phase = 2});
  plan.faults.push_back({.phase = 2, .run = "false"});
  plan.slos.push_back(slo_of(Figure::lost, 0));
  const Plan part = calibration_part(plan);
  EXPECT_TRUE(sound(part).ok());
  EXPECT_TRUE(part.replays.empty() && part.changes.empty() && part.faults.empty() && part.slos.empty());
  EXPECT_EQ(part.end(), kCalibrationWarmup + kCalibration);
  ASSERT_EQ(part.phases.size(), 2U);
  EXPECT_FALSE(part.phases[0].measured());
  EXPECT_EQ(part.phases[1].kind, PhaseKind::steady);
  for (std::size_t s = 0; s < plan.streams.size(); ++s) {
    EXPECT_EQ(part.streams[s].prefill, 0);
    EXPECT_EQ(peak_rate(part.streams[s], 0, part.end()), plan.streams[s].rate);
  }
  EXPECT_EQ(part.groups.size(), 3U);
  EXPECT_EQ(part.groups[1].service_time, plan.groups[1].service_time);
}

// The first seconds of the run's own schedule: the same events.
TEST(Calibration, BeginsWithTheEventsOfTheRun) {
  const Plan plan = incident_burst();
  const Plan part = calibration_part(plan);
  const StreamLanes of_run(plan, 1), of_part(part, 1);
  for (int lane = 0; lane < of_run.lanes(); ++lane) {
    TimeCursor run(of_run, lane), cut(of_part, lane);
    for (; cut.tau() != base::kNever; run.advance(), cut.advance()) ASSERT_EQ(run.tau(), cut.tau()) << lane;
  }
}

}  // namespace
}  // namespace freshet::plan
