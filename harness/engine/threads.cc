#include "harness/engine/threads.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

#include <thread>
#include <vector>

namespace freshet::engine {

std::size_t Threads::reserve(const std::string& name) {
  places_.emplace_back().name = name;
  return places_.size() - 1;
}

base::Status Threads::keep_to(std::size_t place, const std::vector<int>& cpus) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  for (const int cpu : cpus) {
    if (cpu >= 0 && cpu < CPU_SETSIZE && CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) continue;
    return base::usage_error(fmt::format("{} is to keep to CPU {}, which this process may not use; it has {}",
                                         places_[place].name, cpu, CPU_COUNT(&allowed)));
  }
  places_[place].cpus = cpus;
  return base::Ok{};
}

void Threads::loop(Place& place) {
  if (!place.cpus.empty()) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : place.cpus) CPU_SET(static_cast<std::size_t>(cpu), &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
  }
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
