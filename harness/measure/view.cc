#include "harness/measure/view.h"

#include <algorithm>

namespace freshet::measure {

MemoryView::MemoryView(const std::vector<std::uint32_t>& keys) {
  for (const std::uint32_t count : keys) {
    auto words = count == 0 ? nullptr : std::make_unique<std::atomic<Nanos>[]>(count);
    for (std::uint32_t key = 0; key < count; ++key) words[key].store(kNothingYet, std::memory_order_relaxed);
    words_.push_back(std::move(words));
  }
}

Applied MemoryView::apply(std::uint16_t stream, std::uint32_t key, Nanos tau, std::uint64_t) {
  std::atomic<Nanos>& word = words_[stream][key];
  // One member owns the key's partition, but a member that lost it late may still write: never lower it.
  Nanos before = word.load(std::memory_order_relaxed);
  while (before < tau && !word.compare_exchange_weak(before, tau, std::memory_order_release)) {
  }
  return {.done = true, .before = before};
}

Nanos MemoryView::read(std::uint16_t stream, std::uint32_t key) const {
  return words_[stream][key].load(std::memory_order_acquire);
}

}  // namespace freshet::measure
