#include "harness/engine/host_log.h"

#include "harness/results/host_seconds.h"

namespace freshet::engine {

void HostLog::write(const base::Clock& clock) {
  if (!read_ || !context_.time.started()) return;
  const Nanos now = context_.time.since_start(clock.now());
  if (now < 0 || (at_ >= 0 && base::second_of(now) == base::second_of(at_))) return;
  const base::HostUsage usage = read_();
  if (at_ >= 0) {
    facts_.add(results::HostSecond{.second = base::second_of(now),
                                   .interval = now - at_,
                                   .process_cpu = usage.process_cpu - before_.process_cpu,
                                   .host_total = usage.host_total - before_.host_total,
                                   .host_busy = usage.host_busy - before_.host_busy,
                                   .steal = usage.steal - before_.steal,
                                   .involuntary = usage.involuntary - before_.involuntary});
  }
  before_ = usage;
  at_ = now;
}

}  // namespace freshet::engine
