#include "harness/plan/lane_table.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "harness/base/random.h"
#include "harness/base/sum.h"
#include "harness/plan/murmur2.h"

namespace freshet::plan {
namespace {

using workloads::Segment;

constexpr std::uint64_t kHotDraw = 0x686f7420616363ULL;  // a random stream of its own

constexpr std::uint64_t kPrefillDraw = 0x7072656669ULL;

std::vector<Segment> segments_of(const Stream& stream, LaneTable::Part part) {
  if (part == LaneTable::Part::run) return stream.segments;
  if (stream.prefill <= 0) return {};
  return {{-stream.prefill, 0, stream.rate, stream.rate, 0, 0}};
}

char* write_number(char* out, std::uint32_t number, std::ptrdiff_t digits) {
  std::ptrdiff_t needed = 1;
  for (std::uint32_t rest = number / 10; rest > 0; rest /= 10) ++needed;
  char* const end = out + std::max(needed, digits);
  for (char* at = end; at > out; number /= 10) *--at = static_cast<char>('0' + number % 10);
  return end;
}

char* write_word(char* out, std::string_view word) {
  return std::copy(word.begin(), word.end(), out);
}

std::string_view part_word(KeyKind kind) {
  switch (kind) {
    case KeyKind::customer:
      return "/customer-";
    case KeyKind::kase:
      return "/case-";
    case KeyKind::conversation:
      return "/conv-";
    case KeyKind::account:
    case KeyKind::tenant:
      break;
  }
  return "";
}

std::uint64_t threshold64(double probability) {
  if (probability >= 1) return ~0ULL;
  return static_cast<std::uint64_t>(probability * 0x1p64);
}

// Scales to 32 bits; 1 and more: always.
std::uint32_t threshold32(double probability) {
  if (probability >= 1) return ~0U;
  return static_cast<std::uint32_t>(probability * 0x1p32);
}

}  // namespace

std::uint64_t name_hash(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

std::uint32_t sub_keys_of(const Stream& stream) {
  const bool whole = stream.key == KeyKind::account || stream.key == KeyKind::tenant;
  return whole ? 1 : std::max<std::uint32_t>(1, stream.keys_per_account);
}

LaneTable::LaneTable(const Plan& plan, std::size_t index, Part part)
    : partitions_(plan.streams[index].partitions),
      sub_keys_(plan.streams[index].keys_of_account()),
      kind_(plan.streams[index].key),
      arrival_(plan.streams[index].arrival),
      sizes_(plan.streams[index].size),
      weights_(plan.populations[plan.streams[index].population]),
      segments_(segments_of(plan.streams[index], part)) {
  const Stream& stream = plan.streams[index];
  std::uint64_t seed = base::derive(plan.seed, name_hash(stream.name));
  if (part == Part::prefill) seed = base::derive(seed, kPrefillDraw);
  for (int lane = 0; lane < stream.lanes; ++lane) {
    seeds_.push_back(base::derive(seed, static_cast<std::uint64_t>(lane)));
  }
  enumerate_keys(plan.populations[stream.population]);
  choose_hot(plan, stream.population);
  std::vector<double> scratch;
  for (int lane = 0; lane < stream.lanes; ++lane) build_lane(lane, scratch);
  for (int lane = 0; lane < stream.lanes; ++lane) build_segments(lane);
  for (int lane = 0; lane < stream.lanes; ++lane) {
    double upto = lane == 0 ? 0 : lane_upto_.back();
    for (std::size_t tier = 0; tier < tiers(); ++tier) upto += base_weight(lane, tier);
    lane_upto_.push_back(upto);
  }
}

// A lane by its part of the base mix, then a key by the lane's own table.
std::uint32_t LaneTable::draw_account(Nanos tau, const std::array<std::uint64_t, 3>& random) const {
  const auto after = [tau](const Segment& segment) { return segment.end > tau; };
  const auto now = std::find_if(segments_.begin(), segments_.end(), after);
  if (now != segments_.end() && !hot_order_.empty() && base::unit_open(random[0]) < now->hot_share) {
    const auto hot = std::min<std::size_t>(now->hot_accounts, hot_order_.size());
    return hot_order_[static_cast<std::size_t>((static_cast<base::Uint128>(random[1]) * hot) >> 64)];
  }
  const double place = base::unit_open(random[1]) * lane_upto_.back();
  const auto lane = std::upper_bound(lane_upto_.begin(), lane_upto_.end(), place);
  if (lane == lane_upto_.end()) return 0;  // only if rounding carried the place to the very end
  return draw(static_cast<int>(lane - lane_upto_.begin()), random[2]) / sub_keys_;
}

// Deals the keys to their lanes; afterwards a lane's columns hold its keys in ascending order.
void LaneTable::enumerate_keys(const workloads::Population& population) {
  for (const workloads::Tier& tier : population.tiers)
    tier_end_.push_back(keys_ += tier.accounts * sub_keys_);
  std::vector<std::uint16_t> lane_of_key(keys_);
  column_begin_.assign(seeds_.size() + 1, 0);
  for (std::uint32_t key = 0; key < keys_; ++key) {
    const int lane = lane_of(key);
    lane_of_key[key] = static_cast<std::uint16_t>(lane);
    ++column_begin_[static_cast<std::size_t>(lane) + 1];
  }
  std::partial_sum(column_begin_.begin(), column_begin_.end(), column_begin_.begin());
  columns_.resize(keys_);
  std::vector<std::uint32_t> next(column_begin_.begin(), column_begin_.end() - 1);
  for (std::uint32_t key = 0; key < keys_; ++key) columns_[next[lane_of_key[key]]++].key = key;
}

// E9: a seeded draw without replacement, as many as the largest incident asks for.
void LaneTable::choose_hot(const Plan& plan, std::size_t population) {
  std::uint32_t wanted = 0;
  for (const Segment& segment : segments_) wanted = std::max(wanted, segment.hot_accounts);
  std::vector<std::uint32_t> accounts(tier_end_.empty() ? 0 : tier_end_[0] / sub_keys_);
  std::iota(accounts.begin(), accounts.end(), 0U);
  wanted = std::min(wanted, static_cast<std::uint32_t>(accounts.size()));
  base::Random random(base::derive(base::derive(plan.seed, kHotDraw), population));
  for (std::uint32_t i = 0; i < wanted; ++i) {
    std::swap(accounts[i], accounts[i + random.below(accounts.size() - i)]);
    hot_order_.push_back(accounts[i]);
  }
  std::vector<std::vector<HotKey>> by_lane(seeds_.size());
  for (std::uint32_t rank = 0; rank < hot_order_.size(); ++rank) {
    for (std::uint32_t sub = 0; sub < sub_keys_; ++sub) {
      const std::uint32_t key = hot_order_[rank] * sub_keys_ + sub;
      by_lane[static_cast<std::size_t>(lane_of(key))].push_back({key, rank});
    }
  }
  for (const auto& keys : by_lane) {
    hot_begin_.push_back(static_cast<std::uint32_t>(hot_keys_.size()));
    hot_keys_.insert(hot_keys_.end(), keys.begin(), keys.end());
  }
  hot_begin_.push_back(static_cast<std::uint32_t>(hot_keys_.size()));
}

// Vose's alias method over the lane's keys, in ascending order of keys (deterministic, E2).
void LaneTable::build_lane(int lane, std::vector<double>& scratch) {
  const auto l = static_cast<std::size_t>(lane);
  Column* const columns = columns_.data() + column_begin_[l];
  const std::size_t n = column_begin_[l + 1] - column_begin_[l];
  scratch.resize(n);
  std::vector<base::CompensatedSum> tiers(tier_end_.size());
  base::CompensatedSum all;
  for (std::size_t i = 0; i < n; ++i) {
    scratch[i] = key_weight(columns[i].key);
    tiers[tier_of(columns[i].key)].add(scratch[i]);
    all.add(scratch[i]);
  }
  for (const auto& tier : tiers) base_weight_.push_back(tier.value());

  std::vector<std::uint32_t> small, large;
  for (std::uint32_t i = 0; i < n; ++i) {
    scratch[i] = all.value() > 0 ? scratch[i] * static_cast<double>(n) / all.value() : 1.0;
    (scratch[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const std::uint32_t less = small.back(), more = large.back();
    small.pop_back();
    columns[less].threshold = threshold32(scratch[less]);
    columns[less].alias = columns[more].key;
    scratch[more] -= 1 - scratch[less];
    if (scratch[more] < 1) {
      large.pop_back();
      small.push_back(more);
    }
  }
  for (const auto* rest : {&small, &large}) {
    for (const std::uint32_t i : *rest) columns[i] = {~0U, columns[i].key, columns[i].key};
  }
}

// The lane's part of each segment: mass × ((1 − h)·base weight + h·hot weight).
void LaneTable::build_segments(int lane) {
  double base_weight_sum = 0;
  for (std::size_t tier = 0; tier < tiers(); ++tier) base_weight_sum += base_weight(lane, tier);
  for (const Segment& segment : segments_) {
    const double hot = segment.hot_share * hot_weight(lane, segment.hot_accounts);
    const double share = (1 - segment.hot_share) * base_weight_sum + hot;
    const auto length = static_cast<double>(segment.end - segment.begin);
    const double per_ns = share / static_cast<double>(base::kSecond);
    LaneSegment part;
    part.begin = segment.begin;
    part.end = segment.end;
    part.mass = segment.mass() * share;
    part.rate = segment.rate_begin * per_ns;
    part.rate_square = part.rate * part.rate;
    part.ns_per_event = part.rate > 0 ? 1 / part.rate : 0.0;
    part.twice_slope = 2 * (segment.rate_end - segment.rate_begin) * per_ns / length;
    if (hot > 0) {
      part.hot_threshold = threshold64(hot / share);
      part.hot_keys = hot_keys(lane, segment.hot_accounts);
    }
    lane_segments_.push_back(part);
  }
}

std::uint32_t LaneTable::hot_keys(int lane, std::uint32_t accounts) const {
  const auto begin = hot_keys_.begin() + hot_begin_[static_cast<std::size_t>(lane)];
  const auto end = hot_keys_.begin() + hot_begin_[static_cast<std::size_t>(lane) + 1];
  const auto first_out =
      std::partition_point(begin, end, [accounts](const HotKey& hot) { return hot.rank < accounts; });
  return static_cast<std::uint32_t>(first_out - begin);
}

double LaneTable::hot_weight(int lane, std::uint32_t accounts) const {
  const auto used = std::min<std::size_t>(accounts, hot_order_.size());
  if (used == 0) return 0;
  return static_cast<double>(hot_keys(lane, accounts)) / (static_cast<double>(used) * sub_keys_);
}

std::size_t LaneTable::hot_rank(std::uint32_t key) const {
  const auto found = std::find(hot_order_.begin(), hot_order_.end(), key / sub_keys_);
  return static_cast<std::size_t>(found - hot_order_.begin());
}

// The high word of random × columns is the column, the low word where in it the draw falls.
std::uint32_t LaneTable::draw(int lane, std::uint64_t random) const {
  const auto l = static_cast<std::size_t>(lane);
  const Column& drawn = column(lane, random);
  const auto within = static_cast<std::uint32_t>((random * (column_begin_[l + 1] - column_begin_[l])) >> 32);
  return within < drawn.threshold ? drawn.key : drawn.alias;
}

std::uint32_t LaneTable::draw_hot(int lane, std::uint32_t hot_keys, std::uint64_t random) const {
  const auto pick = static_cast<std::uint32_t>((static_cast<base::Uint128>(random) * hot_keys) >> 64);
  return hot_keys_[hot_begin_[static_cast<std::size_t>(lane)] + pick].key;
}

// "ent-000017", "acct-0004711", "acct-0004711/case-3": numbered within the tier.
std::size_t LaneTable::write_key(std::uint32_t key, char* out) const {
  const std::uint32_t account = key / sub_keys_;
  const bool enterprise = tier_of(key) == 0;
  const std::uint32_t number = enterprise ? account : account - tier_end_[0] / sub_keys_;
  char* at = write_word(out, enterprise ? "ent-" : "acct-");
  at = write_number(at, number, enterprise ? 6 : 7);
  if (const std::string_view word = part_word(kind_); !word.empty()) {
    at = write_number(write_word(at, word), key % sub_keys_, 1);
  }
  return static_cast<std::size_t>(at - out);
}

int LaneTable::lane_of(std::uint32_t key) const {
  char bytes[StreamLanes::kMaximumKey];
  const std::size_t length = write_key(key, bytes);
  return static_cast<int>(murmur2_positive({bytes, length}) % seeds_.size());
}

const std::vector<std::uint64_t>& LaneTable::counts(const StreamLanes& lanes) const {
  std::call_once(counted_, [&] {
    for (int lane = 0; lane < this->lanes(); ++lane) {
      TimeCursor times(lanes, lane);
      while (times.tau() != base::kNever) times.advance();
      counts_.push_back(times.n());
    }
  });
  return counts_;
}

std::size_t LaneTable::memory() const {
  return columns_.capacity() * sizeof(Column) + hot_keys_.capacity() * sizeof(HotKey) +
         lane_segments_.capacity() * sizeof(LaneSegment);
}

}  // namespace freshet::plan
