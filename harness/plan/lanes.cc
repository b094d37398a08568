#include "harness/plan/lanes.h"

#include <algorithm>
#include <cmath>

#include "harness/base/random.h"
#include "harness/plan/lane_table.h"

namespace freshet::plan {

// ---- StreamLanes -----------------------------------------------------------------------------------------

StreamLanes::StreamLanes(const Plan& plan, std::size_t stream)
    : table_(std::make_unique<const LaneTable>(plan, stream)) {}
StreamLanes::StreamLanes(std::unique_ptr<const LaneTable> table) : table_(std::move(table)) {}
StreamLanes StreamLanes::of_prefill(const Plan& plan, std::size_t stream) {
  return StreamLanes(std::make_unique<const LaneTable>(plan, stream, LaneTable::Part::prefill));
}
StreamLanes::~StreamLanes() = default;
StreamLanes::StreamLanes(StreamLanes&&) noexcept = default;

int StreamLanes::lanes() const {
  return table_->lanes();
}
int StreamLanes::partitions() const {
  return table_->partitions();
}
std::uint32_t StreamLanes::keys() const {
  return table_->keys();
}
std::uint8_t StreamLanes::tier_of(std::uint32_t key) const {
  return table_->tier_of(key);
}
int StreamLanes::lane_of(std::uint32_t key) const {
  return table_->lane_of(key);
}
std::size_t StreamLanes::write_key(std::uint32_t key, char* out) const {
  return table_->write_key(key, out);
}
std::uint32_t StreamLanes::draw_account(Nanos tau, const std::array<std::uint64_t, 3>& random) const {
  return table_->draw_account(tau, random);
}
double StreamLanes::mean_size() const {
  return table_->sizes().mean();
}
std::size_t StreamLanes::memory() const {
  return table_->memory();
}
std::uint64_t StreamLanes::count(int lane) const {
  return table_->counts(*this)[static_cast<std::size_t>(lane)];
}
std::uint64_t StreamLanes::count() const {
  std::uint64_t total = 0;
  for (const std::uint64_t lane : table_->counts(*this)) total += lane;
  return total;
}

double StreamLanes::expected(Nanos begin, Nanos end) const {
  double sum = 0;
  for (const auto& segment : table_->stream_segments()) sum += segment.mass(begin, end);
  return sum;
}

double StreamLanes::lane_share(int lane, int tier, std::size_t segment) const {
  const auto& stretch = table_->stream_segments()[segment];
  double base = 0;
  for (std::size_t t = 0; t < table_->tiers(); ++t) {
    if (tier < 0 || t == static_cast<std::size_t>(tier)) base += table_->base_weight(lane, t);
  }
  const double hot = tier <= 0 ? table_->hot_weight(lane, stretch.hot_accounts) : 0.0;
  return (1 - stretch.hot_share) * base + stretch.hot_share * hot;
}

double StreamLanes::expected_lane(int lane, Nanos begin, Nanos end) const {
  double sum = 0;
  const auto& segments = table_->stream_segments();
  for (std::size_t s = 0; s < segments.size(); ++s) {
    if (const double mass = segments[s].mass(begin, end); mass > 0) sum += mass * lane_share(lane, -1, s);
  }
  return sum;
}

double StreamLanes::expected_tier(std::uint8_t tier, Nanos begin, Nanos end) const {
  double base = 0;
  for (int lane = 0; lane < lanes(); ++lane) base += table_->base_weight(lane, tier);
  double sum = 0;
  for (const auto& segment : table_->stream_segments()) {
    const double hot = tier == 0 ? segment.hot_share : 0.0;
    sum += segment.mass(begin, end) * ((1 - segment.hot_share) * base + hot);
  }
  return sum;
}

double StreamLanes::expected_key(std::uint32_t key, Nanos begin, Nanos end) const {
  const double base = table_->key_weight(key);
  const std::size_t rank = table_->hot_rank(key);
  double sum = 0;
  for (const auto& segment : table_->stream_segments()) {
    const auto hot_accounts = std::min<std::size_t>(segment.hot_accounts, table_->hot_order().size());
    const double hot =
        rank < hot_accounts ? 1.0 / (static_cast<double>(hot_accounts) * table_->sub_keys()) : 0.0;
    sum += segment.mass(begin, end) * ((1 - segment.hot_share) * base + segment.hot_share * hot);
  }
  return sum;
}

std::uint32_t StreamLanes::hottest_key(Nanos begin, Nanos end) const {
  // Within a tier the first key is the heaviest of the base mix; only hot accounts can surpass it.
  std::vector<std::uint32_t> candidates;
  for (std::size_t tier = 0; tier < table_->tiers(); ++tier) {
    const std::uint32_t first = table_->tier_begin(tier);
    if (first < keys() && table_->tier_of(first) == tier) candidates.push_back(first);
  }
  for (const std::uint32_t account : table_->hot_order()) candidates.push_back(account * table_->sub_keys());
  std::uint32_t hottest = 0;
  double most = -1;
  for (const std::uint32_t key : candidates) {
    if (const double events = expected_key(key, begin, end); events > most) {
      most = events;
      hottest = key;
    }
  }
  return hottest;
}

std::vector<std::uint32_t> StreamLanes::hot_accounts(std::uint32_t count) const {
  const auto& order = table_->hot_order();
  const auto used = static_cast<std::ptrdiff_t>(std::min<std::size_t>(count, order.size()));
  return {order.begin(), order.begin() + used};
}

// ---- TimeCursor ------------------------------------------------------------------------------------------

TimeCursor::TimeCursor(const StreamLanes& lanes, int lane)
    : table_(lanes.table_.get()), seed_(table_->seed(lane)), lane_(lane) {
  last_ = table_->segments(lane) + table_->stream_segments().size();
  restart();
}

void TimeCursor::restart() {
  n_ = 0;
  segment_ = table_->segments(lane_);
  tau_ = segment_ == last_ ? 0 : segment_->begin;
  const double u = base::unit_open(base::random_at(seed_, kTimeWord));
  passed_ = table_->arrival() == workloads::Arrival::poisson ? -base::portable_log(u) : u;
  settle();
}

void TimeCursor::advance() {
  if (tau_ == base::kNever) return;
  ++n_;
  if (table_->arrival() == workloads::Arrival::poisson) {
    const std::uint64_t word = base::random_at(seed_, kWords * n_ + kTimeWord);
    passed_ -= base::portable_log(base::unit_open(word));
  } else {
    passed_ += 1;
  }
  settle();
}

// τ from the expected events passed: leaves the segments that are used up, then solves
// rate·x + slope·x²/2 = passed for x, in the form that loses no digits when the slope is small.
void TimeCursor::settle() {
  while (segment_ != last_ && passed_ >= segment_->mass) passed_ -= (segment_++)->mass;
  if (segment_ == last_) {
    tau_ = base::kNever;
    return;
  }
  const LaneSegment& segment = *segment_;
  double x = passed_ * segment.ns_per_event;
  if (segment.twice_slope != 0) {
    const double square = segment.rate_square + segment.twice_slope * passed_;
    x = 2 * passed_ / (segment.rate + std::sqrt(std::max(square, 0.0)));
  }
  // Rounding must neither leave the segment nor go back in time.
  const Nanos last = segment.end - segment.begin - 1;
  const Nanos within = x < static_cast<double>(last) ? static_cast<Nanos>(x) : last;
  tau_ = std::max(tau_, segment.begin + within);
}

void TimeCursor::seek(std::uint64_t n) {
  if (n < n_) restart();
  while (n_ < n && tau_ != base::kNever) advance();
}

// ---- LaneCursor ------------------------------------------------------------------------------------------

Event LaneCursor::event() const {
  const LaneTable& table = *times_.table_;
  const int lane = times_.lane_;
  const std::uint64_t seed = times_.seed_;
  const std::uint64_t words = kWords * times_.n_;
  const LaneSegment& segment = *times_.segment_;
  Event event;
  event.n = times_.n_;
  event.tau = times_.tau_;
  const std::uint64_t pick = base::random_at(seed, words + kKeyWord);
  if (segment.hot_keys > 0 && base::random_at(seed, words + kHotWord) < segment.hot_threshold) {
    event.key = table.draw_hot(lane, segment.hot_keys, pick);
  } else {
    event.key = table.draw(lane, pick);
  }
  event.size = table.sizes().at(base::random_at(seed, words + kSizeWord));
  event.lane = static_cast<std::uint16_t>(lane);
  event.tier = table.tier_of(event.key);
  return event;
}

void LaneCursor::prefetch() const {
  times_.table_->prefetch(times_.lane_, base::random_at(times_.seed_, kWords * times_.n_ + kKeyWord));
}

std::uint64_t hash_event(std::uint64_t running, const Event& event) {
  const std::uint64_t place = event.n ^ static_cast<std::uint64_t>(event.lane) << 48;
  const std::uint64_t content = static_cast<std::uint64_t>(event.key) << 32 | event.size;
  running = base::mix64((running ^ place) + 0x9e3779b97f4a7c15ULL);
  running = base::mix64(running + static_cast<std::uint64_t>(event.tau));
  return base::mix64((running ^ content) + event.tier);
}

}  // namespace freshet::plan
