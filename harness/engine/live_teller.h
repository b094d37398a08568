// Tells those who watch a run how it stands, whenever the writer has taken what was recorded. Belongs to the
// writer's thread: nothing of it is on the path of an event.
#pragma once

#include <functional>
#include <vector>

#include "harness/engine/context.h"
#include "harness/results/live.h"

namespace freshet::engine {

class LiveTeller {
 public:
  LiveTeller(const Context& context, std::function<void(const results::Live&)> tell);

  void add(const measure::Interval& interval) { tally_.add(interval); }
  void tell(Nanos now);  // monotonic

 private:
  void offer(Nanos until);
  void tell_lags(results::Live& live, Nanos since);
  void add_untold(results::LivePass& live, Nanos since) const;

  const Context& context_;
  std::function<void(const results::Live&)> tell_;
  results::Tally tally_;
  std::vector<std::vector<plan::TimeCursor>>
      due_;             // by stream, then lane: at the first event not yet offered
  results::Live last_;  // told while lags went on
};

}  // namespace freshet::engine
