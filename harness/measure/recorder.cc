#include "harness/measure/recorder.h"

#include <algorithm>
#include <bit>

#include "harness/measure/worst_events.h"

namespace freshet::measure {
namespace {

// Room made at set-up, so that the steady path allocates nothing.
constexpr std::size_t kCohorts = 256;
constexpr std::size_t kRows = 1024;
constexpr std::size_t kHistograms = 16;
constexpr std::size_t kPages = 64;
constexpr std::size_t kStreamPasses = 16;
// Slots of the short way to a cohort; a power of two.
constexpr std::size_t kSlots = 64;

void reserve(Interval& interval) {
  interval.pages = std::make_unique<PagePool>(kPages);
  interval.cohorts.reserve(kCohorts);
  interval.spare.reserve(kCohorts);
  for (std::size_t i = 0; i < kHistograms; ++i) interval.spare.emplace_back(3, interval.pages.get());
  interval.lags.reserve(kRows);
  interval.over.reserve(kRows);
  interval.counts.reserve(kRows);
  interval.offsets.reserve(kRows);
  interval.receivers.reserve(kStreamPasses);
  interval.worst.reserve(kWorst * kStreamPasses);
  interval.parts.reserve(2 * kStreamPasses);
}

// The newest entries are the ones asked for again, so the search runs from the back.
template <class Row, class Matches>
Row* find_back(std::vector<Row>& rows, const Matches& matches) {
  const auto found = std::find_if(rows.rbegin(), rows.rend(), matches);
  return found == rows.rend() ? nullptr : &*found;
}

std::size_t slot_of(const Series& series, std::int64_t second) {
  const auto mixed = static_cast<std::size_t>(second) * 8 + series.stream * std::size_t{31} +
                     series.pass * std::size_t{17} + series.tier * std::size_t{2} +
                     static_cast<std::size_t>(series.measure) * 5;
  return mixed & (kSlots - 1);
}

struct WorstOf {
  std::uint16_t stream, pass;
  Worst<WorstEvent, LessStale> events;
};

}  // namespace

bool Interval::empty() const {
  return cohorts.empty() && lags.empty() && over.empty() && counts.empty() && offsets.empty() &&
         receivers.empty() && worst.empty() && parts.empty() && carriers.empty() && trace.empty();
}

void Interval::clear() {
  for (Cohort& cohort : cohorts) {
    cohort.histogram.clear();
    spare.push_back(std::move(cohort.histogram));
  }
  cohorts.clear();
  lags.clear();
  over.clear();
  counts.clear();
  offsets.clear();
  receivers.clear();
  worst.clear();
  parts.clear();
  carriers.clear();
  trace.clear();
}

Histogram Interval::reused_histogram() {
  if (spare.empty()) return Histogram(3, pages.get());
  Histogram reused = std::move(spare.back());
  spare.pop_back();
  return reused;
}

struct Recorder::Impl {
  std::array<Interval, 2> intervals;
  Interval* active = &intervals[0];                // the owner's
  std::atomic<Interval*> returned{&intervals[1]};  // empty, for the owner to take
  std::atomic<Interval*> handed{nullptr};          // full, for the writer to take
  std::array<std::uint32_t, kSlots> recent{};      // slot -> index of the cohort last used there
  std::vector<WorstOf> worst;                      // since the last cut

