// The fluid model of a recovery against its closed forms.
#include "harness/results/ideal.h"

#include <gtest/gtest.h>

namespace freshet::results {
namespace {

std::vector<Due> even(double from, double until, double rate) {
  std::vector<Due> due;
  for (double t = from; t < until; t += 1) due.push_back({t, t + 1, rate});
  return due;
}

// 2000 events wait at 100 s, 100/s come, 200/s can leave: 20 s. Due over ten seconds, they had come at 200/s.
TEST(IdealDrain, IsTheBacklogOverTheSpareCapacity) {
  std::vector<Due> due = even(90, 100, 200);
  for (const Due& d : even(100, 200, 100)) due.push_back(d);
  const Ideal ideal = ideal_drain(due, 100, 200, 2);
  EXPECT_NEAR(ideal.drained, 20, 1e-9);
  // The backlog itself leaves as it came and stays 10 s old until 110 s; then the lag falls by half a second
  // a second of events: under 2 s after those of 116 s, which leave at 118 s.
  EXPECT_NEAR(ideal.fresh, 18, 1e-9);
}

TEST(IdealDrain, ABurstDrainsAsTheReferenceSays) {  // metrics.md 14: Q/(μ-λ) = 21 000/200 = 105 s
  std::vector<Due> due = even(0, 30, 700);
  for (const Due& d : even(30, 300, 100)) due.push_back(d);
  EXPECT_NEAR(ideal_drain(due, 30, 300, 1).drained, 105, 1e-9);
}

TEST(IdealDrain, NothingWaitingIsNoTime) {
  const Ideal ideal = ideal_drain(even(100, 150, 100), 100, 200, 2);
  EXPECT_EQ(ideal.drained, 0);
  EXPECT_EQ(ideal.fresh, 0);
}

TEST(IdealDrain, WithoutSpareCapacityItHasNoEnd) {
  std::vector<Due> due = even(90, 100, 200);
  for (const Due& d : even(100, 150, 200)) due.push_back(d);
  const Ideal ideal = ideal_drain(due, 100, 200, 2);
  EXPECT_EQ(ideal.drained, Ideal::kNoEnd);
  EXPECT_EQ(ideal.fresh, Ideal::kNoEnd);
}

// 3 s of 400/s behind a bound of 5 s: the lag never exceeds it.
TEST(IdealDrain, AWaitBelowTheBoundIsFreshAtOnce) {
  std::vector<Due> due = even(97, 100, 200);
  for (const Due& d : even(100, 150, 100)) due.push_back(d);
  const Ideal ideal = ideal_drain(due, 100, 200, 5);
  EXPECT_NEAR(ideal.drained, 6, 1e-9);
  EXPECT_EQ(ideal.fresh, 0);
}

}  // namespace
}  // namespace freshet::results
