#include "harness/results/rows.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/results/json_fields.h"
#include "harness/results/lags.h"
#include "harness/results/over_bound.h"
#include "harness/results/quantile.h"

namespace freshet::results {
namespace {

using measure::Count;
using measure::Histogram;
using measure::Measure;

StalenessRow staleness_row(const Settling& s, const plan::GroupStream& read, std::size_t pass, int tier,
                           int phase) {
  StalenessRow row;
  row.stream = static_cast<int>(read.stream);
  row.pass = static_cast<int>(pass);
  row.tier = tier;
  row.phase = phase;
  row.outcomes = s.sums.outcomes(read.stream, pass, tier, phase);
  row.bound = read.bound;
  const std::uint64_t late = s.sums.cohorts(read.stream, pass, tier, phase).over[0];
  row.bad = std::min(row.outcomes.planned, late + not_visible(row.outcomes));
  const Histogram visible =
      s.distributions.merged(static_cast<std::uint16_t>(read.stream), static_cast<std::uint16_t>(pass), tier,
                             Measure::staleness, phase);
  const Histogram ages = s.sums.ages(read.stream, pass, tier, phase);
  row.quantiles = quantiles({&visible, &ages});
  return row;
}

// Where D's tail begins: the bucket of the rank of p99.
std::size_t tail_bucket(const PartSums& buckets, std::uint64_t n) {
  const std::uint64_t rank = rank_of(0.99, n);
  std::uint64_t passed = 0;
  for (std::size_t b = 0; b < buckets.size(); ++b) {
    passed += buckets[b].events;
    if (passed >= rank) return b;
  }
  return 0;
}

std::uint64_t count_in_phase(const Settling& s, std::size_t stream, std::size_t pass, Count what, int phase) {
  std::uint64_t sum = 0;
  for (const auto& [second, counts] : s.facts.counts.of(stream, pass)) {
    if (counts_in(s.plan, second, phase)) sum += of(counts, what);
  }
  return sum;
}

ProducerRow producer_row(const Settling& s, std::size_t stream, int phase) {
  ProducerRow row;
  row.stream = static_cast<int>(stream);
  row.phase = phase;
  const StreamOutcomes& outcomes = s.outcomes[stream];
  for (std::int64_t second = 0; second < outcomes.seconds; ++second) {
    if (!counts_in(s.plan, second, phase)) continue;
    const Produced& p = outcomes.produced[static_cast<std::size_t>(second)];
    row.planned += p.planned;
    row.sent += p.sent;
    row.acked += p.acked;
    row.not_persisted += p.not_persisted;
    row.possibly_persisted += p.possibly_persisted;
    row.not_sent_own += p.not_sent_own;
    row.not_sent_cluster += p.not_sent_cluster;
    row.bytes += p.bytes;
  }
  const auto counted = [&](Count what) { return count_in_phase(s, stream, measure::kNoPass, what, phase); };
  row.refused = counted(Count::send_refused);
  row.queue_full = counted(Count::queue_full);
  if (s.facts.killed()) {  // no ledger: what was counted by wall seconds has to do
    row.sent = counted(Count::sent);
    row.acked = counted(Count::acked);
    row.not_persisted = counted(Count::not_persisted);
    row.possibly_persisted = counted(Count::possibly_persisted);
    row.bytes = counted(Count::bytes_sent);
  }
  const auto delays = [&](Measure measure) {
    const Histogram h =
        s.distributions.merged(static_cast<std::uint16_t>(stream), measure::kNoPass, -1, measure, phase);
    return quantiles({&h, nullptr});
  };
  row.own_delay = delays(Measure::own_delay);
  row.send_delay = delays(Measure::send_delay);
  row.service_latency = delays(Measure::service_latency);
  row.response_latency = delays(Measure::response_latency);
  return row;
}

OffsetAndLag timeline_row(const Settling& s, std::size_t stream, std::size_t pass, std::int64_t second) {
  OffsetAndLag row{.second = second, .stream = static_cast<int>(stream), .pass = static_cast<int>(pass)};
  const StreamOutcomes& outcomes = s.outcomes[stream];
  if (second < outcomes.seconds) {
    row.offered = static_cast<double>(outcomes.produced[static_cast<std::size_t>(second)].planned);
  }
  if (const Counts* counts = s.facts.counts.of(stream, measure::kNoPass).find(second)) {
    row.sent = static_cast<double>(of(*counts, Count::sent));
    row.acked = static_cast<double>(of(*counts, Count::acked));
  }
  if (const Counts* counts = s.facts.counts.of(stream, pass).find(second)) {
    row.visible = static_cast<double>(of(*counts, Count::visible));
  }
  const auto stream16 = static_cast<std::uint16_t>(stream), pass16 = static_cast<std::uint16_t>(pass);
  if (const Distributions::Second* staleness = s.distributions.second(stream16, pass16, second)) {
    row.staleness_p50 = staleness->p50;
    row.staleness_p99 = staleness->p99;
    row.staleness_max = staleness->max;
  }
  for (std::size_t partition = 0; partition < s.facts.lags.parts(stream); ++partition) {
    const measure::LagSecond* const lag = s.facts.lags.of(stream, pass, partition).find(second);
    if (!lag) continue;
    row.freshness_lag = std::max(row.freshness_lag, lag->freshness);
    row.consumer_lag = std::max(row.consumer_lag, lag->consumer);
  }
  row.offset_lag = offset_lag(s.plan, s.facts, stream16, pass16, second);
  if (const ReadSecond* reads = s.reads.second(stream, pass, second)) {
    row.reads = reads->reads;
    row.stale_reads = reads->stale;
    row.view_staleness_max = reads->worst;
  }
  return row;
}

}  // namespace

// All measured phases first, as a whole and by tier, then each phase the same way.
std::vector<StalenessRow> staleness_rows(const Settling& s) {
  std::vector<StalenessRow> rows;
  each_live(s.plan, [&](const plan::GroupStream& read, std::size_t pass) {
    const auto tiers = static_cast<int>(s.outcomes[read.stream].tiers);
    for (int phase = -1; phase < static_cast<int>(s.plan.phases.size()); ++phase) {
      for (int tier = -1; tier < tiers; ++tier) {
        StalenessRow row = staleness_row(s, read, pass, tier, phase);
        if (tier < 0 || row.outcomes.planned > 0) rows.push_back(std::move(row));
      }
    }
  });
  return rows;
}

// T1, among events of measured phases that became visible, with a later one of their key too (E5). The tail
// begins with the bucket that p99 lies in.
std::vector<TailRow> tail_rows(const Settling& s) {
  std::vector<TailRow> rows;
  for (const auto& [key, buckets] : s.facts.parts) {
    std::uint64_t n = 0;
    for (const measure::Parts::Sum& sum : buckets) n += sum.events;
    if (n < 1000) continue;  // E8
    TailRow row{.stream = key.first, .pass = key.second};
    for (std::size_t b = tail_bucket(buckets, n); b < buckets.size(); ++b) {
      row.events += buckets[b].events;
      row.send += buckets[b].send;
      row.log += buckets[b].log;
      row.apply += buckets[b].apply;
    }
    const auto events = static_cast<double>(row.events);
    row.send /= events;
    row.log /= events;
    row.apply /= events;
    rows.push_back(row);
  }
  return rows;
}

std::vector<LagRow> lag_rows(const Settling& s) {
  std::vector<LagRow> rows;
  each_live(s.plan, [&](const plan::GroupStream& read, std::size_t pass) {
    for (int phase = -1; phase < static_cast<int>(s.plan.phases.size()); ++phase) {
      rows.push_back(lag_row(s.plan, s.facts, static_cast<std::uint16_t>(read.stream),
                             static_cast<std::uint16_t>(pass), phase));
    }
  });
  return rows;
}

namespace {

// What the log took of the streams in wall seconds of [from, to), the first and last by the part that lies
// within.
double taken_between(const Settling& s, const std::vector<std::size_t>& streams, Nanos from, Nanos to) {
  double sum = 0;
  for (std::int64_t second = base::second_of(from); second * base::kSecond < to; ++second) {
    const Nanos begin = std::max(from, second * base::kSecond),
                end = std::min(to, (second + 1) * base::kSecond);
    const double part = static_cast<double>(end - begin) / static_cast<double>(base::kSecond);
    for (const std::size_t stream : streams) {
      const Counts* counts = s.facts.counts.of(stream, measure::kNoPass).find(second);
      if (counts) sum += part * static_cast<double>(of(*counts, Count::acked));
    }
  }
  return sum;
}

ReplayRow replay_row(const Settling& s, std::size_t replay) {
  const std::size_t pass = s.plan.groups.size() + replay;
  const std::vector<std::size_t>& streams = s.plan.replays[replay].streams;
  const PassSpan& span = s.spans[replay];
  ReplayRow row{.pass = static_cast<int>(pass)};
  for (const std::size_t stream : streams) {
    row.events += count_of(s.facts, stream, pass, Count::visible);
    row.bytes += count_of(s.facts, stream, pass, Count::bytes_received);
    row.redelivered += redelivered(s.facts, stream, pass);
    add(row.outcomes, s.sums.outcomes(stream, pass, -1, kAllPhases));
    add(row.outcomes, s.outcomes[stream].passes[pass].prefilled);
  }
  row.began = span.began;
  row.reads_from = span.reads_from;
  row.finished = span.finished;
  row.finished_at = span.ended;
  const double seconds =
      static_cast<double>(span.ended - span.reads_from) / static_cast<double>(base::kSecond);
  if (span.reads_from >= 0 && seconds > 0) {
    row.events_per_second = static_cast<double>(row.events) / seconds;
    row.bytes_per_second = static_cast<double>(row.bytes) / seconds;
    row.inflow_per_second = taken_between(s, streams, span.reads_from, span.ended) / seconds;
  }
  return row;
}

}  // namespace

std::vector<ReplayRow> replay_rows(const Settling& s) {
  std::vector<ReplayRow> rows;
  for (std::size_t r = 0; r < s.plan.replays.size(); ++r) rows.push_back(replay_row(s, r));
  return rows;
}

// The whole run: a ledger knows no phases.
std::vector<LedgerRow> ledger_rows(const Settling& s) {
  std::vector<LedgerRow> rows;
  for (std::size_t pass = 0; pass < s.plan.passes(); ++pass) {
    for (const std::size_t stream : streams_of(s.plan, pass)) {
      LedgerRow row{.stream = static_cast<int>(stream), .pass = static_cast<int>(pass)};
      const auto count = [&](Count what) { return count_of(s.facts, stream, pass, what); };
      Outcomes outcomes = s.sums.outcomes(stream, pass, -1, kAllPhases);
      add(outcomes, s.outcomes[stream].passes[pass].prefilled);
      row.lost = outcomes.lost;
      row.redelivered = redelivered(s.facts, stream, pass);
      row.log_duplicate = log_duplicates(s.facts, stream, pass);
      row.reprocessed = count(Count::reprocessed);
      row.out_of_order = count(Count::out_of_order);
      row.phantom = std::max(outcomes.phantom, count(Count::phantom));
      row.corrupt = count(Count::corrupt);
      row.foreign = count(Count::foreign);
      rows.push_back(row);
    }
  }
  return rows;
}

std::vector<ProducerRow> producer_rows(const Settling& s) {
  std::vector<ProducerRow> rows;
  for (std::size_t stream = 0; stream < s.plan.streams.size(); ++stream) {
    for (int phase = -1; phase < static_cast<int>(s.plan.phases.size()); ++phase) {
      rows.push_back(producer_row(s, stream, phase));
    }
  }
  return rows;
}

namespace {

// Records that a member of the pass may hold received and not yet visible (T3).
std::uint32_t queue_of(const plan::Plan& plan, std::size_t pass) {
  return pass < plan.groups.size() ? plan.groups[pass].queue : plan::Group{}.queue;
}

}  // namespace

// V3: seconds in which a member's own work filled over 80 % with data still queued. T3: its queue.
std::vector<ReceiverRow> receiver_rows(const Settling& s) {
  std::map<std::pair<std::uint16_t, std::uint16_t>, ReceiverRow> rows;
  for (const auto& [key, second] : s.facts.receivers) {
    if (!counts_in(s.plan, key.second, -1)) continue;
    ReceiverRow& row = rows[{key.pass, key.member}];
    row.pass = key.pass;
    row.member = key.member;
    ++row.measured_seconds;
    row.bound_seconds += second.busy > 0.8 && second.data_queued ? 1 : 0;
    row.most_waiting = std::max<std::int64_t>(row.most_waiting, second.waiting);
    if (second.waiting >= static_cast<std::int64_t>(queue_of(s.plan, key.pass))) ++row.full_seconds;
  }
  std::vector<ReceiverRow> all;
  for (const auto& [key, row] : rows) all.push_back(row);
  return all;
}

std::vector<OwnNotSentRow> own_not_sent_rows(const Settling& s) {
  std::vector<OwnNotSentRow> rows;
  for (std::size_t stream = 0; stream < s.plan.streams.size(); ++stream) {
    const StreamOutcomes& outcomes = s.outcomes[stream];
    for (std::size_t phase = 0; phase < s.plan.phases.size(); ++phase) {
      OwnNotSentRow row{.stream = static_cast<int>(stream), .phase = static_cast<int>(phase)};
      for (std::int64_t second = 0; second < outcomes.seconds; ++second) {
        if (!counts_in(s.plan, second, row.phase)) continue;
        row.planned += outcomes.produced[static_cast<std::size_t>(second)].planned;
        row.not_sent_own += outcomes.produced[static_cast<std::size_t>(second)].not_sent_own;
      }
      rows.push_back(row);
    }
  }
  return rows;
}

std::vector<OffsetAndLag> timeline_rows(const Settling& s) {
  struct Line {
    std::size_t stream, pass;
    Spans over;
  };
  std::vector<Line> lines;
  for (std::size_t pass = 0; pass < s.plan.passes(); ++pass) {
    for (const std::size_t stream : streams_of(s.plan, pass))
      lines.push_back({stream, pass, over_bound(s.facts, stream, pass)});
  }
  const std::int64_t last = base::second_of(std::max<Nanos>(s.facts.ended_at - 1, 0));
  std::vector<OffsetAndLag> rows;
  rows.reserve(lines.size() * static_cast<std::size_t>(last + 1));
  for (std::int64_t second = 0; second <= last; ++second) {
    for (const Line& line : lines) {
      rows.push_back(timeline_row(s, line.stream, line.pass, second));
      rows.back().over_bound = length_within(line.over, second * base::kSecond, (second + 1) * base::kSecond);
    }
  }
  return rows;
}

}  // namespace freshet::results
