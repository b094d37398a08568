// A loser tree: the next event costs one comparison a level, on the path from the winner's leaf to the root.
#include <algorithm>
#include <bit>

#include "harness/plan/lanes.h"

namespace freshet::plan {

bool MergeCursor::before(const Entrant& a, const Entrant& b) {
  // Lanes are entered in ascending order, so ties go by lane.
  // No short cuts: see replay().
  return static_cast<int>(a.tau < b.tau) |
         (static_cast<int>(a.tau == b.tau) & static_cast<int>(a.index < b.index));
}

MergeCursor::MergeCursor(const StreamLanes& lanes, int sender, int senders) {
  for (int lane = sender; lane < lanes.lanes(); lane += senders) {
    Lane entered{Event{}, LaneCursor(lanes, lane)};
    entered.current.tau = entered.next.tau();
    lanes_.push_back(entered);
    draw(lanes_.back());
  }
  const std::size_t leaves = std::bit_ceil(std::max<std::size_t>(lanes_.size(), 1));
  // Winners of every match, leaves last; leaves without a lane never win.
  std::vector<Entrant> winners(2 * leaves);
  for (std::size_t i = 0; i < leaves; ++i) {
    winners[leaves + i] = {i < lanes_.size() ? lanes_[i].current.tau : base::kNever, i};
  }
  matches_.resize(leaves);
  for (std::size_t node = leaves - 1; node >= 1; --node) {
    const Entrant &left = winners[2 * node], &right = winners[2 * node + 1];
    const bool right_wins = before(right, left);
    winners[node] = right_wins ? right : left;
    matches_[node] = right_wins ? left : right;
  }
  matches_[0] = winners[1];
}

bool MergeCursor::done() const {
  return tau() == base::kNever;
}
Nanos MergeCursor::tau() const {
  return matches_[0].tau;
}
Event MergeCursor::event() const {
  return lanes_[matches_[0].index].current;
}

// Times are known one event ahead, so the tournament does not wait for the logarithm of the time after next,
// and the look-up in the key table, which may be far larger than the caches, has a lane's whole turn to
// arrive.
void MergeCursor::advance() {
  if (done()) return;
  Lane& lane = lanes_[matches_[0].index];
  replay({lane.next.tau(), matches_[0].index});
  draw(lane);
}

void MergeCursor::draw(Lane& lane) {
  if (lane.next.done()) return;
  lane.current = lane.next.event();
  lane.next.advance();
  if (!lane.next.done()) lane.next.prefetch();
}

// Plays the new entrant's matches from its leaf up. Who wins is a coin's toss, so the outcome is computed as
// a mask: a mispredicted branch a level would cost more than everything else.
void MergeCursor::replay(Entrant entrant) {
  for (std::size_t node = (matches_.size() + entrant.index) / 2; node >= 1; node /= 2) {
    Entrant& held = matches_[node];
    const std::uint64_t swap = -static_cast<std::uint64_t>(before(held, entrant));
    const auto times = static_cast<Nanos>(static_cast<std::uint64_t>(held.tau ^ entrant.tau) & swap);
    const auto indices = (held.index ^ entrant.index) & swap;
    held.tau ^= times;
    held.index ^= indices;
    entrant.tau ^= times;
    entrant.index ^= indices;
  }
  matches_[0] = entrant;
}

}  // namespace freshet::plan
