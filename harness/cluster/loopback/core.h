// The state that all objects of one loopback cluster share: time, topics, groups, and the lock over them.
//
// Lock discipline: an object's public call takes a Turn, which locks and does what is due; everything below
// that level requires the lock and is given the time.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "harness/cluster/loopback/faults.h"
#include "harness/cluster/loopback/log.h"
#include "harness/cluster/loopback/loopback.h"
#include "harness/cluster/loopback/timeline.h"

namespace freshet::cluster::loopback {

class Group;
class MemberState;
class ProducerState;

// A transaction's presence in one partition.
struct OpenTransaction {
  std::uint32_t id = 0;
  std::int64_t first_offset = 0;
  std::int64_t marker = -1;  // offset of the control record that ended it
};

struct Partition {
  explicit Partition(Retention retention) : log(retention) {}
  std::int64_t last_stable(Nanos now);  // below it every transaction is decided

  PartitionLog log;
  Faults faults;
  std::vector<OpenTransaction> transactions;
  std::vector<MemberState*> readers;  // members that have it assigned, also those that lost it unknowingly
};

struct Topic {
  TopicSpec spec;
  bool deleted = false;
  std::deque<Partition> partitions;
  std::vector<ProducerState*> producers;
};

enum class TransactionState : std::uint8_t { open, committed, aborted };

class Core {
 public:
  Core(const base::Clock& clock, LoopbackOptions options);
  ~Core();

  Topic* find_topic(const std::string& name);  // nullptr when there is none
  Topic& create_topic(const TopicSpec& spec, Retention retention);
  void delete_topic(const std::string& name);
  Group& group(const std::string& name);  // made when there is none
  Group* find_group(const std::string& name);
  void delete_group(const std::string& name);
  std::vector<ListedTopic> list_topics() const;
  std::vector<ListedGroup> list_groups() const;
  void add_fault(const LoopbackFault& fault);

  // A timer after which someone may have to look who was not told otherwise: rings every bell at that time.
  void schedule_for_all(Nanos at, Timed& target, int kind, void* what = nullptr);
  // The earliest such time after `now`.
  Nanos next_for_all(Nanos now);
  std::uint64_t next_order() { return ++order_; }
  // Rings the members that read the partition.
  void announce(Partition& partition, Nanos at);
  // Uniform in [ack (1 - spread), ack (1 + spread)).
  Nanos draw_ack(std::uint64_t order) const;

  std::uint32_t open_transaction();
  TransactionState& transaction(std::uint32_t id) { return transactions_[id]; }

  const base::Clock& clock;
  const LoopbackOptions options;
  Timeline timeline;
  std::vector<std::unique_ptr<ProducerState>> producers;  // kept to the end: timers refer to them
  std::vector<std::unique_ptr<MemberState>> members;
  std::vector<Bell*> bells;

 private:
  friend class Turn;
  std::mutex mutex_;
  std::uint64_t seed_;
  std::uint64_t order_ = 0;
  std::priority_queue<Nanos, std::vector<Nanos>, std::greater<>> for_all_;
  std::vector<LoopbackFault> faults_;
  std::map<std::string, std::unique_ptr<Topic>> topics_;
  std::vector<std::unique_ptr<Topic>> deleted_topics_;
  std::map<std::string, std::unique_ptr<Group>> groups_;
  std::vector<std::unique_ptr<Group>> deleted_groups_;
  std::vector<TransactionState> transactions_;
};

// One call's turn: holds the lock, has done what was due, knows the time.
class Turn {
 public:
  explicit Turn(Core& core) : lock_(core.mutex_), now_(core.clock.now()) { core.timeline.advance(now_); }
  // A turn of an object that goes on to look for everything that is due.
  Turn(Core& core, Bell& polled) : lock_(core.mutex_), now_(core.clock.now()) {
    polled.begin_poll(now_);
    core.timeline.advance(now_);
    polled.end_poll();
  }
  Nanos now() const { return now_; }

 private:
  std::lock_guard<std::mutex> lock_;
  Nanos now_;
};

}  // namespace freshet::cluster::loopback
