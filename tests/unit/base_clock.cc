#include <gtest/gtest.h>

#include <poll.h>
#include <unistd.h>

#include <ctime>
#include <thread>

#include "harness/base/clock.h"

namespace freshet::base {
namespace {

TEST(SecondOf, RoundsDownSoThatNegativeTimesHaveSecondsOfTheirOwn) {
  EXPECT_EQ(second_of(0), 0);
  EXPECT_EQ(second_of(kSecond - 1), 0);
  EXPECT_EQ(second_of(kSecond), 1);
  EXPECT_EQ(second_of(-1), -1);
  EXPECT_EQ(second_of(-kSecond), -1);
  EXPECT_EQ(second_of(-kSecond - 1), -2);
}

TEST(ManualClock, NeverGoesBack) {
  ManualClock clock(5);
  clock.move_to(3);
  EXPECT_EQ(clock.now(), 5);
  clock.advance(10);
  EXPECT_EQ(clock.now(), 15);
}

TEST(ManualClock, MonotonicTimeDoesNotFollowAWallClockStep) {
  ManualClock clock;
  clock.set_wall_offset(-3600 * kSecond);
  EXPECT_EQ(clock.now(), 0);
  EXPECT_EQ(clock.wall(), -3600 * kSecond);
}

TEST(RealClock, MonotonicTimeAndCpuTimeNeverGoBack) {
  const RealClock clock;
  Nanos before = clock.now();
  Nanos cpu_before = clock.thread_cpu();
  for (int i = 0; i < 10'000; ++i) {
    const Nanos now = clock.now(), cpu = clock.thread_cpu();
    ASSERT_GE(now, before);
    ASSERT_GE(cpu, cpu_before);
    before = now;
    cpu_before = cpu;
  }
  EXPECT_GT(clock.wall(), 1'600'000'000 * kSecond);
}

Nanos thread_cpu_with_spinning() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * kSecond + t.tv_nsec;
}

// V3: a member that is idle between two events works no more because waiting for the second one spins.
TEST(RealClock, CpuTimeLeavesOutWhatAWaitSpins) {
  // What a thread may spin is its own affair: a new one has all of it.
  std::thread([] {
    const RealClock clock;
    EventWake wake;
    const Nanos all_before = thread_cpu_with_spinning(), work_before = clock.thread_cpu();
    // Shorter than a sleep overshoots at first, and within what may be spun: spun from end to end.
    for (int i = 0; i < 40; ++i) wake.wait_until(clock, clock.now() + 40 * kMicrosecond);
    const Nanos all = thread_cpu_with_spinning() - all_before, work = clock.thread_cpu() - work_before;
    EXPECT_GT(work, 0);
    EXPECT_LT(work, all / 2);
  }).join();
}

// Events closer than a sleep overshoots, for long: by spinning alone they would take the whole core.
TEST(EventWake, SpinsForAFiftiethOfTheTimeAtMost) {
  const RealClock clock;
  EventWake wake;
  const Nanos begin = clock.now(), spun_before = thread_cpu_with_spinning() - clock.thread_cpu();
  while (clock.now() - begin < 300 * kMillisecond) wake.wait_until(clock, clock.now() + 40 * kMicrosecond);
  const Nanos spun = thread_cpu_with_spinning() - clock.thread_cpu() - spun_before;
  EXPECT_GT(spun, 0);
  // What was saved up before, a fiftieth, and the last spin, which may be a little more than is left.
  EXPECT_LT(spun, 2 * kMillisecond + (clock.now() - begin) / 50 + kMillisecond);
}

TEST(RunTime, ConvertsBetweenTheTwoLines) {
  RunTime time;
  EXPECT_FALSE(time.started());
  time.start_at(100);
  EXPECT_TRUE(time.started());
  EXPECT_EQ(time.since_start(150), 50);
  EXPECT_EQ(time.monotonic(50), 150);
  EXPECT_EQ(time.since_start(90), -10);
}

TEST(EventWake, DoesNotReturnBeforeItsDeadlineWhenNothingWakesIt) {
  const RealClock clock;
  EventWake wake;
  for (const Nanos span : {Nanos{0}, 20 * kMicrosecond, 300 * kMicrosecond, 3 * kMillisecond}) {
    const Nanos deadline = clock.now() + span;
    wake.wait_until(clock, deadline);
    EXPECT_GE(clock.now(), deadline);
  }
}

TEST(EventWake, ADeadlineInThePastReturns) {
  const RealClock clock;
  EventWake wake;
  wake.wait_until(clock, clock.now() - kSecond);
  wake.wait_until(clock, 0);
}

// Would hang (and time out) if the wake-up were lost.
TEST(EventWake, AWakeUpBeforeTheWaitIsNotLost) {
  const RealClock clock;
  EventWake wake;
  wake.at(0);
  wake.wait_until(clock, kNever);
}

TEST(EventWake, AWakeUpFromAnotherThreadEndsAnEndlessWait) {
  const RealClock clock;
  EventWake wake;
  std::atomic<bool> told{false};
  std::thread other([&] {
    told = true;
    wake.at(0);
  });
  while (!told) wake.wait_until(clock, kNever);
  other.join();
}

TEST(EventWake, WaitingDrainsTheDescriptor) {
  const RealClock clock;
  EventWake wake;
  const std::uint64_t one = 1;
  for (int i = 0; i < 5; ++i) ASSERT_EQ(write(wake.fd(), &one, sizeof one), 8);  // as a client does
  pollfd waited{wake.fd(), POLLIN, 0};
  EXPECT_EQ(poll(&waited, 1, 0), 1);
  wake.wait_until(clock, clock.now());
  EXPECT_EQ(poll(&waited, 1, 0), 0);
}

// Would hang if the first wait, which ends before the time asked for, forgot it.
TEST(EventWake, AWakeUpForLaterOutlivesAnEarlierDeadline) {
  const RealClock clock;
  EventWake wake;
  const Nanos asked = clock.now() + 5 * kMillisecond;
  wake.at(asked);
  wake.wait_until(clock, clock.now() + 100 * kMicrosecond);
  while (clock.now() < asked) wake.wait_until(clock, kNever);
  wake.wait_until(clock, asked);
}

TEST(EventWake, AskingForAnEarlierTimeShortensTheWait) {
  const RealClock clock;
  EventWake wake;
  const Nanos asked = clock.now() + kMillisecond;
  wake.at(asked);
  // Woken or not on the way, the role waits again until its time has come; kNever alone would never end it.
  while (clock.now() < asked) wake.wait_until(clock, asked);
  EXPECT_GE(clock.now(), asked);
}

}  // namespace
}  // namespace freshet::base
