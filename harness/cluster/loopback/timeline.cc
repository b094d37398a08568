#include "harness/cluster/loopback/timeline.h"

namespace freshet::cluster::loopback {

void Timeline::advance(Nanos now) {
  while (!timers_.empty() && timers_.top().at <= now) {
    const Timer timer = timers_.top();
    timers_.pop();
    timer.target->fire(timer.kind, timer.what, timer.at);
  }
}

}  // namespace freshet::cluster::loopback
