// The view: the greatest τ applied, per stream and key (R1).
#include "harness/measure/view.h"

#include <gtest/gtest.h>

namespace freshet::measure {
namespace {

TEST(MemoryView, HoldsTheGreatestTauAndTellsTheWordBefore) {
  MemoryView view({0, 3});
  EXPECT_EQ(view.read(1, 2), kNothingYet);
  const Applied first = view.apply(1, 2, -50, 7);  // prefill
  EXPECT_TRUE(first.done);
  EXPECT_EQ(first.before, kNothingYet);
  EXPECT_EQ(view.apply(1, 2, 100, 8).before, -50);
  EXPECT_EQ(view.apply(1, 2, 60, 9).before, 100);
  EXPECT_EQ(view.read(1, 2), 100) << "never lowered";
  EXPECT_EQ(view.apply(1, 2, 100, 10).before, 100);
  EXPECT_EQ(view.read(1, 1), kNothingYet) << "other keys untouched";
  EXPECT_EQ(view.poll_applied(), std::nullopt);
}

}  // namespace
}  // namespace freshet::measure
