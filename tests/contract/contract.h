// The contract of the seam (design 2.3): the same cases for the loopback, on a manual and on the real clock,
// and for a real Kafka. Nothing here sleeps: a wait ends with a wake-up of the client, or moves the clock.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/cluster/cluster.h"

namespace freshet::cluster {

// A cluster under test, with its clock and one Wake that all objects of a case share.
class Bench {
 public:
  virtual ~Bench() = default;
  virtual Cluster& cluster() = 0;
  virtual const base::Clock& clock() const = 0;
  virtual base::Wake& wake() = 0;
  // Waits for a wake-up, at most until `deadline`.
  virtual void wait(Nanos deadline) = 0;
};

struct Target {
  std::string name;
  std::function<std::unique_ptr<Bench>()> make;
};
// The clusters of this test program; loopback_targets.cc or kafka_targets.cc gives them.
std::vector<Target> targets();
void PrintTo(const Target& target, std::ostream* out);
std::string target_name(const testing::TestParamInfo<Target>& info);

std::string text(Bytes bytes);
Bytes bytes(const std::string& text);

struct Seen {
  TopicPartition from;
  std::int64_t offset;
  std::int64_t timestamp_ms;
  std::string key, value;
};

// A member with all that it has learnt. Checks on the way what always holds: records come from partitions
// that it owns, at or after the start it was told, in order of offset.
class Reading {
 public:
  explicit Reading(std::unique_ptr<Member> member) : member_(std::move(member)) {}

  void drain();
  Member& member() { return *member_; }
  void destroy() { member_.reset(); }
  void vanish() {
    member_->abandon();
    member_.reset();
  }
  bool owns(std::int32_t partition, std::uint16_t topic = 0) const {
    return owned.contains({topic, partition});
  }
  // Values of one partition, in the order in which they came.
  std::vector<std::string> values(std::int32_t partition, std::uint16_t topic = 0) const;
  std::int64_t end(std::int32_t partition) const;  // last told; -1: none

  bool hangs = false;                              // is not polled
  bool store_all = false;                          // stores each record's successor as it comes
  std::map<TopicPartition, std::int64_t> owned;    // position: start, then the offset after the last record
  std::map<TopicPartition, std::int64_t> started;  // where the last assignment began
  std::set<TopicPartition> without_offset;         // for which the group had committed nothing
  std::vector<Seen> records;
  std::vector<End> ends;
  std::vector<Reset> resets;
  std::vector<std::string> errors;
  int assignments = 0, revoked = 0, lost = 0;

 private:
  void on(const Record& record);
  void on(const Assigned& assigned);
  void on(const Revoked& event) { ++revoked, give_up(event.partitions); }
  void on(const Lost& event) { ++lost, give_up(event.partitions); }
  void on(const End& end) { ends.push_back(end); }
  void on(const Reset& reset) { resets.push_back(reset); }
  void on(const MemberError& error) { errors.push_back(error.message); }
  void give_up(const std::vector<TopicPartition>& partitions);

  std::unique_ptr<Member> member_;
};

struct Told {
  Persisted persisted;
  std::int64_t offset;
  std::int32_t partition;
  std::string value, error;
  Nanos at;  // when poll() returned it
};

// A producer with all its reports.
class Writing {
 public:
  Writing(std::unique_ptr<Producer> producer, const base::Clock& clock)
      : producer_(std::move(producer)), clock_(clock) {}

  Sent send(std::int32_t partition, const std::string& value, const std::string& key = "k",
            std::int64_t timestamp_ms = 1'700'000'000'000);
  // REQUIRES: the queue has room.
  void send_all(std::int32_t partition, const std::vector<std::string>& values);
  void drain();
  Producer& producer() { return *producer_; }

  std::vector<Told> reports;

 private:
  std::unique_ptr<Producer> producer_;
  const base::Clock& clock_;
};

class Contract : public testing::TestWithParam<Target> {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Polls until `done` holds; false when it does not within the time. A client that forgets to wake its role
  // fails here, for then nothing polls it again before the deadline.
  bool eventually(const std::function<bool()>& done, Nanos within = 30 * base::kSecond);
  // Asks again every 50 ms until `done` holds: for what the cluster does in its own time and tells nobody of.
  bool in_time(const std::function<bool()>& done);
  // Keeps polling for `span`.
  void for_a_while(Nanos span);
  void drain_all();

  std::string make_topic(int partitions = 1, Settings config = {});
  std::string make_group();
  Writing& write(const std::string& topic, int partitions = 1, Settings settings = {},
                 const std::string& transactional_id = "");
  Reading& read(const MemberOptions& options);
  // Subscribes a new member; waits until it owns `partitions` when that is not 0.
  Reading& read(const std::string& topic, const std::string& group, bool from_beginning = true,
                std::size_t partitions = 1);
  bool finish(Writing& writing);  // every record is reported
  bool close(Reading& reading);
  // A role that hangs: the case goes on without polling this member.
  void stop_polling(Reading& reading) { reading.hangs = true; }
  void poll_again(Reading& reading) { reading.hangs = false; }
  std::vector<EndOffsets> end_offsets(const std::string& topic, int partitions);
  std::vector<std::int64_t> committed(const std::string& group, const std::string& topic, int partitions);

  Admin& admin() { return *admin_; }
  Cluster& cluster() { return bench_->cluster(); }
  base::Wake& wake() { return bench_->wake(); }
  Nanos now() const { return bench_->clock().now(); }
  static constexpr Nanos kPatience = 30 * base::kSecond;

 private:
  std::unique_ptr<Bench> bench_;
  std::unique_ptr<Admin> admin_;
  std::vector<std::unique_ptr<Writing>> writings_;
  std::vector<std::unique_ptr<Reading>> readings_;
  std::vector<std::string> topics_, groups_;
  int made_ = 0;
};

// v0 … v(n-1)
std::vector<std::string> numbered(int n, const std::string& prefix = "v");

}  // namespace freshet::cluster
