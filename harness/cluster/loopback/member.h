// The consuming side: a member's partitions, its positions, and the order in which it learns things.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/cluster/loopback/core.h"

namespace freshet::cluster::loopback {

// Settings of a real client that matter here.
struct MemberSettings {
  Nanos fetch_wait = 0;
  Nanos max_poll_interval = 300 * base::kSecond;
  Nanos session = 45 * base::kSecond;  // how long the group waits for a member that has vanished
};

// Every method REQUIRES the Core's lock and that the timeline was advanced to `now`.
class MemberState final : public Timed {
 public:
  MemberState(Core& core, const MemberOptions& options, const MemberSettings& settings, base::Wake& wake,
              Nanos now);

  std::optional<MemberEvent> poll(Nanos now);
  void pause(bool paused, Nanos now);
  void store(TopicPartition from, std::int64_t next_offset, Nanos now);
  void commit(Nanos now);
  void seek(TopicPartition from, std::int64_t offset, Nanos now);
  void close(Nanos now);
  bool closed() const { return phase_ == Phase::closed || phase_ == Phase::absent; }
  void abandon(Nanos now);
  void retire(Nanos now);  // its object is gone

  // For the group.
  const std::vector<std::string>& topics() const { return options_.topics; }
  const std::string& instance_id() const { return options_.instance_id; }
  // A round waits for it. The group cannot know of one that is absent that it will not answer.
  bool holds() const {
    return phase_ == Phase::owning || phase_ == Phase::revoking || phase_ == Phase::releasing ||
           phase_ == Phase::absent;
  }
  bool absent() const { return phase_ == Phase::absent; }
  // Its successor has taken its place.
  void give_way();
  // Goes on with what `before`, the same static member, had; outside of any round.
  void succeed(MemberState& before, Nanos now);
  void rebalance(Nanos told_at);
  void take(Topic& topic, std::int32_t partition);
  void assigned(Nanos at);

  void fire(int kind, void* what, Nanos at) override;

  Bell bell;

 private:
  enum Timer { kCheckPoll, kCommitStored, kCommitSent, kSessionOver };
  enum class Phase {
    joining,    // in the group, waits for its share; what was dealt lies in parts_ once `dealt_`
    owning,     // has been told its partitions
    revoking,   // a round has begun, it has not been told yet
    releasing,  // it has been told; its next poll lets its partitions go
    expelled,   // no longer in the group, does not know it yet
    outside,    // knows it; joins again with its next poll
    absent,     // has vanished, or is a static member that left: in the group until its session ends
    closed,
  };
  struct Part {
    TopicPartition id;
    Topic* topic = nullptr;
    Partition* partition = nullptr;
    std::int64_t position = 0;
    Cursor cursor;
    Nanos fetch_from = 0;            // an answer to a new fetch comes then at the earliest
    Nanos caught_up = base::kNever;  // since when nothing has been there
    std::int64_t end_told = -1;
    std::int64_t fetched = 0;  // expelled: what it had when it was thrown out ends here
    std::int64_t stored = -1, committed = -1;
    bool dead = false;  // told Reset: nothing comes until a seek
  };

  Part* find(TopicPartition id);
  std::optional<MemberEvent> group_event(Nanos now);
  MemberEvent tell_assigned(Nanos now);
  MemberEvent tell_lost();
  std::vector<TopicPartition> owned() const;

  std::optional<MemberEvent> fetch(Nanos now);  // fetch.cc
  std::optional<MemberEvent> fetch_part(Part& part, Nanos now);
  std::optional<MemberEvent> record_of(Part& part, std::int64_t limit, Nanos now);
  std::optional<MemberEvent> end_of(Part& part, std::int64_t limit, Nanos now);
  std::int64_t limit_of(Part& part, Nanos now);
  std::int64_t start_of(Part& part, Nanos at);
  Nanos next_event(Nanos now);
  Nanos next_of(Part& part, Nanos now);

  void release(Nanos now);
  void drop_parts();
  void go_absent(Nanos now);
  void depart(Nanos now);
  void expel(Nanos at);
  void commit_stored();
  void watch_poll(Nanos from);

  Core& core_;
  const MemberOptions options_;
  const MemberSettings settings_;
  Group* group_;
  Phase phase_ = Phase::joining;
  bool dealt_ = false;
  bool closing_ = false;
  bool paused_ = false;
  bool commit_due_ = false;
  std::size_t topics_checked_ = 0;  // of options_.topics: whether the cluster knows them
  std::vector<Part> parts_;
  std::vector<std::pair<Topic*, std::int32_t>> left_;  // absent: what it had
  std::size_t turn_ = 0, burst_ = 0;  // whose turn it is among parts_, and for how long it has been
  std::shared_ptr<Chunk> pinned_;     // holds the bytes of the record handed out last
  Nanos told_at_ = base::kNever;      // revoking, expelled: when it learns that
  Nanos polled_ = 0;
  Nanos answered_ = 0;  // when the last fetch brought something
};

}  // namespace freshet::cluster::loopback
