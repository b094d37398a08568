// Counts what the threads of a test program allocate and lock. Linking freshet_counted replaces operator new
// and pthread_mutex_lock (std::mutex) of the whole program.
#pragma once

#include <cstddef>
#include <cstdint>

namespace freshet::test {

struct Counts {
  std::uint64_t allocations = 0, locks = 0;
};
// Of the calling thread, since it began.
Counts counted();

// While one of the calling thread lives, nothing of the thread is counted.
class NotCounted {
 public:
  NotCounted();
  ~NotCounted();
  NotCounted(const NotCounted&) = delete;
  NotCounted& operator=(const NotCounted&) = delete;
};

// Larger allocations of the whole program are not counted from here on. By default every one is.
void count_allocations_below(std::size_t bytes);

// TSan has a lock of its own in the place of the counting one.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kLocksCounted = false;
#else
inline constexpr bool kLocksCounted = true;
#endif

}  // namespace freshet::test
