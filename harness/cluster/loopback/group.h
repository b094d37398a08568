// A consumer group: who is in it, which round of rebalancing it is in, and what it has committed.
//
// Eager, as the classic protocol: each change begins a round, in which every member gives up all it has; when
// the last has done so (or was thrown out) and the join delay is over, the partitions are dealt anew.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/cluster/loopback/core.h"

namespace freshet::cluster::loopback {

// Every method REQUIRES the Core's lock and that the timeline was advanced to `now`.
class Group final : public Timed {
 public:
  explicit Group(Core& core) : core_(core) {}

  void join(MemberState& member, Nanos now);
  void leave(MemberState& member, Nanos now);
  void released(Nanos now);  // a member has given up what it had
  bool empty() const { return members_.empty(); }

  void commit(const std::string& topic, std::int32_t partition, std::int64_t next_offset) {
    committed_[{topic, partition}] = next_offset;
  }
  std::int64_t committed(const std::string& topic, std::int32_t partition) const;  // -1: nothing

  // When the current round ends; kNever when there is none or it waits for a member.
  Nanos assigns_at() const { return assigns_at_; }

  void fire(int kind, void* what, Nanos at) override;

 private:
  bool takes_back(MemberState& member, Nanos now);
  void begin_round(Nanos now);
  void assign(Nanos at);
  void deal(const std::string& topic);

  Core& core_;
  std::vector<MemberState*> members_;  // by joining
  bool in_round_ = false;
  Nanos assigns_at_ = base::kNever;
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> committed_;
};

}  // namespace freshet::cluster::loopback
