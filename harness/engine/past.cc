#include "harness/engine/past.h"

#include <algorithm>

namespace freshet::engine {

base::Status Past::write(const std::vector<std::size_t>& places) {
  began_ = driver_.clock().now();
  context_.prefill_wall = driver_.clock().wall();
  for (std::size_t s = 0; s < context_.plan.streams.size(); ++s) {
    if (!context_.prefill[s]) continue;
    roles_.push_back(std::make_unique<Prefill>(context_, s));
    driver_.attach(places[s], *roles_.back());
  }
  if (roles_.empty()) return base::Ok{};
  driver_.run([&] {
    tell();
    while (cluster_.poll_statistics()) {  // of a time that is no part of the run; not to be piled up
    }
    return stop_asked() || std::ranges::all_of(roles_, [](const auto& role) { return role->over(); });
  });
  if (stop_asked()) return base::cluster_error("interrupted while the past was written");
  for (const auto& role : roles_) {
    if (!role->failure().empty()) return base::cluster_error(role->failure());
    Json note = role->note();
    note["took_ns"] = driver_.clock().now() - began_;
    context_.notes.add(driver_.clock().now(), "prefilled", std::move(note));
  }
  return base::Ok{};
}

void Past::tell() {
  const Nanos now = driver_.clock().now();
  if (!options_.on_progress || now - told_ < base::kSecond) return;
  told_ = now;
  Progress progress;
  progress.stage = Progress::Stage::prefilling;
  progress.elapsed = now - began_;
  for (const auto& role : roles_) {
    progress.prefilled += role->written();
    progress.to_prefill += role->planned();
  }
  options_.on_progress(progress);
}

}  // namespace freshet::engine
