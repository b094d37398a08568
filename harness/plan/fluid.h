// The fluid model of a group's members (T4): events flow in at the planned rate and out at one per service
// time; what does not fit waits. Exact for piecewise-linear rates. Internal to plan/.
#pragma once

#include <vector>

#include "harness/plan/lanes.h"
#include "harness/plan/plan.h"

namespace freshet::plan {

// One member over a short stretch in which all rates are linear.
struct FluidCell {
  Nanos begin = 0, end = 0;
  double rate = 0;                            // the greatest, events/s
  double waiting_begin = 0, waiting_end = 0;  // events
  double waiting_peak = 0;
};

// Waiting after a stretch of `seconds` in which the inflow changes linearly; service at `capacity` events/s.
struct FluidStep {
  double waiting = 0;    // at the end
  double peak = 0;       // greatest inside
  double empty_at = -1;  // seconds after the begin when nothing waited any more; -1: always something waits
};
FluidStep flow(double waiting, double rate_begin, double rate_end, double capacity, double seconds);

class GroupFluid {
 public:
  // REQUIRES: the group's service time > 0 and it reads something.
  GroupFluid(const Plan& plan, const std::vector<StreamLanes>& lanes, std::size_t group);

  int members() const { return static_cast<int>(cells_.size()); }
  double capacity() const { return capacity_; }  // of a member, events/s
  const std::vector<FluidCell>& cells(int member) const { return cells_[static_cast<std::size_t>(member)]; }
  // Seconds that an event waits before its service begins.
  double wait(double waiting) const { return waiting / capacity_; }
  // From `since` until nothing waits at any member; past the run's end its last rates go on. kNever if they
  // are too much.
  Nanos drain_time(Nanos since) const;
  // Expected events of stream and tier (-1: all) in [begin, end) that wait and are served longer than
  // `limit`.
  double expected_over(std::size_t stream, int tier, Nanos begin, Nanos end, Nanos limit) const;

 private:
  struct Source {  // one of the group's streams
    std::size_t stream = 0;
    std::vector<double> share;  // [(segment · (tiers + 1) + tier + 1) · members + member]
    std::size_t tiers = 0;
  };
  void share_out(std::size_t stream, const StreamLanes& lanes);
  double share(const Source& source, std::size_t segment, int tier, int member) const;
  std::vector<Nanos> grid() const;
  void run(int member, const std::vector<Nanos>& grid);

  const Plan& plan_;
  const Group& group_;
  double capacity_;
  double service_;  // seconds
  std::vector<Source> sources_;
  std::vector<std::vector<FluidCell>> cells_;
  std::vector<double> last_rate_;  // of a member, at the run's end
};

}  // namespace freshet::plan
