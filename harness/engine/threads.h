// The real-time driver: a thread a role, which steps it and waits in between.
#pragma once

#include <atomic>
#include <deque>
#include <vector>

#include "harness/engine/driver.h"

namespace freshet::engine {

class Threads final : public Driver {
 public:
  std::size_t reserve(const std::string& name) override;
  base::Wake& wake(std::size_t place) override { return places_[place].wake; }
  void attach(std::size_t place, Role& role) override { places_[place].role = &role; }
  base::Status keep_to(std::size_t place, const std::vector<int>& cpus) override;
  const base::Clock& clock() const override { return clock_; }
  void run(const std::function<bool()>& done) override;

 private:
  struct Place {
    std::string name;
    base::EventWake wake;
    Role* role = nullptr;
    std::vector<int> cpus;
  };
  void loop(Place& place);

  base::RealClock clock_;
  std::deque<Place> places_;  // stable addresses
  std::atomic<bool> stop_{false};
};

}  // namespace freshet::engine
