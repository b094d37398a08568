#include "harness/cluster/loopback/group.h"

#include <algorithm>
#include <set>

#include "harness/cluster/loopback/member.h"

namespace freshet::cluster::loopback {

void Group::join(MemberState& member, Nanos now) {
  if (takes_back(member, now)) return;
  members_.push_back(&member);
  begin_round(now);
}

// A static member that comes back in time takes its old place: with its partitions, or in the round that
// waits for it.
bool Group::takes_back(MemberState& member, Nanos now) {
  if (member.instance_id().empty()) return false;
  const auto before = std::ranges::find_if(members_, [&](const MemberState* other) {
    return other->absent() && other->instance_id() == member.instance_id();
  });
  if (before == members_.end()) return false;
  MemberState& old = **before;
  *before = &member;
  if (in_round_) {
    old.give_way();
    released(now);
  } else {
    member.succeed(old, now);
  }
  return true;
}

void Group::leave(MemberState& member, Nanos now) {
  if (std::erase(members_, &member) > 0) begin_round(now);
}

void Group::begin_round(Nanos now) {
  in_round_ = true;
  for (MemberState* member : members_) member->rebalance(now + core_.options.network);
  released(now);
}

void Group::released(Nanos now) {
  const bool waits = std::ranges::any_of(members_, [](const MemberState* m) { return m->holds(); });
  assigns_at_ = waits || members_.empty() ? base::kNever : now + core_.options.join;
  if (assigns_at_ != base::kNever) core_.schedule_for_all(assigns_at_, *this, 0);
}

void Group::fire(int, void*, Nanos at) {
  if (at != assigns_at_) return;  // the round was prolonged
  assigns_at_ = base::kNever;
  assign(at);
}

// Range assignment: each topic's partitions in contiguous pieces, the first members one more where they do
// not come out even.
void Group::assign(Nanos at) {
  in_round_ = false;
  std::set<std::string> topics;
  for (const MemberState* member : members_) topics.insert(member->topics().begin(), member->topics().end());
  for (const std::string& topic : topics) deal(topic);
  for (MemberState* member : members_) member->assigned(at);
}

void Group::deal(const std::string& name) {
  Topic* topic = core_.find_topic(name);
  if (!topic) return;
  std::vector<MemberState*> takers;
  for (MemberState* member : members_) {
    if (std::ranges::find(member->topics(), name) != member->topics().end()) takers.push_back(member);
  }
  const std::size_t each = topic->partitions.size() / takers.size();
  const std::size_t more = topic->partitions.size() % takers.size();
  std::int32_t next = 0;
  for (std::size_t i = 0; i < takers.size(); ++i) {
    for (std::size_t k = 0; k < each + (i < more ? 1 : 0); ++k) takers[i]->take(*topic, next++);
  }
}

std::int64_t Group::committed(const std::string& topic, std::int32_t partition) const {
  const auto found = committed_.find({topic, partition});
  return found == committed_.end() ? -1 : found->second;
}

}  // namespace freshet::cluster::loopback
