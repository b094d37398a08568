// The path of an event through the roles: the sender's, the reports' and the member's steps allocate nothing
// and lock nothing once the run is warm, second after second, cuts and rolls included. What the cluster's
// client does inside its own calls is not counted: the loopback log keeps its records in memory, and
// librdkafka has its own queues. Nor are the writer, the observer and the conductor, which no event waits
// for.
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <optional>

#include "tests/counted.h"
#include "tests/simulation/run_fixture.h"
#include "tests/simulation/watched_cluster.h"

namespace freshet::test {
namespace {

// What clients do inside their own calls is not counted.
thread_local std::optional<NotCounted> not_counted;

const Watch kNotInClients = {
    .before = [](Caller) { not_counted.emplace(); },
    .after = [](Caller) { not_counted.reset(); },
};

struct Seen {
  std::uint64_t steps = 0, allocations = 0, locks = 0;
};

// What each role's steps did between `from` and `until` of a run that somebody watches.
std::map<std::string, Seen> counts_of(const plan::Plan& plan, Nanos from, Nanos until) {
  std::map<std::string, Seen> seen;
  for (const char* role : {"sender-0", "acks-lock", "copilot-0"}) seen[role];
  // The simulation's own queue of what is due begins with a MiB; what is larger is that one growing.
  count_allocations_below(std::size_t{1} << 20);
  Counts before;
  engine::Simulation simulation([&](const std::string& role, Nanos now, bool) -> Nanos {
    const auto found = seen.find(role);
    if (found != seen.end() && now >= kStart + from && now < kStart + until) {
      ++found->second.steps;
      found->second.allocations += counted().allocations - before.allocations;
      found->second.locks += counted().locks - before.locks;
    }
    before = counted();
    return kMicrosecond;
  });
  const auto cluster =
      watched(cluster::make_loopback(simulation.clock(), SimulatedRun::quiet()), kNotInClients);
  const TemporaryFolder folder;
  engine::RunOptions options;
  options.folder = folder.path();
  options.start_not_before = kStart;
  options.hold_assignment = 0;
  std::mutex watching;
  results::Live latest;
  options.on_live = [&](const results::Live& live) {
    const std::lock_guard lock(watching);
    latest = live;
  };
  const auto ran = engine::run(plan, *cluster, simulation, options);
  EXPECT_TRUE(ran.ok()) << ran.error().message;
  EXPECT_EQ(latest.stage, "over");
  return seen;
}

void expect_none(const std::map<std::string, Seen>& seen) {
  for (const auto& [role, counts] : seen) {
    EXPECT_GT(counts.steps, 1000U) << role;
    EXPECT_EQ(counts.allocations, 0U) << role;
    EXPECT_EQ(counts.locks, 0U) << role;
  }
}

// The pools grow to what the fullest second needs; even arrivals make the seconds alike.
plan::Plan even_plan(double rate) {
  plan::Plan plan = small_plan(rate, 60);
  plan.streams[0].arrival = workloads::Arrival::uniform;
  return plan;
}

TEST(RoleSteps, AllocateAndLockNothing) {
  expect_none(counts_of(even_plan(1000), 30 * kSecond, 60 * kSecond));
}

TEST(RoleSteps, AllocateAndLockNothingWithAServiceTimeEither) {
  plan::Plan plan = even_plan(500);
  plan.groups[0].service_time = kMillisecond;
  expect_none(counts_of(plan, 30 * kSecond, 60 * kSecond));
}

// A test that cannot fail is none: the roles do allocate while they begin, and notes are locked.
TEST(RoleSteps, AreCountedAtAll) {
  const auto seen = counts_of(small_plan(1000, 5), -kStart, 5 * kSecond);
  EXPECT_GT(seen.at("copilot-0").allocations, 0U);
  if (kLocksCounted) {
    EXPECT_GT(seen.at("copilot-0").locks, 0U);
  }
}

}  // namespace
}  // namespace freshet::test
