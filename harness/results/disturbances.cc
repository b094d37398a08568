// Each disturbance at each live group (D1), with the time that the members' capacity alone would have needed.
#include <algorithm>
#include <cmath>

#include "harness/plan/attendance.h"
#include "harness/results/ideal.h"
#include "harness/results/lags.h"
#include "harness/results/rows.h"

namespace freshet::results {
namespace {

using base::kSecond;

double seconds(Nanos ns) {
  return static_cast<double>(ns) / static_cast<double>(kSecond);
}

Nanos nanos(double s) {
  return s == Ideal::kNoEnd ? base::kNever : std::llround(s * static_cast<double>(kSecond));
}

// How old the oldest unsettled event of the partition was at the whole second `at`. Each second's row holds a
// maximum: of a lag that rises it is that of the second's end, of one that falls that of its begin, so the
// lesser of the two seconds' that meet at `at` is the one of that instant.
Nanos lag_at(const Facts& facts, std::uint16_t stream, std::uint16_t pass, std::int32_t partition, Nanos at) {
  const auto freshness = [&](std::int64_t second) {
    const auto* const lag = facts.lags.of(stream, pass, static_cast<std::size_t>(partition)).find(second);
    return lag ? lag->freshness : Nanos{0};
  };
  const std::int64_t second = base::second_of(at);
  return std::min(freshness(second - 1), freshness(second));
}

// What waits at `at`, as far back as the oldest of each partition, and what is due afterwards, of all streams
// of the group, by second of τ.
std::vector<Due> work_of(const Settling& s, std::size_t pass, Nanos at) {
  std::vector<Due> work;
  for (const std::size_t stream : streams_of(s.plan, pass)) {
    const StreamOutcomes& outcomes = s.outcomes[stream];
    for (auto second = static_cast<std::int64_t>(work.size()); second < outcomes.seconds; ++second)
      work.push_back({static_cast<double>(second), static_cast<double>(second + 1), 0});
    for (std::int32_t p = 0; p < s.plan.streams[stream].partitions; ++p) {
      const double head = seconds(
          at - lag_at(s.facts, static_cast<std::uint16_t>(stream), static_cast<std::uint16_t>(pass), p, at));
      for (std::int64_t second = 0; second < outcomes.seconds; ++second) {
        const double part = std::clamp(static_cast<double>(second + 1) - head, 0.0, 1.0);
        work[static_cast<std::size_t>(second)].events +=
            part * outcomes.due[static_cast<std::size_t>(p * outcomes.seconds + second)];
      }
    }
  }
  std::erase_if(work, [&](const Due& due) { return due.events == 0 && due.end <= seconds(at); });
  return work;
}

std::uint64_t visible_before(const Facts& facts, std::size_t stream, std::size_t pass, std::int64_t second) {
  std::uint64_t sum = 0;
  for (const auto& [at, counts] : facts.counts.of(stream, pass)) {
    if (at >= second) break;
    sum += of(counts, measure::Count::visible);
  }
  return sum;
}

// Events of the stream that were due before the whole second `at` and that the pass had still to make visible
// then: those that became visible later, and those that it left in the log. What never came to it (failed,
// lost, superseded, expired) is no work of its, whenever that was known.
std::uint64_t backlog_of(const Settling& s, std::size_t stream, std::size_t pass, Nanos at) {
  const std::int64_t second = base::second_of(at);
  const StreamOutcomes& outcomes = s.outcomes[stream];
  std::uint64_t its = 0;
  for (std::int64_t due = 0; due < std::min(second, outcomes.seconds); ++due) {
    for (std::size_t tier = 0; tier < outcomes.tiers; ++tier) {
      const Outcomes& of = outcomes.cell(pass, due, tier).outcomes;
      its += of.visible + of.undelivered + of.unclassified;
    }
  }
  const std::uint64_t done = visible_before(s.facts, stream, pass, second);
  return its - std::min(its, done);
}

double capacity_of(const plan::Plan& plan, std::size_t pass, Nanos at) {
  const plan::Group& group = plan.groups[pass];
  if (group.never_starts || group.service_time == 0) return 0;
  const int members = plan::members_at(plan::attendances(plan, pass), at);
  return members * static_cast<double>(kSecond) / static_cast<double>(group.service_time);
}

void fill_ideal(DisturbanceRow& row, const std::vector<Due>& work, double capacity, Nanos at, Nanos bound) {
  row.capacity = capacity;
  if (capacity <= 0) return;
  const Ideal ideal = ideal_drain(work, seconds(at), capacity, seconds(bound));
  row.ideal_known = true;
  row.ideal_drain = nanos(ideal.drained);
  row.ideal_fresh = nanos(ideal.fresh);
}

}  // namespace

std::vector<DisturbanceRow> disturbance_rows(const Settling& s) {
  std::vector<DisturbanceRow> rows;
  for (std::size_t phase = 0; phase < s.plan.phases.size(); ++phase) {
    if (!s.plan.phases[phase].disturbance()) continue;
    const Nanos ends = s.plan.phases[phase].end;
    for (std::size_t pass = 0; pass < s.plan.groups.size(); ++pass) {
      const bool ran = ends <= planned_until(s.plan, s.facts);
      const std::vector<Due> work = ran ? work_of(s, pass, ends) : std::vector<Due>{};
      std::uint64_t backlog = 0;
      for (const plan::GroupStream& read : s.plan.groups[pass].streams)
        backlog += ran ? backlog_of(s, read.stream, pass, ends) : 0;
      const double capacity = ran ? capacity_of(s.plan, pass, ends) : 0;
      for (const plan::GroupStream& read : s.plan.groups[pass].streams) {
        rows.push_back(disturbance(s.plan, s.facts, static_cast<std::uint16_t>(read.stream),
                                   static_cast<std::uint16_t>(pass), phase));
        rows.back().backlog = backlog;
        fill_ideal(rows.back(), work, capacity, ends, read.bound);
      }
    }
  }
  return rows;
}

}  // namespace freshet::results
