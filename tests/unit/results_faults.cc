// Offsets that went back, from rows and events written by hand; what only looks like it is none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

using Of = OffsetFallRow::Of;
using testing::IsEmpty;
using testing::SizeIs;

class OffsetFalls : public testing::Test {
 protected:
  OffsetFalls() : run_(small_plan()) {
    run_.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  }
  void end_of_log(int partition, std::int64_t second, std::int64_t end) {
    run_.interval().offsets.push_back({0, 0, partition, second, 10, end, end});
  }
  void assigned(Nanos at, int member, std::int64_t start) {
    run_.facts().event(at, "assigned",
                       {{"group", run_.plan().groups[0].name},
                        {"member", member},
                        {"partitions", {{{"topic", 0}, {"partition", 3}, {"start", start}}}}});
  }
  std::vector<OffsetFallRow> falls() {
    run_.finish();
    return run_.settled().figures.offset_falls;
  }
  MadeRun run_;
};

TEST_F(OffsetFalls, TheEndOfALogThatShrinksIsSeenOnce) {
  end_of_log(3, 4, 50);
  end_of_log(3, 5, -1);  // the cluster did not answer
  end_of_log(3, 6, 30);
  end_of_log(3, 7, 45);
  end_of_log(4, 4, 100);
  end_of_log(4, 6, 100);
  const std::vector<OffsetFallRow> rows = falls();
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].of, Of::log_end);
  EXPECT_EQ(rows[0].partition, 3);
  EXPECT_EQ(rows[0].pass, -1);
  EXPECT_EQ(rows[0].at, 6 * kSecond);
  EXPECT_EQ(rows[0].from, 50);
  EXPECT_EQ(rows[0].to, 30);
}

TEST_F(OffsetFalls, AnAssignmentThatStartsBeforeAnEarlierOneLostItsCommit) {
  assigned(kSecond, 0, 0);
  assigned(4 * kSecond, 1, 40);
  assigned(5 * kSecond, 0, 40);
  assigned(6 * kSecond, 1, 7);
  const std::vector<OffsetFallRow> rows = falls();
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].of, Of::committed);
  EXPECT_EQ(rows[0].pass, 0);
  EXPECT_EQ(rows[0].from, 40);
  EXPECT_EQ(rows[0].to, 7);
}

TEST_F(OffsetFalls, APositionAboveTheLogIsOne) {
  const auto reset = [&](const char* cause) {
    run_.facts().event(4 * kSecond, "reset",
                       {{"group", run_.plan().groups[0].name},
                        {"stream", run_.plan().streams[0].name},
                        {"partition", 5},
                        {"position", 90},
                        {"cause", cause},
                        {"goes_on_at", 60}});
  };
  reset("truncated");
  reset("expired");
  const std::vector<OffsetFallRow> rows = falls();
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].of, Of::position);
  EXPECT_EQ(rows[0].partition, 5);
  EXPECT_EQ(rows[0].from, 90);
  EXPECT_EQ(rows[0].to, 60);
}

TEST_F(OffsetFalls, AHealthyRunHasNone) {
  for (std::int64_t second = 0; second < 8; ++second) end_of_log(2, second, 10 * second);
  assigned(kSecond, 0, 0);
  assigned(4 * kSecond, 1, 40);
  EXPECT_THAT(falls(), IsEmpty());
}

}  // namespace
}  // namespace freshet::results
