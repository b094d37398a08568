// A mark that several threads only ever move forward.
#pragma once

#include <atomic>

namespace freshet::measure {

template <class T>
void raise(std::atomic<T>& mark, T to) {
  T held = mark.load(std::memory_order_relaxed);
  while (held < to && !mark.compare_exchange_weak(held, to, std::memory_order_release)) {
  }
}

}  // namespace freshet::measure
