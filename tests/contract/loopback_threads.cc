// The loopback among threads on the real clock: several senders, one poller of reports for each producer, two
// members for each of three groups. Run under the thread sanitizer, it proves the locking.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>

#include "harness/cluster/loopback/loopback.h"

namespace freshet::cluster {
namespace {

constexpr int kStreams = 2, kSendersEach = 2, kPartitions = 6, kGroups = 3, kMembersEach = 2;
constexpr std::uint32_t kPerSender = 5000;

struct Value {
  std::uint32_t sender;
  std::uint32_t n;
};

std::string topic_of(int stream) {
  return "stream-" + std::to_string(stream);
}

class LoopbackThreads : public testing::Test {
 protected:
  void SetUp() override {
    for (int stream = 0; stream < kStreams; ++stream) {
      ASSERT_TRUE(admin_->create_topic({topic_of(stream), kPartitions, 1, {}}, 0).ok());
      auto made =
          cluster_->make_producer({topic_of(stream), kPartitions, "", {}}, producer_wakes_[index(stream)]);
      producers_[index(stream)] = std::move(made).value();
    }
  }

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  // Sender k of a stream sends its numbers to the partitions in turn.
  void send_all(int stream, int k) {
    Producer& producer = *producers_[index(stream)];
    for (std::uint32_t n = 0; n < kPerSender; ++n) {
      const Value value{static_cast<std::uint32_t>(stream * kSendersEach + k), n};
      std::array<std::byte, sizeof value> bytes{};
      std::memcpy(bytes.data(), &value, sizeof value);
      while (producer.send(static_cast<std::int32_t>(n % kPartitions), bytes, bytes, 0) != Sent::accepted) {
        std::this_thread::yield();
      }
    }
  }

  void poll_reports(int stream) {
    while (reported_[index(stream)] < kSendersEach * kPerSender) {
      while (const auto report = producers_[index(stream)]->poll()) {
        if (report->persisted == Persisted::yes) ++reported_[index(stream)];
      }
      producer_wakes_[index(stream)].wait_until(clock_, clock_.now() + base::kSecond);
    }
  }

  // A member counts what it sees, in order of each sender and partition, until its group has seen all.
  void read(int group) {
    base::EventWake wake;
    MemberOptions options;
    options.group = "group-" + std::to_string(group);
    for (int stream = 0; stream < kStreams; ++stream) options.topics.push_back(topic_of(stream));
    options.start = kFromBeginning;
    auto member = cluster_->make_member(options, wake).value().release();
    const std::unique_ptr<Member> owner(member);
    std::array<std::int64_t, kStreams * kSendersEach * kPartitions> last;
    last.fill(-1);
    while (seen_[index(group)] < kAll) {
      while (const auto event = member->poll()) {
        const auto* record = std::get_if<Record>(&*event);
        if (!record) continue;
        Value value{};
        std::memcpy(&value, record->value.data(), sizeof value);
        std::int64_t& before = last[value.sender * kPartitions + value.n % kPartitions];
        if (before >= static_cast<std::int64_t>(value.n)) ++disordered_;
        before = value.n;
        member->store(record->from, record->offset + 1);
        ++seen_[index(group)];
      }
      wake.wait_until(clock_, clock_.now() + 100 * base::kMillisecond);  // the other member may see the last
    }
    member->close();
    while (!member->closed()) {
      while (member->poll()) {
      }
      wake.wait_until(clock_, clock_.now() + 10 * base::kMillisecond);
    }
  }

  static constexpr std::uint64_t kAll = std::uint64_t{kStreams} * kSendersEach * kPerSender;

  base::RealClock clock_;
  std::unique_ptr<Cluster> cluster_ = make_loopback(clock_, {});
  base::EventWake admin_wake_;
  std::unique_ptr<Admin> admin_ = std::move(cluster_->make_admin(admin_wake_).value());
  std::array<base::EventWake, kStreams> producer_wakes_;
  std::array<std::unique_ptr<Producer>, kStreams> producers_;
  std::array<std::atomic<std::uint64_t>, kStreams> reported_{};
  std::array<std::atomic<std::uint64_t>, kGroups> seen_{};
  std::atomic<std::uint64_t> disordered_{0};
};

TEST_F(LoopbackThreads, EachGroupSeesEachRecordOnceAndInOrder) {
  {
    std::vector<std::jthread> threads;
    for (int group = 0; group < kGroups; ++group) {
      for (int m = 0; m < kMembersEach; ++m) threads.emplace_back([this, group] { read(group); });
    }
    for (int stream = 0; stream < kStreams; ++stream) {
      threads.emplace_back([this, stream] { poll_reports(stream); });
      for (int k = 0; k < kSendersEach; ++k) threads.emplace_back([this, stream, k] { send_all(stream, k); });
    }
  }
  for (const auto& seen : seen_) EXPECT_EQ(seen.load(), kAll);
  for (const auto& reported : reported_) EXPECT_EQ(reported.load(), kSendersEach * kPerSender);
  EXPECT_EQ(disordered_.load(), 0u);
}

}  // namespace
}  // namespace freshet::cluster
