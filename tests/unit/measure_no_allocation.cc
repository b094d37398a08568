// The path of an event allocates nothing, second after second, the cut included.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/unit/measure_fixture.h"

namespace {

thread_local std::uint64_t allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace freshet::measure::test {
namespace {

TEST(Allocations, AreCountedAtAll) {
  const std::uint64_t before = allocations;
  auto one = std::make_unique<std::uint64_t>(7);
  ASSERT_EQ(*one, 7U);
  EXPECT_EQ(allocations, before + 1);
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
  std::uint64_t before = 0;
  for (std::uint64_t n = 0; n < kEvents; ++n) {
    if (n == 10'000) before = allocations;  // ten seconds in which the pools grow to what is needed
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
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_GT(second, 25);
}

}  // namespace
}  // namespace freshet::measure::test
