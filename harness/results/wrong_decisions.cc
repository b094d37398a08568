#include "harness/results/wrong_decisions.h"

#include <algorithm>
#include <utility>

#include "harness/results/line_file.h"

namespace freshet::results {

using plan::KnownKey;

WrongDecisions::WrongDecisions(const plan::Plan& plan, const plan::DecisionsOf& of,
                               std::vector<std::string>& damage)
    : plan_(plan), damage_(damage), known_(plan.reads.size(), 0) {
  const auto decides = [](const plan::Read& read) { return !read.decide.empty(); };
  if (!of || std::ranges::none_of(plan.reads, decides)) return;
  auto made = of(plan);
  if (!made) {
    const std::string all = made.error().message + "\n";
    Lines lines(all);
    for (std::string_view line; lines.next(line);) damage_.emplace_back(line);
    return;
  }
  decisions_ = std::move(made).value();
  for (std::size_t read = 0; read < plan.reads.size(); ++read) known_[read] = decides(plan.reads[read]);
}

void WrongDecisions::fail(std::size_t read, const std::string& why) {
  known_[read] = false;
  damage_.push_back(why);
}

bool WrongDecisions::same(std::size_t read, Nanos at, std::span<const KnownKey> one,
                          std::span<const KnownKey> other) {
  if (!known_[read]) return true;
  const base::Result<bool> answer = decisions_->same(read, at, one, other);
  if (!answer) fail(read, answer.error().message);
  return !answer || *answer;
}

std::vector<std::size_t> WrongDecisions::differing(std::size_t read, std::span<const KnownKey> seen,
                                                   std::span<const KnownKey> truth) const {
  std::vector<std::size_t> places;
  const std::vector<std::size_t>& streams = plan_.reads[read].streams;
  std::size_t key = 0;
  for (std::size_t place = 0; place < streams.size(); ++place) {
    const std::size_t end = key + plan_.streams[streams[place]].keys_of_account();
    bool differs = false;
    for (; key < end; ++key) differs = differs || seen[key].events != truth[key].events;
    if (differs) places.push_back(place);
  }
  return places;
}

template <class Chosen>
const std::vector<KnownKey>& WrongDecisions::put_right(std::size_t read, std::span<const KnownKey> seen,
                                                       std::span<const KnownKey> truth, Chosen&& chosen) {
  mixed_.assign(seen.begin(), seen.end());
  const std::vector<std::size_t>& streams = plan_.reads[read].streams;
  std::size_t key = 0;
  for (std::size_t place = 0; place < streams.size(); ++place) {
    const std::size_t end = key + plan_.streams[streams[place]].keys_of_account();
    for (; key < end; ++key) {
      if (chosen(place)) mixed_[key] = truth[key];
    }
  }
  return mixed_;
}

// A class is the cause when seeing it alone in time would have put the decision right, and no other would
// have.
WrongDecision WrongDecisions::judge(std::size_t read, Nanos at, std::span<const KnownKey> seen,
                                    std::span<const KnownKey> truth) {
  WrongDecision decision;
  const std::vector<std::size_t> places = differing(read, seen, truth);
  if (places.empty() || same(read, at, seen, truth)) return decision;
  decision.wrong = true;
  std::vector<std::size_t> causes = places;
  if (places.size() > 1) {
    std::erase_if(causes, [&](std::size_t place) {
      const auto& mixed = put_right(read, seen, truth, [&](std::size_t p) { return p == place; });
      return !same(read, at, mixed, truth);
    });
  }
  if (causes.size() == 1) decision.cause = causes.front();
  const auto critical = [&](std::size_t place) {
    return plan_.streams[plan_.reads[read].streams[place]].critical;
  };
  if (std::ranges::all_of(places, critical)) {
    decision.critical = true;
  } else if (std::ranges::any_of(places, critical)) {
    decision.critical = same(read, at, put_right(read, seen, truth, critical), truth);
  }
  return decision;
}

void WrongDecisions::finish() {
  for (std::size_t read = 0; read < known_.size(); ++read) {
    if (!known_[read]) continue;
    if (const base::Status pure = decisions_->pure(read); !pure) fail(read, pure.error().message);
  }
}

}  // namespace freshet::results
