// What a pass finds to read and when it has caught up, against arithmetic by hand.
#include "harness/plan/pass_load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/plan_fixture.h"

namespace freshet::plan {
namespace {

using base::kSecond;
using ::testing::HasSubstr;

// 100/s of 512 bytes in 12 partitions for 100 s; the pass begins at 40 s.
Plan with_pass(const Replay& pass) {
  Plan plan = steady(100, 40);
  plan.phases.push_back(phase_of("replay", PhaseKind::replay, 40, 100));
  fill_segments(plan);
  plan.replays = {pass};
  plan.replays[0].name = "reindex";
  plan.replays[0].phase = 1;
  plan.replays[0].streams = {0};
  plan.replays[0].line = 5;
  return plan;
}

Replay from(PassStart start, std::int64_t amount) {
  Replay pass;
  pass.start = start;
  if (start == PassStart::offset) pass.offset = amount;
  if (start == PassStart::ago) pass.ago = amount * kSecond;
  if (start == PassStart::bytes) pass.bytes = static_cast<double>(amount);
  return pass;
}

TEST(PassLoad, FromTheStartItIsAllThatWasWritten) {
  Plan plan = with_pass({});
  EXPECT_DOUBLE_EQ(pass_load(plan, 0).events, 4000);
  EXPECT_DOUBLE_EQ(pass_load(plan, 0).bytes, 4000 * 512);
  EXPECT_DOUBLE_EQ(pass_load(plan, 0).inflow, 100);
  EXPECT_EQ(pass_load(plan, 0).finish, 0) << "as fast as it goes";
  plan.streams[0].prefill = 600 * kSecond;
  EXPECT_DOUBLE_EQ(pass_load(plan, 0).events, 64'000);
  EXPECT_DOUBLE_EQ(prefill_of(plan.streams[0]).events, 60'000);
  EXPECT_DOUBLE_EQ(prefill_of(plan.streams[0]).bytes, 60'000 * 512);
}

TEST(PassLoad, FromElsewhereItIsThePartAfterIt) {
  EXPECT_DOUBLE_EQ(pass_load(with_pass(from(PassStart::ago, 10)), 0).events, 1000);
  EXPECT_DOUBLE_EQ(pass_load(with_pass(from(PassStart::bytes, 512'000)), 0).events, 1000);
  EXPECT_DOUBLE_EQ(pass_load(with_pass(from(PassStart::offset, 100)), 0).events, 4000 - 12 * 100);
  Plan plan = with_pass(from(PassStart::ago, 50));
  plan.streams[0].prefill = 30 * kSecond;
  EXPECT_DOUBLE_EQ(pass_load(plan, 0).events, 5000) << "ten seconds of it are prefill";
}

Nanos finish(double rate, Nanos prefill = 0) {
  Replay pass;
  pass.capped = true;
  pass.rate = rate;
  Plan plan = with_pass(pass);
  plan.streams[0].prefill = prefill * kSecond;
  return pass_load(plan, 0).finish;
}

TEST(PassLoad, ACapFinishesWhenItHasCaughtUp) {
  EXPECT_NEAR(static_cast<double>(finish(300)), 20e9, 1e3) << "4000 at 300/s against 100/s";
  EXPECT_NEAR(static_cast<double>(finish(200, 100)), 140e9, 1e3) << "past the run's end, as if it went on";
  EXPECT_EQ(finish(100), base::kNever);
  EXPECT_EQ(finish(99), base::kNever);
  EXPECT_NEAR(static_cast<double>(finish(101)), 4000e9, 1e6);
}

TEST(PassLoad, ABurstHoldsACapUp) {
  Replay pass;
  pass.capped = true;
  pass.rate = 300;
  Plan plan = with_pass(pass);
  plan.phases[1].kind = PhaseKind::incident;
  plan.phases[1].magnitude = 3;
  plan.phases[1].end = 60 * kSecond;
  plan.phases.push_back(phase_of("recovery", PhaseKind::recovery, 60, 100));
  fill_segments(plan);
  EXPECT_DOUBLE_EQ(pass_load(plan, 0).inflow, 300);
  EXPECT_NEAR(static_cast<double>(pass_load(plan, 0).finish), 40e9, 1e3) << "20 s of standstill, then 20 s";
}

std::string problem(Plan plan) {
  const auto errors = passes_out_of_the_log(plan);
  if (errors.empty()) return "";
  EXPECT_EQ(errors[0].line, 5);
  return errors[0].message;
}

TEST(PassesOutOfTheLog, AreSaidWithWhatTheLogHolds) {
  EXPECT_EQ(problem(with_pass(from(PassStart::ago, 40))), "");
  EXPECT_EQ(problem(with_pass(from(PassStart::ago, 41))),
            "replay \"reindex\": starts 41.0 s back, but the log of ticket begins 40.0 s before it; expected "
            "at most "
            "that, or prefill = \"1s\"");
  Plan plan = with_pass(from(PassStart::ago, 100));
  plan.streams[0].prefill = 60 * kSecond;
  EXPECT_EQ(problem(plan), "");
  EXPECT_EQ(problem(with_pass(from(PassStart::bytes, 4000 * 512))), "");
  EXPECT_THAT(problem(with_pass(from(PassStart::bytes, 4001 * 512))),
              HasSubstr("2.05 MB are expected in the log"));
  EXPECT_EQ(problem(with_pass(from(PassStart::offset, 333))), "");
  EXPECT_THAT(problem(with_pass(from(PassStart::offset, 334))),
              HasSubstr("starts at offset 334, but about 333 records are expected in a partition of ticket"));
}

}  // namespace
}  // namespace freshet::plan
