#include "harness/plan/fluid.h"

#include <algorithm>
#include <cmath>

#include "harness/plan/check_plan.h"

namespace freshet::plan {
namespace {

double seconds(Nanos span) {
  return static_cast<double>(span) / static_cast<double>(base::kSecond);
}
Nanos nanos(double span) {
  return static_cast<Nanos>(span * static_cast<double>(base::kSecond));
}

// flow() while the net inflow keeps its sign.
FluidStep flow_one_way(double waiting, double net_begin, double net_end, double span) {
  const double after = waiting + (net_begin + net_end) / 2 * span;
  if (net_begin >= 0 && net_end >= 0) return {after, after, waiting <= 0 && after <= 0 ? 0.0 : -1.0};
  if (after > 0) return {after, waiting, -1};
  // waiting + net·x + slope·x²/2 = 0, in the form that loses no digits when the slope is small
  const double slope = (net_end - net_begin) / span;
  const double root = std::sqrt(std::max(0.0, net_begin * net_begin - 2 * slope * waiting));
  const double divisor = -net_begin + root;
  return {0, waiting, waiting <= 0 || divisor <= 0 ? 0.0 : std::min(span, 2 * waiting / divisor)};
}

// The finest useful and the most that are kept.
constexpr Nanos kFinest = 10 * base::kMillisecond;
constexpr Nanos kMostCells = 20'000;

// Part of a linear course from a to b that lies above the limit.
double part_over(double a, double b, double limit) {
  if (a > limit && b > limit) return 1;
  if (a <= limit && b <= limit) return 0;
  return (std::max(a, b) - limit) / std::abs(a - b);
}

}  // namespace

FluidStep flow(double waiting, double rate_begin, double rate_end, double capacity, double span) {
  const double net_begin = rate_begin - capacity, net_end = rate_end - capacity;
  if ((net_begin >= 0) == (net_end >= 0) || span <= 0) return flow_one_way(waiting, net_begin, net_end, span);
  const double turn = span * net_begin / (net_begin - net_end);
  const FluidStep first = flow_one_way(waiting, net_begin, 0, turn);
  FluidStep second = flow_one_way(first.waiting, 0, net_end, span - turn);
  second.peak = std::max(first.peak, second.peak);
  if (second.empty_at >= 0) second.empty_at += turn;
  if (first.empty_at >= 0) second.empty_at = first.empty_at;
  return second;
}

GroupFluid::GroupFluid(const Plan& plan, const std::vector<StreamLanes>& lanes, std::size_t group)
    : plan_(plan),
      group_(plan.groups[group]),
      capacity_(static_cast<double>(base::kSecond) / static_cast<double>(group_.service_time)),
      service_(seconds(group_.service_time)),
      cells_(static_cast<std::size_t>(group_.members)),
      last_rate_(static_cast<std::size_t>(group_.members)) {
  for (const GroupStream& reads : group_.streams) share_out(reads.stream, lanes[reads.stream]);
  const std::vector<Nanos> times = grid();
  for (int member = 0; member < group_.members; ++member) run(member, times);
}

// What part of each segment's events goes to which member.
void GroupFluid::share_out(std::size_t stream, const StreamLanes& lanes) {
  Source source;
  source.stream = stream;
  source.tiers = plan_.populations[plan_.streams[stream].population].tiers.size();
  const auto members = static_cast<std::size_t>(group_.members);
  const std::size_t segments = plan_.streams[stream].segments.size();
  source.share.resize(segments * (source.tiers + 1) * members);
  for (std::size_t row = 0; row < segments * (source.tiers + 1); ++row) {
    const int tier = static_cast<int>(row % (source.tiers + 1)) - 1;
    for (int lane = 0; lane < lanes.lanes(); ++lane) {
      const int member = range_member(lanes.partition_of(lane), lanes.partitions(), group_.members);
      source.share[row * members + static_cast<std::size_t>(member)] +=
          lanes.lane_share(lane, tier, row / (source.tiers + 1));
    }
  }
  sources_.push_back(std::move(source));
}

double GroupFluid::share(const Source& source, std::size_t segment, int tier, int member) const {
  const std::size_t row = segment * (source.tiers + 1) + static_cast<std::size_t>(tier + 1);
  return source.share[row * static_cast<std::size_t>(group_.members) + static_cast<std::size_t>(member)];
}

// Every boundary of a phase or a segment, and between them steps that are short enough to place a wait in
// time.
std::vector<Nanos> GroupFluid::grid() const {
  std::vector<Nanos> times{0, plan_.end()};
  for (const Phase& phase : plan_.phases) times.push_back(phase.end);
  for (const Source& source : sources_) {
    for (const auto& segment : plan_.streams[source.stream].segments) times.push_back(segment.end);
  }
  const Nanos step = std::max(kFinest, plan_.end() / kMostCells);
  for (Nanos t = step; t < plan_.end(); t += step) times.push_back(t);
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

void GroupFluid::run(int member, const std::vector<Nanos>& times) {
  auto& cells = cells_[static_cast<std::size_t>(member)];
  std::vector<std::size_t> at(sources_.size(), 0);  // the segment of each source
  double waiting = 0, to = 0;
  for (std::size_t i = 0; i + 1 < times.size(); ++i) {
    double from = 0;
    to = 0;
    for (std::size_t s = 0; s < sources_.size(); ++s) {
      const auto& segments = plan_.streams[sources_[s].stream].segments;
      while (at[s] < segments.size() && segments[at[s]].end <= times[i]) ++at[s];
      if (at[s] == segments.size()) continue;
      const double part = share(sources_[s], at[s], -1, member);
      from += segments[at[s]].rate(times[i]) * part;
      to += segments[at[s]].rate(times[i + 1]) * part;
    }
    const FluidStep step = flow(waiting, from, to, capacity_, seconds(times[i + 1] - times[i]));
    cells.push_back({times[i], times[i + 1], std::max(from, to), waiting, step.waiting, step.peak});
    waiting = step.waiting;
  }
  last_rate_[static_cast<std::size_t>(member)] = to;
}

Nanos GroupFluid::drain_time(Nanos since) const {
  Nanos longest = 0;
  for (int member = 0; member < members(); ++member) {
    Nanos empty = base::kNever;
    double waiting = 0;
    for (const FluidCell& cell : cells(member)) {
      waiting = cell.waiting_end;
      if (cell.end == since && waiting <= 0) empty = since;
      if (cell.begin >= since && waiting <= 0) empty = cell.begin;
      if (empty == base::kNever) continue;
      // Inside its last cell what waits goes down about linearly at the cell's own rate.
      if (cell.begin >= since && cell.waiting_begin > 0) {
        const double net = capacity_ - cell.rate;
        empty += net > 0 ? std::min(cell.end - cell.begin, nanos(cell.waiting_begin / net))
                         : cell.end - cell.begin;
      }
      break;
    }
    if (empty == base::kNever) {
      const double net = capacity_ - last_rate_[static_cast<std::size_t>(member)];
      if (net <= 0) return base::kNever;
      const double more = waiting / net;
      if (more > 1e9) return base::kNever;
      empty = plan_.end() + nanos(more);
    }
    longest = std::max(longest, empty - since);
  }
  return longest;
}

double GroupFluid::expected_over(std::size_t stream, int tier, Nanos begin, Nanos end, Nanos limit) const {
  const auto source = std::find_if(sources_.begin(), sources_.end(),
                                   [&](const Source& candidate) { return candidate.stream == stream; });
  const double most = seconds(limit) - service_;  // of waiting
  double sum = 0;
  for (int member = 0; member < members(); ++member) {
    const auto& segments = plan_.streams[stream].segments;
    std::size_t at = 0;
    for (const FluidCell& cell : cells(member)) {
      if (cell.begin < begin || cell.end > end) continue;
      const double part = part_over(wait(cell.waiting_begin), wait(cell.waiting_end), most);
      if (part == 0) continue;
      while (at + 1 < segments.size() && segments[at].end <= cell.begin) ++at;
      sum += part * segments[at].mass(cell.begin, cell.end) * share(*source, at, tier, member);
    }
  }
  return sum;
}

}  // namespace freshet::plan
