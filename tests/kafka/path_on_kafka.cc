// The path of an event over the real client: what the sender's, the reports' and the member's threads
// allocate, the harness's own part of the client included, and what they lock outside of it. librdkafka is C
// and has its own memory and locks; run_no_allocation counts exactly, step by step, what is the harness's
// own.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <vector>

#include "tests/counted.h"
#include "tests/kafka/broker.h"
#include "tests/kafka/kafka_run.h"
#include "tests/simulation/watched_cluster.h"

namespace freshet::test {
namespace {

constexpr int kSeconds = 60;  // more than the run takes

// By whole seconds of the test, of one thread; read when it is over.
class Thread {
 public:
  void before(int second) {
    const Counts now = counted();
    if (calls_ > 0 && second < kSeconds) {
      seconds_[static_cast<std::size_t>(second)].allocations += now.allocations - before_.allocations;
      seconds_[static_cast<std::size_t>(second)].locks += now.locks - after_.locks;
    }
    before_ = now;
    ++calls_;
  }
  void after() { after_ = counted(); }
  std::uint64_t calls() const { return calls_; }
  bool allocated() const {
    return std::ranges::any_of(seconds_, [](const Counts& counts) { return counts.allocations > 0; });
  }
  // In the middle one of the seconds from `begin` to `end`.
  Counts ordinary(int begin, int end) const {
    std::vector<std::uint64_t> allocations, locks;
    for (int i = begin; i < end; ++i) {
      allocations.push_back(seconds_[static_cast<std::size_t>(i)].allocations);
      locks.push_back(seconds_[static_cast<std::size_t>(i)].locks);
    }
    std::ranges::sort(allocations);
    std::ranges::sort(locks);
    return {allocations[allocations.size() / 2], locks[locks.size() / 2]};
  }

 private:
  std::array<Counts, kSeconds> seconds_{};
  Counts before_, after_;
  std::uint64_t calls_ = 0;
};

// A second's statistics of the client, a cut of the recorder: what happens once a second, whatever the rate.
constexpr std::uint64_t kRate = 1000, kOnceASecond = 20;

TEST(ThePathOfAnEvent, AllocatesAndLocksNothingWithTheRealClient) {
  const std::string address = shared_kafka();
  ASSERT_FALSE(address.empty()) << "no Kafka to test on";
  const auto begin = std::chrono::steady_clock::now();
  const auto second = [&] {
    return static_cast<int>(
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin).count());
  };
  std::array<Thread, 3> threads;
  const Watch watch{
      .before = [&](Caller caller) { threads[static_cast<std::size_t>(caller)].before(second()); },
      .after = [&](Caller caller) { threads[static_cast<std::size_t>(caller)].after(); }};
  plan::Plan plan = small_plan(kRate, 14);
  plan.streams[0].arrival = workloads::Arrival::uniform;
  engine::Threads driver;
  auto kafka = cluster::make_kafka(driver.clock(), {.bootstrap = address});
  ASSERT_TRUE(kafka.ok()) << kafka.error().message;
  const auto cluster = watched(std::move(kafka).value(), watch);
  const TemporaryFolder folder;
  engine::RunOptions options;
  options.folder = folder.path();
  int sends = kSeconds, ends = 0;
  options.on_progress = [&](const engine::Progress& progress) {
    if (progress.stage != engine::Progress::Stage::running) return;
    sends = std::min(sends, second());
    ends = second();
  };
  const auto ran = engine::run(plan, *cluster, driver, options);
  ASSERT_TRUE(ran.ok()) << ran.error().message;
  ASSERT_GE(ends - sends, 8);
  constexpr std::array kNames = {"sender", "reports", "member"};
  for (std::size_t i = 0; i < threads.size(); ++i) {
    const Counts ordinary = threads[i].ordinary(sends + 4, ends);
    std::printf("%s: %llu calls; in an ordinary second %llu allocations, %llu locks\n", kNames[i],
                static_cast<unsigned long long>(threads[i].calls()),
                static_cast<unsigned long long>(ordinary.allocations),
                static_cast<unsigned long long>(ordinary.locks));
    EXPECT_GT(threads[i].calls(), 10 * kRate) << kNames[i];
    EXPECT_LT(ordinary.allocations, kOnceASecond) << kNames[i];
    EXPECT_LT(ordinary.locks, kOnceASecond) << kNames[i];
  }
  EXPECT_TRUE(threads[2].allocated()) << "it does when it begins: a test that cannot fail is none";
}

}  // namespace
}  // namespace freshet::test
