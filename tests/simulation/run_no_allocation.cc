// The path of an event through the roles: the sender's, the reports' and the member's steps allocate nothing
// and lock nothing once the run is warm, second after second, cuts and rolls included. What the cluster's
// client does inside its own calls is not counted: the loopback log keeps its records in memory, and
// librdkafka has its own queues. Nor are the writer, the observer and the conductor, which no event waits
// for.
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "tests/counted.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

using namespace cluster;

class Producing final : public Producer {
 public:
  explicit Producing(std::unique_ptr<Producer> inner) : inner_(std::move(inner)) {}
  Sent send(std::int32_t partition, Bytes key, Bytes value, std::int64_t timestamp_ms) override {
    const NotCounted client;
    return inner_->send(partition, key, value, timestamp_ms);
  }
  std::optional<Report> poll() override {
    const NotCounted client;
    return inner_->poll();
  }
  std::size_t in_flight() const override { return inner_->in_flight(); }
  std::string last_error() const override { return inner_->last_error(); }
  std::string refusal() const override { return inner_->refusal(); }
  base::Status begin_transaction() override { return inner_->begin_transaction(); }
  base::Status send_offsets(const std::string& group, const std::string& topic, std::int32_t partition,
                            std::int64_t next_offset) override {
    return inner_->send_offsets(group, topic, partition, next_offset);
  }
  base::Status end_transaction(bool commit) override { return inner_->end_transaction(commit); }
  std::optional<TransactionEnded> poll_transaction() override { return inner_->poll_transaction(); }
  void purge() override { inner_->purge(); }

 private:
  std::unique_ptr<Producer> inner_;
};

class Consuming final : public Member {
 public:
  explicit Consuming(std::unique_ptr<Member> inner) : inner_(std::move(inner)) {}
  std::optional<MemberEvent> poll() override {
    const NotCounted client;
    return inner_->poll();
  }
  void store(TopicPartition from, std::int64_t next_offset) override {
    const NotCounted client;
    inner_->store(from, next_offset);
  }
  void commit() override {
    const NotCounted client;
    inner_->commit();
  }
  void pause() override { inner_->pause(); }
  void resume() override { inner_->resume(); }
  void seek(TopicPartition from, std::int64_t offset) override { inner_->seek(from, offset); }
  void close() override { inner_->close(); }
  bool closed() const override { return inner_->closed(); }
  void abandon() override { inner_->abandon(); }

 private:
  std::unique_ptr<Member> inner_;
};

class Counted final : public Cluster {
 public:
  explicit Counted(std::unique_ptr<Cluster> inner) : inner_(std::move(inner)) {}
  base::Result<std::unique_ptr<Producer>> make_producer(const ProducerOptions& options,
                                                        base::Wake& wake) override {
    auto made = inner_->make_producer(options, wake);
    if (!made) return made.error();
    return std::unique_ptr<Producer>(std::make_unique<Producing>(std::move(made).value()));
  }
  base::Result<std::unique_ptr<Member>> make_member(const MemberOptions& options, base::Wake& wake) override {
    auto made = inner_->make_member(options, wake);
    if (!made) return made.error();
    return std::unique_ptr<Member>(std::make_unique<Consuming>(std::move(made).value()));
  }
  base::Result<std::unique_ptr<Admin>> make_admin(base::Wake& wake) override {
    return inner_->make_admin(wake);
  }
  std::string address() const override { return inner_->address(); }
  bool is_loopback_log() const override { return true; }
  bool shares_this_machine() const override { return true; }
  Settings settings_in_force() const override { return inner_->settings_in_force(); }
  std::optional<ClientStatistics> poll_statistics() override { return inner_->poll_statistics(); }
  std::map<std::string, Settings> failover_settings() const override { return inner_->failover_settings(); }

 private:
  std::unique_ptr<Cluster> inner_;
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
  Counted cluster(make_loopback(simulation.clock(), SimulatedRun::quiet()));
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
  const auto ran = engine::run(plan, cluster, simulation, options);
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
