#include "harness/measure/histogram.h"

#include <algorithm>
#include <cassert>

namespace freshet::measure {
namespace {

constexpr std::uint32_t kPageBits = HistogramPage::kBits;
constexpr std::uint32_t kPageSize = HistogramPage::kSize;

}  // namespace

PagePool::PagePool(std::size_t pages) {
  free_.reserve(pages);
  for (std::size_t i = 0; i < pages; ++i) free_.push_back(std::make_unique<HistogramPage>());
}

std::unique_ptr<HistogramPage> PagePool::take() {
  if (free_.empty()) return std::make_unique<HistogramPage>();
  std::unique_ptr<HistogramPage> page = std::move(free_.back());
  free_.pop_back();
  return page;
}

void PagePool::put(std::unique_ptr<HistogramPage> page) {
  page->counts.fill(0);
  free_.push_back(std::move(page));
}

Histogram::Histogram(int significant_digits, PagePool* pool)
    : digits_(significant_digits), layout_{significant_digits == 3 ? 10U : 7U}, pool_(pool) {
  assert(digits_ == 2 || digits_ == 3);
  pages_.resize((layout_.index(kHighest) >> kPageBits) + 1);
}

void Histogram::add_page(std::unique_ptr<HistogramPage>& page) {
  page = pool_ ? pool_->take() : std::make_unique<HistogramPage>();
}

void Histogram::out_of_range(std::int64_t us, std::uint64_t times) {
  (us < 0 ? negative_ : above_range_) += times;
}

// The bucket that kHighest lies in reaches beyond it; what is above the range is counted elsewhere.
std::int64_t Histogram::highest(std::uint32_t index) const {
  const auto width = std::int64_t{1} << layout_.bucket_of(index);
  return std::min(static_cast<std::int64_t>(layout_.lowest(index)) + width - 1, kHighest);
}

void Histogram::merge(const Histogram& other) {
  assert(digits_ == other.digits_);
  for (std::size_t p = 0; p < other.pages_.size(); ++p) {
    if (!other.pages_[p]) continue;
    if (!pages_[p]) add_page(pages_[p]);
    for (std::size_t i = 0; i < kPageSize; ++i) pages_[p]->counts[i] += other.pages_[p]->counts[i];
  }
  in_range_ += other.in_range_;
  negative_ += other.negative_;
  above_range_ += other.above_range_;
}

void Histogram::clear() {
  for (auto& page : pages_) {
    if (!page) continue;
    if (pool_) {
      pool_->put(std::move(page));
    } else {
      page->counts.fill(0);
    }
  }
  in_range_ = negative_ = above_range_ = 0;
}

std::int64_t Histogram::value_at_rank(std::uint64_t rank) const {
  assert(rank >= 1 && rank <= total());
  if (rank <= negative_) return -1;
  std::uint64_t seen = negative_;
  for (std::uint32_t p = 0; p < pages_.size(); ++p) {
    if (!pages_[p]) continue;
    for (std::uint32_t i = 0; i < kPageSize; ++i) {
      seen += pages_[p]->counts[i];
      if (seen >= rank) return highest((p << kPageBits) + i);
    }
  }
  return kHighest + 1;
}

std::int64_t Histogram::max_us() const {
  for (auto p = static_cast<std::uint32_t>(pages_.size()); p-- > 0;) {
    if (!pages_[p]) continue;
    for (std::uint32_t i = kPageSize; i-- > 0;) {
      if (pages_[p]->counts[i] > 0) return highest((p << kPageBits) + i);
    }
  }
  return 0;
}

void Histogram::visit(
    const std::function<void(std::uint32_t index, std::int64_t lowest_us, std::uint64_t count)>& f) const {
  for (std::uint32_t p = 0; p < pages_.size(); ++p) {
    if (!pages_[p]) continue;
    for (std::uint32_t i = 0; i < kPageSize; ++i) {
      const std::uint32_t index = (p << kPageBits) + i;
      const std::uint64_t count = pages_[p]->counts[i];
      if (count > 0) f(index, static_cast<std::int64_t>(layout_.lowest(index)), count);
    }
  }
}

void Histogram::add_at_index(std::uint32_t index, std::uint64_t count) {
  at(index) += count;
  in_range_ += count;
}

std::uint32_t Histogram::buckets() const {
  return layout_.index(kHighest) + 1;
}

}  // namespace freshet::measure
