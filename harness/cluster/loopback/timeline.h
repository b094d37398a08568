// What the loopback has still to do, in order of time, and how the objects that wait for it are woken.
#pragma once

#include <cstdint>
#include <limits>
#include <queue>
#include <vector>

#include "harness/base/clock.h"

namespace freshet::cluster::loopback {

using base::Nanos;

// Something that has things to do at times of its own. Lives as long as the Timeline.
class Timed {
 public:
  virtual ~Timed() = default;
  // `at` is the time for which it was scheduled, which may be long past: nothing moves between calls.
  virtual void fire(int kind, void* what, Nanos at) = 0;
};

// Timers in order of (time, order). Not thread-safe: the Core's lock guards it.
class Timeline {
 public:
  void schedule(Nanos at, std::uint64_t order, Timed& target, int kind, void* what = nullptr) {
    timers_.push({at, order, &target, kind, what});
  }
  // Fires all that are due. Firing may schedule more, also for times that are due already.
  void advance(Nanos now);

 private:
  struct Timer {
    Nanos at;
    std::uint64_t order;
    Timed* target;
    int kind;
    void* what;
    bool operator>(const Timer& other) const { return at != other.at ? at > other.at : order > other.order; }
  };
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
};

// The way to one object's Wake. Every request is passed on: the Wake may have given one up that it was told
// before (it keeps the earliest, and others than this cluster may ring it), and it costs a system call only
// to a sleeper.
class Bell {
 public:
  explicit Bell(base::Wake& wake) : wake_(&wake) {}

  void at(Nanos t) {
    if (t > quiet_until_ && t != base::kNever) wake_->at(t);
  }

  // The object is being polled at `now`: what is due by then it gets without being rung, if it looks after
  // end_poll().
  void begin_poll(Nanos now) { quiet_until_ = now; }
  void end_poll() { quiet_until_ = kAlwaysLoud; }

 private:
  static constexpr Nanos kAlwaysLoud = std::numeric_limits<Nanos>::min();

  base::Wake* wake_;
  Nanos quiet_until_ = kAlwaysLoud;
};

}  // namespace freshet::cluster::loopback
