// The one clock seam. Nothing else in the program reads a clock or sleeps.
#pragma once

#include <atomic>
#include <limits>
#include <memory>

#include "harness/base/time.h"

namespace freshet::base {

// What a role may ask of time. RealClock is thread-safe; ManualClock belongs to the simulation's one thread.
class Clock {
 public:
  virtual ~Clock() = default;
  // Monotonic time, ns, of no particular origin.
  virtual Nanos now() const = 0;
  // Wall-clock time, ns since 1970. For names and cross-checks, never for a duration.
  virtual Nanos wall() const = 0;
  // CPU time of the calling thread, ns, without what an EventWake spun (V3). In simulation: scripted costs.
  virtual Nanos thread_cpu() const = 0;
};

class RealClock final : public Clock {
 public:
  Nanos now() const override;
  Nanos wall() const override;
  Nanos thread_cpu() const override;
};

// A clock that stands still until it is moved. `wall_offset` may be changed to imitate a stepping wall clock.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Nanos start = 0) : now_(start) {}
  Nanos now() const override { return now_; }
  Nanos wall() const override { return now_ + wall_offset_; }
  Nanos thread_cpu() const override { return cpu_; }
  void move_to(Nanos t) { now_ = t > now_ ? t : now_; }
  void advance(Nanos d) { now_ += d; }
  void set_wall_offset(Nanos offset) { wall_offset_ = offset; }
  void set_thread_cpu(Nanos cpu) { cpu_ = cpu; }

 private:
  Nanos now_;
  Nanos wall_offset_ = 0;
  Nanos cpu_ = 0;
};

// Where a role that waits can be woken: by a client that received something, or by another role.
// at(t) asks for a step at time t (monotonic; "now" or the past: at once). Callable from any thread. Only the
// earliest request is kept, and a step may take it: who wants a later one asks again when a step found
// nothing.
class Wake {
 public:
  virtual ~Wake() = default;
  virtual void at(Nanos t) = 0;
  // A descriptor that wakes the role when it becomes readable; clients that signal by descriptor write 8
  // bytes to it (an eventfd). -1 in simulation.
  virtual int fd() const { return -1; }
};

// Real-time Wake over an eventfd. wait_until() belongs to the one thread that runs the role.
class EventWake final : public Wake {
 public:
  EventWake();
  ~EventWake() override;
  EventWake(const EventWake&) = delete;
  EventWake& operator=(const EventWake&) = delete;

  void at(Nanos t) override;
  int fd() const override { return fd_; }

  // Waits until `deadline` (monotonic) or a wake-up, whichever is first; drains the descriptor. A wake-up
  // asked for a later time than the wait took is still owed to the next wait. Sleeps, then spins only for as
  // long as sleeping has been measured to overshoot on this thread (at most kMaximumSpin), so that an
  // intended time is met to some microseconds without burning a core.
  void wait_until(const Clock& clock, Nanos deadline);

  static constexpr Nanos kMaximumSpin = 100 * kMicrosecond;

 private:
  bool wait_for(const Clock& clock, Nanos until);  // false: woken before
  void sleep_until(Nanos from, Nanos deadline);

  static constexpr Nanos kAwake = std::numeric_limits<Nanos>::min();

  int fd_;
  std::atomic<Nanos> earliest_{kNever};
  std::atomic<Nanos> sleeping_until_{kAwake};
  Nanos overshoot_ = 50 * kMicrosecond;  // running estimate of how late a timed sleep returns
};

// Where the run's τ = 0 lies on the monotonic line. Set once, before any event; read by every role.
class RunTime {
 public:
  void start_at(Nanos monotonic) { start_.store(monotonic, std::memory_order_release); }
  bool started() const { return start_.load(std::memory_order_acquire) != kNever; }
  // Monotonic -> since start. REQUIRES: started().
  Nanos since_start(Nanos monotonic) const { return monotonic - start_.load(std::memory_order_relaxed); }
  Nanos monotonic(Nanos since_start) const { return since_start + start_.load(std::memory_order_relaxed); }

 private:
  std::atomic<Nanos> start_{kNever};
};

}  // namespace freshet::base
