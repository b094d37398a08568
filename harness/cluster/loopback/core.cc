#include "harness/cluster/loopback/core.h"

#include <algorithm>

#include "harness/base/random.h"
#include "harness/cluster/loopback/group.h"
#include "harness/cluster/loopback/member.h"
#include "harness/cluster/loopback/producer.h"

namespace freshet::cluster::loopback {
namespace {

// "loopback" as the index of the random stream: its first eight letters.
constexpr std::uint64_t kStream = 0x6c6f6f706261636bULL;

}  // namespace

std::int64_t Partition::last_stable(Nanos now) {
  const std::int64_t high = log.high_watermark(now);
  if (transactions.empty()) return high;
  std::erase_if(transactions, [&](const OpenTransaction& t) { return t.marker >= 0 && t.marker < high; });
  std::int64_t stable = high;
  for (const OpenTransaction& t : transactions) stable = std::min(stable, t.first_offset);
  return stable;
}

Core::Core(const base::Clock& c, LoopbackOptions o)
    : clock(c),
      options(std::move(o)),
      seed_(base::derive(options.seed, kStream)),
      faults_(options.faults),
      transactions_(1, TransactionState::committed) {}

Core::~Core() = default;

Topic* Core::find_topic(const std::string& name) {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second.get();
}

Topic& Core::create_topic(const TopicSpec& spec, Retention retention) {
  auto topic = std::make_unique<Topic>();
  topic->spec = spec;
  for (std::int32_t p = 0; p < spec.partitions; ++p) {
    Partition& partition = topic->partitions.emplace_back(retention);
    for (const LoopbackFault& fault : faults_) partition.faults.add(fault, spec.name, p);
  }
  return *(topics_[spec.name] = std::move(topic));
}

void Core::delete_topic(const std::string& name) {
  const auto found = topics_.find(name);
  if (found == topics_.end()) return;
  found->second->deleted = true;
  for (Partition& partition : found->second->partitions) partition.log.clear();
  deleted_topics_.push_back(std::move(found->second));
  topics_.erase(found);
}

Group& Core::group(const std::string& name) {
  auto& group = groups_[name];
  if (!group) group = std::make_unique<Group>(*this);
  return *group;
}

Group* Core::find_group(const std::string& name) {
  const auto found = groups_.find(name);
  return found == groups_.end() ? nullptr : found->second.get();
}

void Core::delete_group(const std::string& name) {
  const auto found = groups_.find(name);
  if (found == groups_.end()) return;
  deleted_groups_.push_back(std::move(found->second));
  groups_.erase(found);
}

std::vector<ListedTopic> Core::list_topics() const {
  std::vector<ListedTopic> listed;
  for (const auto& [name, topic] : topics_) listed.push_back({name, topic->spec.partitions});
  return listed;
}

std::vector<ListedGroup> Core::list_groups() const {
  std::vector<ListedGroup> listed;
  for (const auto& [name, group] : groups_) listed.push_back({name, !group->empty()});
  return listed;
}

void Core::add_fault(const LoopbackFault& fault) {
  faults_.push_back(fault);
  for (auto& [name, topic] : topics_) {
    for (std::size_t p = 0; p < topic->partitions.size(); ++p) {
      topic->partitions[p].faults.add(fault, name, static_cast<std::int32_t>(p));
    }
  }
}

void Core::schedule_for_all(Nanos at, Timed& target, int kind, void* what) {
  timeline.schedule(at, next_order(), target, kind, what);
  for_all_.push(at);
  for (Bell* bell : bells) bell->at(at);
}

Nanos Core::next_for_all(Nanos now) {
  while (!for_all_.empty() && for_all_.top() <= now) for_all_.pop();
  return for_all_.empty() ? base::kNever : for_all_.top();
}

void Core::announce(Partition& partition, Nanos at) {
  for (MemberState* reader : partition.readers) reader->bell.at(at);
}

Nanos Core::draw_ack(std::uint64_t order) const {
  const double unit = base::unit_open(base::random_at(seed_, order));
  const double factor = 1.0 + options.ack_spread * (2.0 * unit - 1.0);
  return static_cast<Nanos>(static_cast<double>(options.ack) * factor);
}

std::uint32_t Core::open_transaction() {
  transactions_.push_back(TransactionState::open);
  return static_cast<std::uint32_t>(transactions_.size() - 1);
}

}  // namespace freshet::cluster::loopback
