// Records that a member has received and that are not visible yet (T3): a bounded ring, first in, first out.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "harness/cluster/cluster.h"
#include "harness/measure/shard.h"

namespace freshet::engine {

class Waiting {
 public:
  struct Item {
    measure::Received record;
    cluster::TopicPartition from;
    base::Nanos due = 0;   // since start: when its service ends
    bool event = true;     // false: a probe or a stranger, which is only passed
    bool dropped = false;  // its partition was revoked meanwhile: it has no v
  };

  explicit Waiting(std::size_t capacity) : items_(capacity) {}
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == items_.size(); }
  std::size_t size() const { return size_; }
  Item& front() { return items_[first_]; }
  const Item& front() const { return items_[first_]; }
  void push(const Item& item) {  // REQUIRES: !full()
    items_[(first_ + size_) % items_.size()] = item;
    ++size_;
    most_ = std::max(most_, size_);
  }
  // The greatest size() since the last call.
  std::size_t take_most() { return std::exchange(most_, size_); }
  void pop() {  // REQUIRES: !empty()
    first_ = (first_ + 1) % items_.size();
    --size_;
  }
  bool holds(cluster::TopicPartition from) const {
    for (std::size_t i = 0; i < size_; ++i) {
      const Item& item = items_[(first_ + i) % items_.size()];
      if (item.from == from && !item.dropped) return true;
    }
    return false;
  }
  void drop(cluster::TopicPartition from) {
    for (std::size_t i = 0; i < size_; ++i) {
      Item& item = items_[(first_ + i) % items_.size()];
      if (item.from == from) item.dropped = true;
    }
  }

 private:
  std::vector<Item> items_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  std::size_t most_ = 0;
};

}  // namespace freshet::engine
