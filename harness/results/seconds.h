// Values by second: what a run folder tells of a series, put together and looked up.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <utility>
#include <vector>

#include "harness/measure/series.h"

namespace freshet::results {

// How two values of one second are put together: add(sum, more), in the order in which they were told.
template <class Value>
struct Fold;

// One value a second, in order of seconds. Quick where they come in that order and few seconds are missing,
// as those of a run do; right in any case.
template <class Value>
class Seconds {
 public:
  struct At {
    std::int64_t second = 0;
    Value value{};
  };

  // Takes values in any order. After the last one arrange() has to be called before anything else is asked.
  void add(std::int64_t second, const Value& value) {
    if (!all_.empty() && all_.back().second == second) return Fold<Value>::add(all_.back().value, value);
    in_order_ = in_order_ && (all_.empty() || all_.back().second < second);
    all_.push_back({second, value});
  }
  void arrange() {
    if (std::exchange(in_order_, true)) return;
    std::ranges::stable_sort(all_, {}, &At::second);
    std::size_t kept = 0;
    for (std::size_t i = 1; i < all_.size(); ++i) {
      if (all_[i].second == all_[kept].second) {
        Fold<Value>::add(all_[kept].value, all_[i].value);
      } else {
        all_[++kept] = all_[i];
      }
    }
    all_.resize(kept + 1);
  }

  // The value of a second; `otherwise` is put there when it has none.
  Value& get(std::int64_t second, const Value& otherwise) {
    if (all_.empty() || all_.back().second < second) return all_.emplace_back(At{second, otherwise}).value;
    const auto at = all_.begin() + (lower_bound(second) - begin());
    return at->second == second ? at->value : all_.insert(at, {second, otherwise})->value;
  }
  // Null: it has none.
  const Value* find(std::int64_t second) const {
    const At* const at = lower_bound(second);
    return at != end() && at->second == second ? &at->value : nullptr;
  }

  const At* begin() const { return all_.data(); }
  const At* end() const { return all_.data() + all_.size(); }
  // The first one of `second` or later.
  const At* lower_bound(std::int64_t second) const {
    assert(in_order_);
    if (all_.empty()) return end();
    const std::uint64_t guess =
        static_cast<std::uint64_t>(second) - static_cast<std::uint64_t>(all_.front().second);
    if (guess < all_.size() && all_[guess].second == second) return begin() + guess;
    return std::ranges::lower_bound(begin(), end(), second, {}, &At::second);
  }
  bool empty() const { return all_.empty(); }
  const At& back() const { return all_.back(); }

 private:
  std::vector<At> all_;
  bool in_order_ = true;
};

// The seconds of every series that a plan can have: of a stream, a pass (or measure::kNoPass) and a part of
// the stream, which is a partition or a tier.
template <class Value>
class BySeries {
 public:
  // `parts`: of each stream.
  BySeries(std::size_t passes, const std::vector<std::size_t>& parts) : passes_(passes), parts_(parts) {
    std::size_t series = 0;
    for (const std::size_t n : parts_) {
      first_.push_back(series);
      series += (passes + 1) * n;
    }
    all_.resize(series);
  }

  Seconds<Value>& of(std::size_t stream, std::size_t pass, std::size_t part = 0) {
    return all_[place(stream, pass, part)];
  }
  const Seconds<Value>& of(std::size_t stream, std::size_t pass, std::size_t part = 0) const {
    return all_[place(stream, pass, part)];
  }
  std::size_t parts(std::size_t stream) const { return parts_[stream]; }
  void arrange() {
    for (Seconds<Value>& series : all_) series.arrange();
  }

 private:
  std::size_t place(std::size_t stream, std::size_t pass, std::size_t part) const {
    assert(stream < parts_.size() && part < parts_[stream]);
    assert(pass < passes_ || pass == measure::kNoPass);
    return first_[stream] + std::min(pass, passes_) * parts_[stream] + part;
  }

  std::size_t passes_;
  std::vector<std::size_t> parts_, first_;  // by stream
  std::vector<Seconds<Value>> all_;
};

}  // namespace freshet::results
