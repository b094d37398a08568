// What a group had still to make visible when a disturbance ended (D1).
#include <gtest/gtest.h>

#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

using measure::AckState;
using measure::Count;

// The incident of small_plan() ends at 8 s.
constexpr Nanos kEnds = 8 * kSecond;

measure::CountSecond failures(std::int64_t second, std::uint64_t reports) {
  measure::CountSecond row;
  row.second = second;
  row.counts[static_cast<std::size_t>(Count::not_persisted)] = reports;
  return row;
}

// What a report says of an event has no say in when it became visible, before the end or after it.
TEST(Backlog, IsWhatBecameVisibleLaterWhateverItsReportSaid) {
  MadeRun run(small_plan());
  std::uint64_t later = 0, failed = 0;
  run.decide([&](std::uint16_t, const plan::Event& event) {
    Fate fate;
    if (event.tau >= kEnds - kSecond && event.tau < kEnds) {
      if (event.n % 2 == 0) fate.staleness = 3 * kSecond, ++later;
      if (event.n % 3 == 0) fate.ack = AckState::failed, ++failed;
    }
    return fate;
  });
  ASSERT_GT(later, 0U);
  ASSERT_GT(failed, 1U);
  run.interval().counts.push_back(failures(7, failed / 2));  // reports before the end
  run.interval().counts.push_back(failures(9, failed - failed / 2));
  run.finish();
  const Settled settled = run.settled();
  ASSERT_EQ(settled.figures.disturbances.size(), 1U);
  EXPECT_EQ(settled.figures.disturbances[0].backlog, later);
}

// It was never the group's to serve, also when that was known only after the end.
TEST(Backlog, LeavesOutWhatNeverCameToTheGroup) {
  MadeRun run(small_plan());
  run.decide([&](std::uint16_t, const plan::Event& event) {
    Fate fate;
    if (event.tau >= kEnds - kSecond && event.tau < kEnds) {
      fate.seen = false;
      fate.ack = event.n % 2 == 0 ? AckState::failed : AckState::not_sent_cluster;
    }
    return fate;
  });
  run.finish();
  EXPECT_EQ(run.settled().figures.disturbances.at(0).backlog, 0U);
}

}  // namespace
}  // namespace freshet::results
