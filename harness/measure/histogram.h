// HdrHistogram's layout in pages (H1): 3 significant digits (2 for per-partition series), 1 us to 24 h.
//
// Never loses a sample silently: negative ones and those above the range are counted beside the buckets. Not
// thread-safe: one owner; merged off the hot path. A page is taken when it is touched for the first time,
// from a pool if there is one, so that histograms that come and go allocate nothing once the pool has enough.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "harness/base/time.h"

namespace freshet::measure {

using base::Nanos;

// Counts of neighbouring buckets: 1 KiB.
struct HistogramPage {
  static constexpr std::uint32_t kBits = 7;
  static constexpr std::uint32_t kSize = 1U << kBits;
  std::array<std::uint64_t, kSize> counts{};
};

// Emptied pages to be used again. Has the same owner as the histograms that draw from it.
class PagePool {
 public:
  explicit PagePool(std::size_t pages = 0);
  std::unique_ptr<HistogramPage> take();  // all zero; a new one if there is none left
  void put(std::unique_ptr<HistogramPage> page);

 private:
  std::vector<std::unique_ptr<HistogramPage>> free_;
};

// HdrHistogram's layout for a lowest discernible value of 1: buckets of doubling width, each of `half`
// sub-buckets (the first of 2 * half).
struct HistogramLayout {
  std::uint32_t half_magnitude;  // log2 of half: 10 for three digits, 7 for two

  std::uint32_t half() const { return 1U << half_magnitude; }
  std::uint32_t index(std::uint64_t value) const {
    const std::uint64_t mask = 2ULL * half() - 1;
    const auto bucket = static_cast<std::uint32_t>(std::bit_width(value | mask)) - half_magnitude - 1;
    const auto sub = static_cast<std::uint32_t>(value >> bucket);
    return (bucket << half_magnitude) + sub;
  }
  std::uint32_t bucket_of(std::uint32_t index) const {
    const std::uint32_t bucket = index >> half_magnitude;
    return bucket == 0 ? 0 : bucket - 1;
  }
  std::uint64_t lowest(std::uint32_t index) const {
    const std::uint32_t sub = (index & (half() - 1)) + (index < half() ? 0 : half());
    return static_cast<std::uint64_t>(sub) << bucket_of(index);
  }
};

class Histogram {
 public:
  static constexpr std::int64_t kHighest = 86'400'000'000;  // us: 24 h
  // `pool` is not owned and outlives every call but the destructor; null: pages come from the heap.
  explicit Histogram(int significant_digits = 3, PagePool* pool = nullptr);

  // Rounds down to whole microseconds. Negative and above-range samples go to counters of their own.
  void record(Nanos ns) { record_us(ns >= 0 ? ns / base::kMicrosecond : -1); }
  void record_us(std::int64_t us, std::uint64_t times = 1) {
    if (static_cast<std::uint64_t>(us) > static_cast<std::uint64_t>(kHighest)) [[unlikely]]
      return out_of_range(us, times);
    at(layout_.index(static_cast<std::uint64_t>(us))) += times;
    in_range_ += times;
  }
  void merge(const Histogram& other);  // REQUIRES: same digits
  void clear();                        // gives the pages back to the pool, or keeps them

  // Samples in buckets, and all of them.
  std::uint64_t in_range() const { return in_range_; }
  std::uint64_t negative() const { return negative_; }
  std::uint64_t above_range() const { return above_range_; }
  std::uint64_t total() const { return in_range_ + negative_ + above_range_; }

  // Nearest rank: the highest value equivalent to the rank-th smallest sample, us, at most kHighest; rank
  // from 1; negatives first. Returns -1 for a negative sample, kHighest + 1 for one above the range.
  // REQUIRES: 1 <= rank <= total().
  std::int64_t value_at_rank(std::uint64_t rank) const;
  std::int64_t max_us() const;  // highest value equivalent to the largest in range, at most kHighest; 0: none

  int digits() const { return digits_; }
  // Visits touched buckets in order: index, lowest value (us), count. Indices are HdrHistogram's counts
  // indices.
  void visit(
      const std::function<void(std::uint32_t index, std::int64_t lowest_us, std::uint64_t count)>& f) const;
  // For decoding a log. REQUIRES: index < buckets().
  void add_at_index(std::uint32_t index, std::uint64_t count);
  std::uint32_t buckets() const;  // how many indices there are

 private:
  void out_of_range(std::int64_t us, std::uint64_t times);
  std::int64_t highest(std::uint32_t index) const;

  int digits_;
  HistogramLayout layout_;
  std::uint64_t in_range_ = 0, negative_ = 0, above_range_ = 0;
  std::uint64_t& at(std::uint32_t index) {
    std::unique_ptr<HistogramPage>& page = pages_[index >> HistogramPage::kBits];
    if (!page) [[unlikely]]
      add_page(page);
    return page->counts[index & (HistogramPage::kSize - 1)];
  }
  void add_page(std::unique_ptr<HistogramPage>& page);

  PagePool* pool_;
  std::vector<std::unique_ptr<HistogramPage>> pages_;  // null: not touched
};

}  // namespace freshet::measure
