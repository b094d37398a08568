// The path of an event allocates and locks nothing, second after second, the cut included.
#include <gtest/gtest.h>

#include <mutex>

#include "tests/counted.h"
#include "tests/unit/measure_fixture.h"

namespace freshet::measure::test {
namespace {

using freshet::test::counted;
using freshet::test::Counts;

TEST(Allocations, AreCountedAtAll) {
  const std::uint64_t before = counted().allocations;
  auto one = std::make_unique<std::uint64_t>(7);
  ASSERT_EQ(*one, 7U);
  EXPECT_EQ(counted().allocations, before + 1);
}

TEST(Locks, AreCountedAtAll) {
  if (!freshet::test::kLocksCounted) GTEST_SKIP() << "TSan has a lock of its own";
  std::mutex mutex;
  const std::uint64_t before = counted().locks;
  { const std::lock_guard lock(mutex); }
  EXPECT_EQ(counted().locks, before + 1);
  const freshet::test::NotCounted none;
  { const std::lock_guard lock(mutex); }
  EXPECT_EQ(counted().locks, before + 1);
}

// τ of lane `lane`, event n: 3000 events/s over three lanes.
Nanos tau_of(int lane, std::uint64_t n) {
  return static_cast<Nanos>(n) * kMillisecond + lane * 300 * kMicrosecond;
}

// A delay that differs in each event and in size: 100 us to 900 ms, each second otherwise.
Nanos delay_of(std::uint64_t n) {
  const auto scattered = static_cast<Nanos>((n * 2654435761U) % 9973);
  return 100 * kMicrosecond + scattered * scattered * 9;
}

TEST(Allocations, AreNoneOnThePathOfAnEvent) {
  constexpr std::uint64_t kEvents = 30'000;  // 30 s
  Taus taus(3);
  for (int lane = 0; lane < 3; ++lane) {
    for (std::uint64_t n = 0; n < kEvents; ++n)
      taus[static_cast<std::size_t>(lane)].push_back(tau_of(lane, n));
  }
  Partition p(taus);
  auto shard = p.open();
  std::int64_t offset = 0, second = 0;
  Nanos visible = 0;
  Counts before;
  for (std::uint64_t n = 0; n < kEvents; ++n) {
    if (n == 10'000) before = counted();  // ten seconds in which the pools grow to what is needed
    for (int lane = 0; lane < 3; ++lane) {
      p.acks.handed_over(lane, n);
      p.acks.acked(lane, n, offset);
      visible = std::max(visible, tau_of(lane, n) + delay_of(n));
      Received received = p.record(lane, n, offset);
      received.tier = static_cast<std::uint8_t>(n % 2);
      p.deliver(*shard, received, visible);
      p.deliver(*shard, received, visible);  // redelivered
      ++offset;
    }
    if (base::second_of(visible) == second) continue;
    second = base::second_of(visible);
    p.recorder.cut();
    if (Interval* taken = p.recorder.take()) p.recorder.give_back(taken);
  }
  const Counts after = counted();
  EXPECT_EQ(after.allocations - before.allocations, 0U);
  EXPECT_EQ(after.locks - before.locks, 0U);
  EXPECT_GT(second, 25);
}

}  // namespace
}  // namespace freshet::measure::test
