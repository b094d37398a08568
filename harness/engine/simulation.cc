#include "harness/engine/simulation.h"

#include <fmt/format.h>

#include <algorithm>

namespace freshet::engine {

Simulation::Simulation(StepCost cost) : cost_(std::move(cost)) {
  // Room for what is due, so that in a test that counts allocations all of them are the roles'.
  std::vector<Due> room;
  room.reserve(std::size_t{1} << 16);
  queue_ = decltype(queue_)(std::greater<>(), std::move(room));
  if (!cost_) cost_ = [](const std::string&, Nanos, bool worked) { return worked ? Nanos{1000} : Nanos{1}; };
}

std::size_t Simulation::reserve(const std::string& name) {
  Place& place = places_.emplace_back();
  place.name = name;
  place.wake.simulation = this;
  place.wake.place = places_.size() - 1;
  return places_.size() - 1;
}

void Simulation::schedule(std::size_t place, Nanos at) {
  Place& p = places_[place];
  if (at >= p.due) return;
  p.due = at;
  queue_.push({at, place});
}

void Simulation::step(Place& place) {
  place.due = base::kNever;
  clock_.set_thread_cpu(place.cpu);
  const Nanos before = clock_.now();
  const Stepped stepped = place.role->step(clock_);
  ++steps_;
  const Nanos cost = std::max<Nanos>(cost_(place.name, before, stepped.worked), 1);
  place.cpu += cost;
  if (!stepped.worked && stepped.next <= before) {
    defect_ = fmt::format("{} did nothing at {} ns and asks to be called at {} ns", place.name, before,
                          stepped.next);
  }
  clock_.advance(cost);
  if (stepped.next != base::kNever) schedule(place.wake.place, std::max(stepped.next, clock_.now()));
}

void Simulation::run(const std::function<bool()>& done) {
  for (Place& place : places_) {
    if (place.role) schedule(place.wake.place, clock_.now());
  }
  while (!done() && defect_.empty()) {
    if (queue_.empty()) {
      defect_ = "no role will ever be called again, and the run is not done";
      return;
    }
    const Due due = queue_.top();
    queue_.pop();
    Place& place = places_[due.place];
    if (!place.role || place.due != due.at) continue;  // superseded by an earlier request
    clock_.move_to(due.at);
    step(place);
  }
}

}  // namespace freshet::engine
