#include "harness/results/lags.h"

#include <algorithm>
#include <map>
#include <utility>

#include "harness/plan/slo_instances.h"

namespace freshet::results {
namespace {

using base::kSecond;
using measure::LagSecond;

double square_seconds(Nanos over) {
  const double s = static_cast<double>(over) / static_cast<double>(kSecond);
  return s * s;
}

struct PartitionSecond {
  std::uint16_t stream = 0, pass = 0;
  std::int32_t partition = 0;
  std::int64_t second = 0;
};

// The row of a second to whose end the oldest unsettled event, due at `head`, stayed the same. What lay over
// the bound before `told` is left to who told it.
LagSecond waiting_row(const PartitionSecond& key, Nanos head, Nanos head_acked, Nanos bound, Nanos ended_at,
                      Nanos told) {
  LagSecond row{.stream = key.stream, .pass = key.pass, .partition = key.partition, .second = key.second};
  const Nanos begin = key.second * kSecond;
  const Nanos end = std::min(begin + kSecond, ended_at);
  row.freshness = std::max<Nanos>(0, end - head);
  row.consumer = head_acked == base::kNever ? 0 : std::max<Nanos>(0, end - head_acked);
  if (end <= std::max(head + bound, told)) return row;
  row.first_over = std::max({begin, head + bound, told});
  row.last_over = end;
  // ∫ (t - head - bound) dt from first_over to end
  row.debt = (square_seconds(end - head - bound) - square_seconds(row.first_over - head - bound)) / 2;
  return row;
}

LagSecond nothing_told(const PartitionSecond& key) {
  return {.stream = key.stream, .pass = key.pass, .partition = key.partition, .second = key.second};
}

void fill_to_the_end(const PartitionSecond& key, Nanos head, Nanos head_acked, Nanos bound, Facts& facts) {
  if (head == base::kNever) return;
  Seconds<LagSecond>& lags = facts.lags.of(key.stream, key.pass, static_cast<std::size_t>(key.partition));
  std::int64_t next = base::second_of(head);
  // Of the last second that was told, what came after its teller had gone was not.
  if (!lags.empty()) next = std::max(next, lags.back().second);
  for (; next * kSecond < facts.ended_at; ++next) {
    const PartitionSecond second{key.stream, key.pass, key.partition, next};
    LagSecond& told = lags.get(next, nothing_told(second));
    const LagSecond row = waiting_row(second, head, head_acked, bound, facts.ended_at, told.last_over);
    told.freshness = std::max(told.freshness, row.freshness);
    told.consumer = std::max(told.consumer, row.consumer);
    told.debt += row.debt;
    if (row.first_over < 0) continue;
    if (told.first_over < 0) told.first_over = row.first_over;
    told.last_over = row.last_over;
    facts.over[{key.stream, key.pass}].push_back(
        {key.stream, key.pass, key.partition, row.first_over, row.last_over});
  }
}

bool in_phase(const plan::Plan& plan, std::int64_t second, int phase) {
  const Nanos at = second * kSecond;
  for (std::size_t p = 0; p < plan.phases.size(); ++p) {
    const bool counts = phase >= 0 ? static_cast<std::size_t>(phase) == p : plan.phases[p].measured();
    if (counts && at >= plan.phases[p].begin && at < plan.phases[p].end) return true;
  }
  return false;
}

// First instant from t_e on that no lag over the bound follows within `hold`.
Nanos first_fresh(std::vector<std::pair<Nanos, Nanos>> over, Nanos from, Nanos hold) {
  std::sort(over.begin(), over.end());
  Nanos fresh = from;
  for (const auto& [first, last] : over) {
    if (first > fresh + hold) break;
    fresh = std::max(fresh, last);
  }
  return fresh;
}

}  // namespace

bool lag_known(const Facts& facts, std::size_t stream, std::size_t pass) {
  for (std::size_t partition = 0; partition < facts.lags.parts(stream); ++partition) {
    if (!facts.lags.of(stream, pass, partition).empty()) return true;
  }
  return false;
}

void fill_lags(const plan::Plan& plan, const std::vector<StreamOutcomes>& outcomes, Facts& facts) {
  for (std::uint16_t pass = 0; pass < plan.groups.size(); ++pass) {
    for (const plan::GroupStream& read : plan.groups[pass].streams) {
      const PassOutcomes& passed = outcomes[read.stream].passes[pass];
      for (std::size_t p = 0; p < passed.oldest_open.size(); ++p) {
        const PartitionSecond key{static_cast<std::uint16_t>(read.stream), pass, static_cast<std::int32_t>(p),
                                  0};
        fill_to_the_end(key, passed.oldest_open[p], passed.oldest_open_acked[p], read.bound, facts);
      }
    }
  }
}

LagRow lag_row(const plan::Plan& plan, const Facts& facts, std::uint16_t stream, std::uint16_t pass,
               int phase) {
  LagRow row{.stream = stream, .pass = pass, .phase = phase};
  each_lag(facts, stream, pass, [&](const LagSecond& lag) {
    if (!in_phase(plan, lag.second, phase)) return;
    row.consumer = std::max(row.consumer, lag.consumer);
    if (lag.freshness <= row.freshness) return;
    row.freshness = lag.freshness;
    row.partition = lag.partition;
    row.second = lag.second;
  });
  const std::int64_t seconds = base::second_of(planned_until(plan, facts));
  for (std::int64_t second = 0; second < seconds; ++second) {
    if (!in_phase(plan, second, phase)) continue;
    const std::int64_t lag = offset_lag(plan, facts, stream, pass, second);
    row.offset = std::max(row.offset, lag);
    row.unknown_seconds += lag < 0 ? 1 : 0;
  }
  return row;
}

std::int64_t offset_lag(const plan::Plan& plan, const Facts& facts, std::uint16_t stream, std::uint16_t pass,
                        std::int64_t second) {
  const bool committed = pass < plan.groups.size() && plan.groups[pass].read_committed;
  std::int64_t sum = 0;
  for (std::size_t partition = 0; partition < facts.offsets.parts(stream); ++partition) {
    const measure::OffsetSecond* const told = facts.offsets.of(stream, pass, partition).find(second);
    if (!told) return -1;
    const std::int64_t end = committed ? told->last_stable : told->high_watermark;
    if (end < 0 || told->position < 0) return -1;
    sum += end - told->position;
  }
  return sum;
}

Nanos planned_until(const plan::Plan& plan, const Facts& facts) {
  const Nanos until = std::min(plan.end(), facts.sending_stopped);
  return facts.killed() ? std::min(until, facts.known_until) : until;
}

Freshening freshening(const plan::Plan& plan, const Facts& facts, std::uint16_t stream, std::uint16_t pass,
                      Nanos begin, Nanos ends, Nanos until) {
  Freshening result;
  std::vector<std::pair<Nanos, Nanos>> over;
  std::map<std::int32_t, double> debts;
  each_lag(facts, stream, pass, [&](const LagSecond& lag) {
    if (lag.first_over >= 0 && lag.last_over >= ends && lag.first_over < until)
      over.emplace_back(std::max(lag.first_over, ends), std::min(lag.last_over, until));
    if (lag.second < base::second_of(begin) || lag.second * kSecond >= until) return;
    result.peak = std::max(result.peak, lag.freshness);
    result.debt = std::max(result.debt, debts[lag.partition] += lag.debt);
  });
  const Nanos limit = planned_until(plan, facts);
  const Nanos fresh = first_fresh(std::move(over), ends, plan.hold);
  result.reached = fresh + plan.hold <= limit && (fresh < until || fresh == ends);
  result.time_to_fresh = std::max<Nanos>(0, (result.reached ? fresh : std::min(fresh, limit)) - ends);
  return result;
}

DisturbanceRow disturbance(const plan::Plan& plan, const Facts& facts, std::uint16_t stream,
                           std::uint16_t pass, std::size_t phase) {
  const auto [begin, ends] = std::pair(plan.phases[phase].begin, plan.phases[phase].end);
  Nanos next = base::kNever;  // peak and debt belong to the next disturbance from its begin on
  for (std::size_t p = phase + 1; p < plan.phases.size() && next == base::kNever; ++p) {
    if (plan.phases[p].disturbance()) next = plan.phases[p].begin;
  }
  const Freshening whole = freshening(plan, facts, stream, pass, begin, ends, base::kNever);
  const Freshening own = freshening(plan, facts, stream, pass, begin, ends, next);
  DisturbanceRow row{.phase = static_cast<int>(phase), .stream = stream, .pass = pass};
  row.reached = whole.reached;
  row.time_to_fresh = whole.time_to_fresh;
  row.peak = own.peak;
  row.debt = own.debt;
  return row;
}

}  // namespace freshet::results
