// Rates through the phases (issue: piecewise-linear through warmup, steady, incident, recovery).
#include <gtest/gtest.h>

#include "tests/unit/plan_fixture.h"

namespace freshet::plan {
namespace {

using base::kSecond;

TEST(FillSegments, CoversTheRunWithoutGaps) {
  const Plan plan = incident_burst();
  for (const Stream& stream : plan.streams) {
    Nanos at = 0;
    for (const auto& segment : stream.segments) {
      EXPECT_EQ(segment.begin, at);
      EXPECT_GT(segment.end, segment.begin);
      at = segment.end;
    }
    EXPECT_EQ(at, plan.end());
  }
}

TEST(FillSegments, AnIncidentMultipliesTheStreamsItNamesOnly) {
  const Plan plan = incident_burst();
  EXPECT_EQ(rate_at(plan.streams[0], 90 * kSecond), 400);
  EXPECT_EQ(rate_at(plan.streams[1], 90 * kSecond), 16'000);
  EXPECT_EQ(rate_at(plan.streams[1], 79 * kSecond), 2000);
  EXPECT_EQ(rate_at(plan.streams[1], 110 * kSecond), 2000);
  EXPECT_EQ(plan.streams[0].segments[2].hot_share, 0);
  EXPECT_EQ(plan.streams[1].segments[2].hot_share, 0.5);
  EXPECT_EQ(plan.streams[1].segments[2].hot_accounts, 5U);
}

TEST(FillSegments, AnIncidentRampsUpStaysAndDecaysInsideItsPhase) {
  Plan plan = incident_burst();
  plan.phases[2].ramp = 5 * kSecond;
  plan.phases[2].decay = 10 * kSecond;
  fill_segments(plan);
  const Stream& chat = plan.streams[1];
  ASSERT_EQ(chat.segments.size(), 6U);
  EXPECT_EQ(rate_at(chat, 80 * kSecond), 2000);
  EXPECT_DOUBLE_EQ(rate_at(chat, 82 * kSecond + kSecond / 2), 9000);
  EXPECT_EQ(rate_at(chat, 85 * kSecond), 16'000);
  EXPECT_DOUBLE_EQ(rate_at(chat, 105 * kSecond), 9000);
  EXPECT_EQ(rate_at(chat, 110 * kSecond), 2000);
  // Onset and decay are trapezoids: 5·9000 + 15·16000 + 10·9000.
  EXPECT_DOUBLE_EQ(chat.segments[2].mass() + chat.segments[3].mass() + chat.segments[4].mass(), 375'000);
  for (int i : {2, 3, 4})
    EXPECT_EQ(chat.segments[static_cast<std::size_t>(i)].hot_share, 0.5) << "E9: of the phase's events";
}

TEST(FillSegments, AnIncidentWithoutPlateauHasNoEmptyStretch) {
  Plan plan = incident_burst();
  plan.phases[2].ramp = 10 * kSecond;
  plan.phases[2].decay = 20 * kSecond;
  fill_segments(plan);
  EXPECT_EQ(plan.streams[1].segments.size(), 5U);
}

TEST(FillSegments, ARampGoesFromOneMultipleToAnother) {
  Plan plan = steady(100, 10);
  plan.phases.push_back(phase_of("ramp", PhaseKind::ramp, 10, 20));
  plan.phases[1].from = 1;
  plan.phases[1].to = 3;
  fill_segments(plan);
  EXPECT_EQ(rate_at(plan.streams[0], 10 * kSecond), 100);
  EXPECT_DOUBLE_EQ(rate_at(plan.streams[0], 15 * kSecond), 200);
  EXPECT_EQ(peak_rate(plan.streams[0], 10 * kSecond, 20 * kSecond), 300);
  EXPECT_DOUBLE_EQ(peak_rate(plan.streams[0], 0, 12 * kSecond), 140);
}

TEST(FillSegments, ARestSendsNothing) {
  Plan plan = steady(100, 10);
  plan.phases.push_back(phase_of("rest", PhaseKind::rest, 10, 20));
  fill_segments(plan);
  EXPECT_EQ(rate_at(plan.streams[0], 15 * kSecond), 0);
  EXPECT_EQ(plan.streams[0].segments.size(), 2U);
}

TEST(FillSegments, APhaseThatNamesNoStreamMeansAll) {
  Plan plan = incident_burst();
  plan.phases[2].streams.clear();
  fill_segments(plan);
  EXPECT_EQ(rate_at(plan.streams[0], 90 * kSecond), 3200);
  EXPECT_EQ(rate_at(plan.streams[1], 90 * kSecond), 16'000);
}

TEST(RateAt, IsZeroOutsideTheRun) {
  const Plan plan = steady(100, 10);
  EXPECT_EQ(rate_at(plan.streams[0], -1), 0);
  EXPECT_EQ(rate_at(plan.streams[0], 10 * kSecond), 0);
}

TEST(Segment, MassOfAPartIsTheAreaUnderIt) {
  const workloads::Segment segment{0, 10 * kSecond, 0, 100, 0, 0};
  EXPECT_DOUBLE_EQ(segment.mass(), 500);
  EXPECT_DOUBLE_EQ(segment.mass(0, 5 * kSecond), 125);
  EXPECT_DOUBLE_EQ(segment.mass(-5 * kSecond, 5 * kSecond), 125);
  EXPECT_DOUBLE_EQ(segment.mass(5 * kSecond, 100 * kSecond), 375);
  EXPECT_EQ(segment.mass(10 * kSecond, 20 * kSecond), 0);
}

}  // namespace
}  // namespace freshet::plan
