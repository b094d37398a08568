#include "harness/engine/threads.h"

#include <pthread.h>

#include <thread>
#include <vector>

namespace freshet::engine {

std::size_t Threads::reserve(const std::string& name) {
  places_.emplace_back().name = name;
  return places_.size() - 1;
}

void Threads::loop(Place& place) {
  pthread_setname_np(pthread_self(), place.name.substr(0, 15).c_str());
  while (!stop_.load(std::memory_order_acquire)) {
    const Stepped stepped = place.role->step(clock_);
    if (stepped.next > clock_.now()) place.wake.wait_until(clock_, stepped.next);
  }
}

void Threads::run(const std::function<bool()>& done) {
  stop_.store(false, std::memory_order_release);
  std::vector<std::thread> threads;
  for (Place& place : places_) {
    if (place.role) threads.emplace_back([this, &place] { loop(place); });
  }
  base::EventWake idle;
  while (!done()) idle.wait_until(clock_, clock_.now() + 5 * base::kMillisecond);
  stop_.store(true, std::memory_order_release);
  for (Place& place : places_) place.wake.at(clock_.now());
  for (std::thread& thread : threads) thread.join();
}

}  // namespace freshet::engine
