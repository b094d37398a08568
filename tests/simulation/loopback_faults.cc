// Known answers of the loopback: scripted faults hit exactly what they name.
#include <set>

#include "tests/simulation/loopback_fixture.h"

namespace freshet::cluster {
namespace {

using Kind = LoopbackFault::Kind;
using testing::ElementsAre;

class LoopbackFaults : public LoopbackTest {
 protected:
  static constexpr int kRecords = 1000;

  // Sends records 0 … n-1, two or three a batch, and lets all happen.
  void send_many(Sender& s, int n = kRecords) {
    for (int i = 0; i < n; ++i) {
      send(s, std::to_string(i));
      run_for(2 * kMillisecond);
    }
    run_for(5 * kSecond);
  }
  static std::size_t count(const Sender& s, Persisted persisted) {
    return static_cast<std::size_t>(std::ranges::count(s.told, persisted, &ToldAt::persisted));
  }
};

TEST_F(LoopbackFaults, LosesExactly) {
  fault(Kind::lose, 0, 7);
  open();
  Receiver& r = ready_receiver();
  Sender& s = sender();
  send_many(s);
  EXPECT_EQ(count(s, Persisted::yes), 1000u);
  EXPECT_EQ(r.seen.size(), 1000u - 1000u / 7);
  for (const SeenAt& seen : r.seen) EXPECT_NE((seen.offset + 1) % 7, 0) << "its offset stays empty";
  EXPECT_EQ(r.ends.back().event.offset, 1000);
}

// Only the end tells that a lost last record was passed.
TEST_F(LoopbackFaults, LosesTheLast) {
  fault(Kind::lose, 0, 3);
  open();
  Receiver& r = ready_receiver();
  Sender& s = sender();
  send_many(s, 3);
  EXPECT_THAT(r.values(), ElementsAre("0", "1"));
  EXPECT_EQ(r.ends.back().event.offset, 3);
}

TEST_F(LoopbackFaults, DuplicatesExactly) {
  fault(Kind::duplicate, 0, 10);
  open();
  Receiver& r = ready_receiver();
  Sender& s = sender();
  send_many(s);
  EXPECT_EQ(s.told.size(), 1000u);
  ASSERT_EQ(r.seen.size(), 1100u);
  const auto values = r.values();
  EXPECT_EQ(values[9], "9");
  EXPECT_EQ(values[10], "9");
  EXPECT_EQ(std::set(values.begin(), values.end()).size(), 1000u);
}

TEST_F(LoopbackFaults, ReordersExactly) {
  fault(Kind::reorder, 0, 10);
  open();
  Receiver& r = ready_receiver();
  Sender& s = sender();
  send_many(s);
  std::vector<std::string> expected;
  for (int i = 0; i < kRecords; ++i) expected.push_back(std::to_string(i));
  for (std::size_t i = 9; i + 1 < expected.size(); i += 10) std::swap(expected[i], expected[i + 1]);
  EXPECT_EQ(r.values(), expected);
  ASSERT_EQ(s.told.size(), 1000u);
  for (std::size_t i = 0; i + 1 < s.told.size(); ++i) {
    EXPECT_EQ(s.told[i].offset, static_cast<std::int64_t>(i)) << "reports keep the log's order";
    EXPECT_EQ(s.told[i].value, expected[i]);
  }
}

TEST_F(LoopbackFaults, ARecordWithoutAFollowerIsNotHeldBackForEver) {
  fault(Kind::reorder, 300 * kMillisecond);
  open();
  Receiver& r = ready_receiver();
  Sender& s = sender();
  const Nanos appended = clock.now() + options.linger + options.network;
  send(s, "alone");
  run_for(5 * kSecond);
  ASSERT_EQ(r.seen.size(), 1u);
  EXPECT_EQ(r.seen[0].at, appended + 300 * kMillisecond + options.network);
  EXPECT_EQ(count(s, Persisted::yes), 1u);
  EXPECT_EQ(s.producer->in_flight(), 0u);
}

TEST_F(LoopbackFaults, RefusesExactly) {
  fault(Kind::refuse, 0, 4);
  open();
  Receiver& r = ready_receiver();
  Sender& s = sender();
  int refused = 0;
  for (int i = 0; i < kRecords; ++i) {
    if (send(s, "x") == Sent::refused) ++refused;
  }
  run_for(kSecond);
  EXPECT_EQ(refused, 250);
  EXPECT_EQ(s.told.size(), 750u);
  EXPECT_EQ(r.seen.size(), 750u);
  EXPECT_NE(s.producer->last_error(), "");
}

TEST_F(LoopbackFaults, FailsExactly) {
  fault(Kind::fail, 0, 5);
  open();
  Receiver& r = ready_receiver();
  Sender& s = sender();
  send_many(s);
  EXPECT_EQ(count(s, Persisted::no), 200u);
  EXPECT_EQ(count(s, Persisted::yes), 800u);
  EXPECT_EQ(r.seen.size(), 800u);
  for (const ToldAt& told : s.told) {
    EXPECT_EQ(told.offset == -1, told.persisted == Persisted::no);
  }
}

TEST_F(LoopbackFaults, TimesOutExactlyAndMayAppear) {
  LoopbackFault hidden, shown;
  hidden.kind = shown.kind = Kind::timeout;
  hidden.every = 5;
  hidden.until = clock.now() + 4 * kSecond;
  shown.from = hidden.until;
  shown.every = 5;
  shown.appears = true;
  options.faults = {hidden, shown};
  open();
  Receiver& r = ready_receiver();
  Sender& s = sender();
  for (int i = 0; i < 100; ++i) {
    send(s, "hidden");
    run_for(10 * kMillisecond);
  }
  run(shown.from);
  for (int i = 0; i < 100; ++i) {
    send(s, "shown");
    run_for(10 * kMillisecond);
  }
  run_for(kSecond);
  EXPECT_EQ(count(s, Persisted::possibly), 40u);
  EXPECT_EQ(std::ranges::count(r.values(), "hidden"), 80);
  EXPECT_EQ(std::ranges::count(r.values(), "shown"), 100);
}

TEST_F(LoopbackFaults, HitTheirWindowTopicAndPartitionOnly) {
  LoopbackFault f;
  f.kind = Kind::lose;
  f.topic = "t";
  f.partition = 1;
  options.faults = {f};
  f.topic = "another";
  f.partition = -1;
  options.faults.push_back(f);
  open(2);
  Receiver& r = ready_receiver();
  Sender& s = sender();
  for (int i = 0; i < 10; ++i) send(s, "x", i % 2);
  run_for(kSecond);
  ASSERT_EQ(r.seen.size(), 5u);
  for (const SeenAt& seen : r.seen) EXPECT_EQ(seen.partition, 0);
}

// The time of a run's start is known only then.
TEST_F(LoopbackFaults, CanBeAddedToARunningCluster) {
  open();
  Receiver& r = ready_receiver();
  Sender& s = sender();
  LoopbackFault f;
  f.kind = Kind::lose;
  f.from = clock.now() + kSecond;
  f.until = f.from + kSecond;
  add_fault(*cluster_, f);
  for (int i = 0; i < 30; ++i) {
    send(s, "x");
    run_for(100 * kMillisecond);
  }
  EXPECT_EQ(r.seen.size(), 20u);
}

// A lone dead partition parks the stream: the limit is the handle's.
TEST_F(LoopbackFaults, AStalledPartitionFillsTheQueueForAll) {
  LoopbackFault stall;
  stall.kind = Kind::stall;
  stall.partition = 0;
  stall.until = clock.now() + 10 * kSecond;
  options.faults = {stall};
  options.queue_messages = 100;
  open(2);
  Sender& s = sender();
  int taken = 0;
  while (send(s, "x", taken % 2) == Sent::accepted) {
    ++taken;
    run_for(10 * kMillisecond);
  }
  EXPECT_EQ(taken, 199) << "100 of the dead partition";
  EXPECT_EQ(send(s, "x", 1), Sent::queue_full);
  run(stall.until + kSecond);
  EXPECT_EQ(send(s, "x", 1), Sent::accepted);
}

TEST_F(LoopbackFaults, AFailedRecordAbortsItsTransaction) {
  fault(Kind::fail, 0, 3);
  open();
  Receiver& r = ready_receiver();
  Sender& s = sender({}, "id");
  ASSERT_TRUE(s.producer->begin_transaction().ok());
  for (int i = 0; i < 3; ++i) send(s, "x");
  ASSERT_TRUE(s.producer->end_transaction(true).ok());
  run_for(kSecond);
  ASSERT_EQ(s.ended.size(), 1u);
  EXPECT_FALSE(s.ended[0].event.committed);
  EXPECT_NE(s.ended[0].event.error, "");
  EXPECT_TRUE(r.seen.empty());
}

}  // namespace
}  // namespace freshet::cluster
