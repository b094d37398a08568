// The loopback's log: retention, what lies below the log's start (P4), and reading all of it again.
#include "tests/simulation/loopback_fixture.h"

namespace freshet::cluster {
namespace {

class LoopbackLog : public LoopbackTest {
 protected:
  void fill(Sender& s, int n, std::size_t size) {
    for (int i = 0; i < n; ++i) {
      ASSERT_EQ(send(s, std::to_string(i) + std::string(size, '.')), Sent::accepted);
      if (i % 100 == 99) run_for(10 * kMillisecond);
    }
    run_for(kSecond);
  }
};

TEST_F(LoopbackLog, KeepsEverythingByDefault) {
  open();
  Sender& s = sender();
  fill(s, 5000, 500);
  Receiver& r = ready_receiver();
  ASSERT_EQ(r.seen.size(), 5000u);
  for (std::size_t i = 0; i < r.seen.size(); ++i) {
    ASSERT_EQ(r.seen[i].value, std::to_string(i) + std::string(500, '.'));
    ASSERT_EQ(r.seen[i].offset, static_cast<std::int64_t>(i));
  }
}

TEST_F(LoopbackLog, DropsTheOldestBeyondItsBytes) {
  open(1, {{"retention.bytes", "100000"}});
  Receiver& r = ready_receiver();
  r.member->pause();
  Sender& s = sender();
  fill(s, 1000, 997);
  r.member->resume();
  run_for(kSecond);
  ASSERT_EQ(r.resets.size(), 1u);
  const Reset reset = r.resets[0].event;
  EXPECT_EQ(reset.position, 0);
  EXPECT_EQ(reset.high_watermark, 1000);
  EXPECT_GT(reset.low_watermark, 850) << "at most retention.bytes and a chunk are kept";
  EXPECT_LE(reset.low_watermark, 900) << "at least retention.bytes are kept";
  EXPECT_TRUE(r.seen.empty()) << "dead until the seek";
  r.member->seek(reset.from, reset.low_watermark);
  run_for(kSecond);
  ASSERT_EQ(r.seen.size(), static_cast<std::size_t>(1000 - reset.low_watermark));
  EXPECT_EQ(r.seen.front().offset, reset.low_watermark);
}

TEST_F(LoopbackLog, HasABoundOfItsOwn) {
  options.retention_bytes = 200'000;  // of the topic, so half of it for each partition
  open(2);
  Sender& s = sender();
  fill(s, 1000, 997);
  Receiver& r = receiver();
  run_for(kSecond);
  EXPECT_GT(r.assigned.at(0).event.partitions.at(0).second, 850) << "the beginning is where the log begins";
}

TEST_F(LoopbackLog, DropsWhatIsTooOld) {
  open(1, {{"retention.ms", "60000"}});
  Sender& s = sender();
  fill(s, 100, 10);
  run_for(70 * kSecond);
  Receiver& r = ready_receiver();
  EXPECT_TRUE(r.seen.empty());
  EXPECT_EQ(r.assigned.at(0).event.partitions.at(0).second, 100);
  EXPECT_EQ(r.ends.at(0).event.offset, 100);
  send(s, "new");
  run_for(kSecond);
  EXPECT_EQ(r.values(), std::vector<std::string>{"new"});
}

// What was handed out stays readable until the next poll, whatever is dropped meanwhile.
TEST_F(LoopbackLog, ARecordOutlivesItsRetentionWhileItIsLookedAt) {
  open(1, {{"retention.bytes", "10000"}});
  Sender& s = sender();
  send(s, "looked at");
  run_for(kSecond);
  Receiver& r = receiver();
  r.hangs = true;  // polled by hand
  std::optional<MemberEvent> event;
  for (int i = 0; i < 1000 && !(event && std::holds_alternative<Record>(*event)); ++i) {
    clock.advance(kMillisecond);
    event = r.member->poll();
  }
  ASSERT_TRUE(event && std::holds_alternative<Record>(*event));
  fill(s, 1000, 997);
  const Bytes value = std::get<Record>(*event).value;
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(value.data()), value.size()), "looked at");
}

TEST_F(LoopbackLog, TakesRecordsLargerThanAChunk) {
  open(1, {{"segment.bytes", "2000"}});
  Sender& s = sender();
  fill(s, 5, 100'000);
  Receiver& r = ready_receiver();
  ASSERT_EQ(r.seen.size(), 5u);
  EXPECT_EQ(r.seen[4].value.size(), 100'001u);
}

}  // namespace
}  // namespace freshet::cluster
