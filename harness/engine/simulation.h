// The simulated driver (S2): all roles in one loop on a manual clock. It takes the smallest (wake time,
// place), moves the clock to it, steps the role, then moves the clock by the cost of what was done. Every
// result is reproducible.
#pragma once

#include <deque>
#include <queue>
#include <vector>

#include "harness/engine/driver.h"

namespace freshet::engine {

// What a step costs, ns (at least 1 is charged for one that worked). Starvation is scripted here.
using StepCost = std::function<Nanos(const std::string& role, Nanos now, bool worked)>;

class Simulation final : public Driver {
 public:
  explicit Simulation(StepCost cost = {});
  std::size_t reserve(const std::string& name) override;
  base::Wake& wake(std::size_t place) override { return places_[place].wake; }
  void attach(std::size_t place, Role& role) override { places_[place].role = &role; }
  const base::Clock& clock() const override { return clock_; }
  base::ManualClock& manual_clock() { return clock_; }

  // Ends also when nothing will ever wake again, or when a role that did nothing asks to be called at once:
  // both are bugs of the product and are told by defect().
  void run(const std::function<bool()>& done) override;
  const std::string& defect() const { return defect_; }
  std::uint64_t steps() const { return steps_; }

 private:
  struct SimulatedWake final : base::Wake {
    Simulation* simulation = nullptr;
    std::size_t place = 0;
    void at(Nanos t) override { simulation->schedule(place, t); }
  };
  struct Place {
    std::string name;
    SimulatedWake wake;
    Role* role = nullptr;
    Nanos due = base::kNever;
    Nanos cpu = 0;
  };
  struct Due {
    Nanos at;
    std::size_t place;
    bool operator>(const Due& other) const { return at != other.at ? at > other.at : place > other.place; }
  };
  void schedule(std::size_t place, Nanos at);
  void step(Place& place);

  base::ManualClock clock_;
  StepCost cost_;
  std::deque<Place> places_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> queue_;  // stale entries are skipped
  std::string defect_;
  std::uint64_t steps_ = 0;
};

}  // namespace freshet::engine
