// E5, of a compacted topic: what a live group passed unseen counts as the next event of its key that the
// group saw, for it became visible with it: superseded, with that event's D and the parts of it.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "harness/measure/ack_log.h"
#include "harness/plan/lanes.h"
#include "harness/results/outcomes.h"

namespace freshet::results {

// An event, what became of it at the producing side, and its outcome at a pass.
struct Fated {
  std::size_t pass = 0;
  plan::Event event;
  measure::Ack ack;
  std::uint64_t Outcomes::*outcome = nullptr;
};

// One stream, lane after lane. Of a topic that is not compacted, and of passes that are not live, it holds
// nothing.
class Superseded {
 public:
  Superseded(const plan::Plan& plan, std::uint16_t stream, Facts& facts, StreamOutcomes& out);

  // To be told of every event of the lane that any outcome is known of, in order of n, each by its outcome
  // alone. True: it was passed unseen, and what it counts as depends on later ones of its key.
  bool holds(const Fated& fated);
  // The lane has ended: those that no event stands for. Where the last of the key was not delivered or had
  // expired, so had they.
  std::vector<Fated> rest();

 private:
  void supersede(const plan::Event& event, std::size_t pass, const plan::Event& by);
  void add_parts(std::uint16_t pass, std::int64_t second, const measure::Carrier& by);

  const plan::Plan& plan_;
  std::uint16_t stream_;
  Facts& facts_;
  StreamOutcomes& out_;
  bool compacted_;
  std::vector<std::vector<Nanos>> thresholds_;                                // by live group: of its cohorts
  std::map<std::pair<std::size_t, std::uint32_t>, std::vector<Fated>> held_;  // by (group, key)
};

}  // namespace freshet::results
