// The worst events: a bounded min-heap, so that the path of an ordinary event is one comparison.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "harness/measure/recorder.h"

namespace freshet::measure {

// The greatest `kWorst` of what was offered. Less(a, b): a is less bad.
template <class Item, class Less = std::less<Item>>
class Worst {
 public:
  Worst() { heap_.reserve(kWorst); }
  // True when the item is among the worst so far; it is then kept.
  bool admit(const Item& item) {
    if (heap_.size() < kWorst) {
      heap_.push_back(item);
      std::push_heap(heap_.begin(), heap_.end(), more_);
      return true;
    }
    if (!less_(heap_.front(), item)) return false;
    std::pop_heap(heap_.begin(), heap_.end(), more_);
    heap_.back() = item;
    std::push_heap(heap_.begin(), heap_.end(), more_);
    return true;
  }
  const std::vector<Item>& items() const { return heap_; }
  void clear() { heap_.clear(); }

 private:
  Less less_;
  struct More {  // the least bad one on top
    Less less;
    bool operator()(const Item& a, const Item& b) const { return less(b, a); }
  } more_;
  std::vector<Item> heap_;
};

// By staleness.
struct LessStale {
  bool operator()(const WorstEvent& a, const WorstEvent& b) const {
    return a.visible - a.tau < b.visible - b.tau;
  }
};

}  // namespace freshet::measure