  void write_worst() {
    for (WorstOf& of : worst) {
      active->worst.insert(active->worst.end(), of.events.items().begin(), of.events.items().end());
      of.events.clear();
    }
  }
};

Recorder::Recorder() : impl_(std::make_unique<Impl>()) {
  for (Interval& interval : impl_->intervals) reserve(interval);
  impl_->worst.reserve(kStreamPasses);
}
Recorder::~Recorder() = default;

Cohort& Recorder::cohort(const Series& series, std::int64_t second) {
  std::vector<Cohort>& cohorts = impl_->active->cohorts;
  const auto matches = [&](const Cohort& c) { return c.second == second && c.series == series; };
  std::uint32_t& recent = impl_->recent[slot_of(series, second)];
  if (recent < cohorts.size() && matches(cohorts[recent])) return cohorts[recent];
  Cohort* found = find_back(cohorts, matches);
  if (!found) {
    found = &cohorts.emplace_back(Cohort{series, second, impl_->active->reused_histogram()});
  }
  recent = static_cast<std::uint32_t>(found - cohorts.data());
  return *found;
}

void Recorder::count(std::uint16_t stream, std::uint16_t pass, Nanos at, Count what, std::uint64_t by) {
  const std::int64_t second = base::second_of(at);
  std::vector<CountSecond>& counts = impl_->active->counts;
  CountSecond* row = find_back(counts, [&](const CountSecond& c) {
    return c.second == second && c.stream == stream && c.pass == pass;
  });
  if (!row) {
    row = &counts.emplace_back();
    row->stream = stream;
    row->pass = pass;
    row->second = second;
  }
  row->counts[static_cast<std::size_t>(what)] += by;
}

void Recorder::lag(const LagSecond& row) {
  impl_->active->lags.push_back(row);
}
void Recorder::over(const OverBound& row) {
  impl_->active->over.push_back(row);
}
void Recorder::offsets(const OffsetSecond& row) {
  impl_->active->offsets.push_back(row);
}
void Recorder::receiver(const ReceiverSecond& row) {
  impl_->active->receivers.push_back(row);
}

void Recorder::carrier(const Carrier& row) {
  impl_->active->carriers.push_back(row);
}

void Recorder::worst(const WorstEvent& event) {
  WorstOf* of = find_back(impl_->worst,
                          [&](const WorstOf& w) { return w.stream == event.stream && w.pass == event.pass; });
  if (!of) of = &impl_->worst.emplace_back(WorstOf{event.stream, event.pass, {}});
  of->events.admit(event);
}

void Recorder::trace(const TraceRecord& record) {
  if (trace_hash(record) <= trace_threshold_) impl_->active->trace.push_back(record);
}

std::size_t part_bucket(Nanos staleness) {
  const auto us = static_cast<std::uint64_t>(std::max<Nanos>(staleness / base::kMicrosecond, 1));
  const auto octave = static_cast<std::size_t>(std::bit_width(us)) - 1;
  const double mantissa = static_cast<double>(us) / static_cast<double>(std::uint64_t{1} << octave);
  constexpr double kQuarter = 1.189207115002721, kHalf = 1.4142135623730951, kThree = 1.681792830507429;
  const auto quarter =
      static_cast<std::size_t>((mantissa >= kQuarter) + (mantissa >= kHalf) + (mantissa >= kThree));
  return std::min(octave * 4 + quarter, kPartBuckets - 1);
}

Parts& Recorder::parts(std::uint16_t stream, std::uint16_t pass, std::int64_t second) {
  std::vector<Parts>& parts = impl_->active->parts;
  Parts* found = find_back(
      parts, [&](const Parts& p) { return p.second == second && p.stream == stream && p.pass == pass; });
  if (!found) {
    found = &parts.emplace_back();
    found->stream = stream;
    found->pass = pass;
    found->second = second;
  }
  return *found;
}

void Recorder::cut() {
  Interval* active = impl_->active;
  Interval* other = impl_->returned.exchange(nullptr, std::memory_order_acquire);
  if (!other) return;  // the writer is behind: intervals are deltas, the next cut hands over both
  impl_->write_worst();
  if (active->empty()) {
    impl_->returned.store(other, std::memory_order_relaxed);
    return;
  }
  impl_->handed.store(active, std::memory_order_release);
  impl_->active = other;
}

Interval* Recorder::take() {
  return impl_->handed.exchange(nullptr, std::memory_order_acquire);
}

void Recorder::give_back(Interval* taken) {
  taken->clear();
  impl_->returned.store(taken, std::memory_order_release);
}

}  // namespace freshet::measure
