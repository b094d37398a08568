#include "harness/base/clock.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace freshet::base {
namespace {

Nanos read_clock(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return static_cast<Nanos>(t.tv_sec) * kSecond + t.tv_nsec;
}

void lower(std::atomic<Nanos>& held, Nanos t) {
  Nanos seen = held.load(std::memory_order_relaxed);
  while (t < seen && !held.compare_exchange_weak(seen, t)) {
  }
}

// The longest single sleep: bounds the timespec and lets a lost wake-up heal.
constexpr Nanos kLongestSleep = kSecond;

thread_local Nanos spun_by_this_thread = 0;  // CPU time

// A thread may spin for a fiftieth of its time. Who has more to wait for than that, a sender of hundreds of
// events a second, comes as late as a sleep returns, some 60 us, and leaves the core to the others.
class SpinAllowance {
 public:
  bool any_left(Nanos now) {
    left_ = std::min(kMost, left_ + (now - seen_) / 50);
    seen_ = now;
    return left_ > 0;
  }
  void spent(Nanos time) { left_ -= time; }

 private:
  static constexpr Nanos kMost = 2 * kMillisecond;
  Nanos seen_ = 0;
  Nanos left_ = kMost;
};
thread_local SpinAllowance spin_allowance;

// False: something asked for an earlier time meanwhile.
bool spin_until(const Clock& clock, Nanos until, const std::atomic<Nanos>& earliest) {
  const Nanos before = read_clock(CLOCK_THREAD_CPUTIME_ID);
  bool woken = false;
  while (!woken && clock.now() < until) woken = earliest.load(std::memory_order_relaxed) < until;
  const Nanos spun = read_clock(CLOCK_THREAD_CPUTIME_ID) - before;
  spun_by_this_thread += spun;
  spin_allowance.spent(spun);
  return !woken;
}

}  // namespace

Nanos RealClock::now() const {
  return read_clock(CLOCK_MONOTONIC);
}
Nanos RealClock::wall() const {
  return read_clock(CLOCK_REALTIME);
}
Nanos RealClock::thread_cpu() const {
  return read_clock(CLOCK_THREAD_CPUTIME_ID) - spun_by_this_thread;
}

EventWake::EventWake() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

EventWake::~EventWake() {
  close(fd_);
}

// The request is written before the sleeper is looked at, and a sleeper says so before it looks at requests:
// one of the two sees the other (both sequentially consistent). So only a sleeper that would sleep too long
// costs a system call.
void EventWake::at(Nanos t) {
  lower(earliest_, t);
  if (t >= sleeping_until_.load()) return;
  const std::uint64_t one = 1;
  // A full counter means that a wake-up is pending already, so a refused write loses nothing.
  [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);
}

void EventWake::sleep_until(Nanos from, Nanos deadline) {
  const Nanos span = std::clamp<Nanos>(deadline - from, 0, kLongestSleep);
  const timespec timeout{static_cast<time_t>(span / kSecond), static_cast<long>(span % kSecond)};
  pollfd waited{fd_, POLLIN, 0};
  if (ppoll(&waited, 1, &timeout, nullptr) > 0) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = read(fd_, &count, sizeof count);
  }
}

void EventWake::wait_until(const Clock& clock, Nanos deadline) {
  const Nanos asked = earliest_.exchange(kNever);
  const Nanos until = std::min(deadline, asked);
  if (wait_for(clock, until) && asked == until) return;
  if (asked != kNever) lower(earliest_, asked);  // it is still owed
}

bool EventWake::wait_for(const Clock& clock, Nanos until) {
  Nanos now = clock.now();
  const Nanos early = spin_allowance.any_left(now) ? overshoot_ : 0;
  if (until - now > early) {
    const Nanos wanted = until == kNever ? now + kLongestSleep : until - early;
    sleeping_until_.store(until);
    if (earliest_.load() >= until) sleep_until(now, wanted);
    sleeping_until_.store(kAwake);
    now = clock.now();
    // Only a sleep that ran its full course tells how late sleeping returns.
    if (until != kNever && now >= wanted && wanted - now < kLongestSleep) {
      overshoot_ += (std::min(now - wanted, kMaximumSpin) - overshoot_) / 8;
    }
    if (now < wanted) return false;  // woken before its time: the role decides
  } else {
    sleep_until(now, now);  // drain the descriptor without waiting
  }
  return until == kNever || spin_until(clock, until, earliest_);
}

}  // namespace freshet::base
