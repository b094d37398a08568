#include "harness/results/live.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <set>

#include "harness/plan/thresholds.h"
#include "harness/results/distributions.h"
#include "harness/results/outcomes.h"

namespace freshet::results {
namespace {

using base::kMillisecond;
using base::kSecond;
using measure::Measure;

constexpr std::array kLadder = {
    1 * kMillisecond,     2'500'000 * Nanos{1}, 5 * kMillisecond,   10 * kMillisecond,  25 * kMillisecond,
    50 * kMillisecond,    100 * kMillisecond,   250 * kMillisecond, 500 * kMillisecond, 1 * kSecond,
    2'500 * kMillisecond, 5 * kSecond,          10 * kSecond,       30 * kSecond,       60 * kSecond,
    120 * kSecond,        300 * kSecond};
// Seconds whose lags are kept: rows come some hundred milliseconds after the end of theirs.
constexpr std::size_t kToldSeconds = 8;

// The bounds of every stream at every group, and between them the ladder, without what would say the same.
std::vector<Nanos> edges_of(const plan::Plan& plan) {
  std::set<Nanos> edges;
  for (std::size_t pass = 0; pass < plan.groups.size(); ++pass) {
    for (const plan::GroupStream& read : plan.groups[pass].streams) {
      for (const Nanos bound : plan::thresholds(plan, read.stream, pass)) edges.insert(bound);
    }
  }
  const std::vector<Nanos> bounds(edges.begin(), edges.end());
  for (const Nanos step : kLadder) {
    const auto near = [step](Nanos bound) { return std::abs(bound - step) * 100 < bound; };
    if (std::ranges::none_of(bounds, near)) edges.insert(step);
  }
  return {edges.begin(), edges.end()};
}

// Of a histogram of 3 digits (H1): its buckets are 1 us wide up to 2048 us, then twice as wide with each
// octave.
double middle_of_bucket(std::int64_t lowest_us) {
  const int octaves =
      std::max(static_cast<int>(std::bit_width(static_cast<std::uint64_t>(lowest_us))) - 11, 0);
  const auto width = static_cast<double>(std::int64_t{1} << octaves);
  return (static_cast<double>(lowest_us) + (width - 1) / 2) / 1e6;
}

}  // namespace

std::uint64_t LiveStaleness::over_bound() const {
  std::uint64_t sum = 0;
  for (const CohortCounts& counts : in) sum += counts.over[0];
  return sum;
}

Tally::Tally(const plan::Plan& plan) : plan_(plan), places_(plan.passes()) {
  live_.edges = edges_of(plan);
  const Buckets none{.up_to = std::vector<std::uint64_t>(live_.edges.size())};
  live_.streams.assign(plan.streams.size(), {.own_delay = none, .response_latency = none});
  for (std::size_t pass = 0; pass < plan.passes(); ++pass) {
    places_[pass].resize(plan.streams.size());
    for (const std::size_t stream : streams_of(plan, pass)) {
      places_[pass][stream] = live_.passes.size();
      live_.passes.push_back(
          {.stream = stream, .pass = pass, .freshness_in = std::vector<Nanos>(plan.phases.size())});
      const plan::Stream& read = plan.streams[stream];
      OfPass& of = of_.emplace_back();
      of.offsets.resize(static_cast<std::size_t>(read.partitions));
      of.staleness = live_.staleness.size();
      if (pass >= plan.groups.size()) continue;
      of.read_committed = plan.groups[pass].read_committed;
      of.bounds = plan::thresholds(plan, stream, pass);
      of.bounds.resize(std::min(of.bounds.size(), measure::kMaximumThresholds));
      for (std::size_t tier = 0; tier < plan.populations[read.population].tiers.size(); ++tier) {
        live_.staleness.push_back({stream, pass, tier, none, std::vector<CohortCounts>(plan.phases.size())});
      }
    }
  }
}

void Tally::add(const measure::Interval& interval) {
  for (const measure::Cohort& cohort : interval.cohorts) add(cohort);
  for (const measure::CountSecond& row : interval.counts) {
    LiveCounts& sum = row.pass == measure::kNoPass ? live_.streams[row.stream].counts
                                                   : live_.passes[place(row.stream, row.pass)].counts;
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += row.counts[i];
  }
  for (const measure::LagSecond& row : interval.lags) add(row);
  for (const measure::OffsetSecond& row : interval.offsets) {
    measure::OffsetSecond& latest =
        of_[place(row.stream, row.pass)].offsets[static_cast<std::size_t>(row.partition)];
    if (row.second >= latest.second) latest = row;
  }
}

void Tally::add(const measure::Cohort& cohort) {
  const measure::Series& series = cohort.series;
  if (series.measure == Measure::own_delay) add(live_.streams[series.stream].own_delay, cohort.histogram);
  if (series.measure == Measure::response_latency)
    add(live_.streams[series.stream].response_latency, cohort.histogram);
  if (series.measure != Measure::staleness) return;
  LiveStaleness& staleness = live_.staleness[of_[place(series.stream, series.pass)].staleness + series.tier];
  add(staleness.buckets, cohort.histogram);
  const int phase = phase_of(plan_, cohort.second);
  if (phase >= 0)
    staleness.in[static_cast<std::size_t>(phase)].add({cohort.samples, cohort.over, cohort.over_without_own});
}

void Tally::add(Buckets& buckets, const measure::Histogram& histogram) const {
  std::vector<std::uint64_t> found(live_.edges.size() + 1);
  found[0] = histogram.negative();
  histogram.visit([&](std::uint32_t, std::int64_t lowest_us, std::uint64_t count) {
    const auto edge = std::ranges::lower_bound(live_.edges, lowest_us * base::kMicrosecond);
    found[static_cast<std::size_t>(edge - live_.edges.begin())] += count;
    buckets.sum += static_cast<double>(count) * middle_of_bucket(lowest_us);
  });
  std::uint64_t up_to = 0;
  for (std::size_t i = 0; i < buckets.up_to.size(); ++i) buckets.up_to[i] += up_to += found[i];
  buckets.samples += histogram.total();
}

void Tally::add(const measure::LagSecond& row) {
  const std::size_t at = place(row.stream, row.pass);
  if (const int phase = phase_of(plan_, row.second); phase >= 0) {
    Nanos& highest = live_.passes[at].freshness_in[static_cast<std::size_t>(phase)];
    highest = std::max(highest, row.freshness);
  }
  std::vector<Told>& told = of_[at].told;
  auto found = std::ranges::find(told, row.second, &Told::second);
  if (found == told.end()) {
    if (told.size() >= kToldSeconds) {
      const auto oldest = std::ranges::min_element(told, {}, &Told::second);
      if (oldest->second > row.second) return;
      told.erase(oldest);
    }
    found = told.insert(told.end(), {.second = row.second});
  }
  found->freshness = std::max(found->freshness, row.freshness);
  found->consumer = std::max(found->consumer, row.consumer);
}

// Where an edge is a bound of its own, what was counted there is told instead of what the histogram says. The
// others stay between their neighbours: a bucket that two bounds share may lie on both sides of one.
void Tally::make_exact(LiveStaleness& staleness) const {
  const std::vector<Nanos>& bounds = of_[place(staleness.stream, staleness.pass)].bounds;
  std::vector<std::uint64_t>& up_to = staleness.buckets.up_to;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    std::uint64_t within = 0;
    for (const CohortCounts& counts : staleness.in) within += counts.samples - counts.over[i];
    up_to[static_cast<std::size_t>(std::ranges::find(live_.edges, bounds[i]) - live_.edges.begin())] = within;
  }
  for (std::size_t i = up_to.size(); i-- > 1;) up_to[i - 1] = std::min(up_to[i - 1], up_to[i]);
}

Live Tally::now(std::int64_t told) const {
  Live live = live_;
  for (LiveStaleness& staleness : live.staleness) make_exact(staleness);
  for (std::size_t i = 0; i < of_.size(); ++i) {
    LivePass& pass = live.passes[i];
    const OfPass& of = of_[i];
    if (const auto found = std::ranges::find(of.told, told, &Told::second); found != of.told.end()) {
      pass.freshness_lag = found->freshness;
      pass.consumer_lag = found->consumer;
    }
    pass.offset_lag = 0;
    for (const measure::OffsetSecond& row : of.offsets) {
      const std::int64_t end = of.read_committed ? row.last_stable : row.high_watermark;
      const bool known = end >= 0 && row.position >= 0 && pass.offset_lag >= 0;
      pass.offset_lag = known ? pass.offset_lag + end - row.position : -1;
    }
  }
  return live;
}

}  // namespace freshet::results
