#include "harness/measure/lag_meter.h"

#include <algorithm>

namespace freshet::measure {
namespace {

// Grows to what a second needs: one span for each time that the lag comes back under the bound.
constexpr std::size_t kSpans = 64;

}  // namespace

LagMeter::LagMeter(std::uint16_t stream, std::uint16_t pass, std::int32_t partition, Nanos bound, Nanos now)
    : bound_(bound), until_(now) {
  second_.stream = stream;
  second_.pass = pass;
  second_.partition = partition;
  second_.second = base::second_of(now);
  over_.reserve(kSpans);
}

void LagMeter::add_over(Nanos from, Nanos until) {
  if (!over_.empty() && over_.back().until == from) {
    over_.back().until = until;
  } else {
    over_.push_back({second_.stream, second_.pass, second_.partition, from, until});
  }
}

void LagMeter::advance(Nanos now, Nanos oldest) {
  if (oldest < now) sample_freshness(now - oldest);
  if (now <= until_) return;
  const Nanos from = until_;
  until_ = now;
  if (oldest >= now) return;
  const Nanos over = std::max(from, oldest + bound_);  // since when the lag is over the bound
  if (over >= now) return;
  if (second_.first_over < 0) second_.first_over = over;
  second_.last_over = now;
  add_over(over, now);
  const double a = static_cast<double>(over - oldest - bound_) / static_cast<double>(base::kSecond);
  const double b = static_cast<double>(now - oldest - bound_) / static_cast<double>(base::kSecond);
  second_.debt += (b * b - a * a) / 2;
}

void LagMeter::close(Recorder& recorder) {
  if (second_.freshness > 0 || second_.consumer > 0) recorder.lag(second_);
  for (const OverBound& span : over_) recorder.over(span);
  over_.clear();
  LagSecond next;
  next.stream = second_.stream;
  next.pass = second_.pass;
  next.partition = second_.partition;
  next.second = second_.second + 1;
  second_ = next;
}

}  // namespace freshet::measure
