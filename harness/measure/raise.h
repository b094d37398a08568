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

// True for the one thread that takes `at` of a mark that says what was taken: everything below it.
template <class T>
bool take(std::atomic<T>& mark, T at) {
  T held = mark.load(std::memory_order_relaxed);
  while (held <= at) {
    if (mark.compare_exchange_weak(held, at + 1, std::memory_order_release)) return true;
  }
  return false;
}

}  // namespace freshet::measure
