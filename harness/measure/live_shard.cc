#include <algorithm>
#include <array>

#include "harness/measure/envelope.h"
#include "harness/measure/lag_meter.h"
#include "harness/measure/lane_ledger.h"
#include "harness/measure/raise.h"
#include "harness/measure/shard.h"
#include "harness/measure/worst_events.h"

namespace freshet::measure {
namespace {

bool acknowledged(AckState state) {
  return state == AckState::acked || state == AckState::acked_unknown;
}

// Its report, or that there was none to be sent, says that it does not come in its turn (L1).
bool never_visible(AckState state) {
  return state == AckState::failed || state == AckState::indeterminate || state == AckState::not_sent_own ||
         state == AckState::not_sent_cluster;
}

// What is known of a head that was not applied here.
enum class Fate {
  open,
  past,       // it will not become visible in its turn: its report said so, or it was passed unseen (E5, E6)
  elsewhere,  // another shard of the pass settled it
};

}  // namespace

struct LiveShard::Impl {
  Impl(ShardSpec s, const AckLog* a, View* v, Progress* p, Recorder* r, Nanos now)
      : spec(std::move(s)),
        acks(a),
        view(v),
        progress(p),
        recorder(r),
        ledger(std::move(spec.lanes)),
        lag(spec.stream, spec.pass, spec.partition, spec.bound,
            told_until(progress->lag_until.load(std::memory_order_acquire), now)),
        position(spec.start_offset),
        taken_over(std::max(position, progress->applied.load(std::memory_order_acquire))) {
    for (LaneLedger& lane : ledger.lanes()) take_over(lane);
    oldest = ledger.oldest();
  }

  // The first shard of a partition tells its lag since the start, a later one since the last ended.
  static Nanos told_until(Nanos before, Nanos now) {
    return std::min(now, before == base::kNever ? Nanos{0} : before);
  }

  ShardSpec spec;
  const AckLog* acks;
  View* view;
  Progress* progress;
  Recorder* recorder;
  PartitionLedger ledger;
  LagMeter lag;
  Worst<Nanos> worst;
  Nanos oldest = base::kNever;     // τ of the oldest head
  std::int64_t position;           // E6
  std::int64_t taken_over;         // offsets below were earlier shards'
  std::int64_t last_applied = -1;  // offset of the last record

  // τ of the oldest event that is waited for.
  Nanos waiting() const {
    const bool sent = !spec.sending_until || oldest <= spec.sending_until->load(std::memory_order_relaxed);
    return sent ? oldest : base::kNever;
  }
  void count(Nanos at, Count what, std::uint64_t by = 1) {
    recorder->count(spec.stream, spec.pass, at, what, by);
  }
  void record(const Received& record, Nanos visible);
  bool known_before(const Received& record, LaneLedger* lane, Nanos visible);
  void sample_consumer(std::uint16_t lane, std::uint64_t n, Nanos age);
  void carry(const Received& record, const LaneLedger& lane, Nanos before, Nanos visible);
  void settle_head(LaneLedger& lane, Nanos at);
  void skip_head(LaneLedger& lane);
  void take_over(LaneLedger& lane);
  Fate fate_of_head(const LaneLedger& lane) const;
  void settle_past_heads(LaneLedger& lane, Nanos now);
  void skip_heads_settled_elsewhere();
  Nanos consumer_lag(Nanos at) const;
};

// D, its parts, the exact counters and the worst events of one event that has just become visible (T1, E7,
// V1).
void LiveShard::Impl::record(const Received& r, Nanos visible) {
  const Nanos staleness = visible - r.tau;
  const Nanos own = (r.flags & kStalled) ? 0 : r.sent - r.tau;
  Cohort& cohort =
      recorder->cohort({spec.stream, spec.pass, r.tier, Measure::staleness}, base::second_of(r.tau));
  cohort.histogram.record(staleness);
  ++cohort.samples;
  for (std::size_t i = 0; i < spec.thresholds.size(); ++i) {
    cohort.over[i] += staleness > spec.thresholds[i];
    cohort.over_without_own[i] += staleness - own > spec.thresholds[i];
  }
  Parts::Sum& sum =
      recorder->parts(spec.stream, spec.pass, base::second_of(r.tau)).buckets[part_bucket(staleness)];
  ++sum.events;
  sum.send += static_cast<double>(r.sent - r.tau);
  sum.log += static_cast<double>(r.received - r.sent);
  sum.apply += static_cast<double>(visible - r.received);
  if (worst.admit(staleness)) {
    recorder->worst({spec.stream, spec.pass, r.lane, r.tier, r.key, r.n, spec.partition, r.offset, r.tau,
                     r.sent, r.received, visible});
  }
}

// E5: events of its key may have been removed for it. Told when any of the lane may have been; which ones of
// the key they are, the plan knows.
void LiveShard::Impl::carry(const Received& r, const LaneLedger& lane, Nanos before, Nanos visible) {
  const Nanos since = before < r.tau ? before : kNothingYet;
  if (!spec.compacted || !lane.gap_before(r.n, since)) return;
  const Nanos staleness = visible - r.tau;
  const Nanos own = (r.flags & kStalled) ? 0 : r.sent - r.tau;
  recorder->carrier(
      {spec.stream, spec.pass, r.lane, r.n, staleness, staleness - own, r.sent - r.tau, r.received - r.sent});
}

// An event settles `age` after its τ: a peak of the consumer lag, if it was acknowledged by then (L2).
void LiveShard::Impl::sample_consumer(std::uint16_t lane, std::uint64_t n, Nanos age) {
  if (acks && age > 0 && acknowledged(acks->get(lane, n).state)) lag.sample_consumer(age);
}

// The head of a lane settles at `at`: a peak of the lag, if it was the oldest (L1).
void LiveShard::Impl::settle_head(LaneLedger& lane, Nanos at) {
  const Nanos tau = lane.head_tau();
  lag.advance(at, waiting());
  sample_consumer(lane.lane(), lane.head(), at - tau);
  lane.settle_head();
  if (tau == oldest) oldest = ledger.oldest();
}

// The head was settled before, and its lag told, by another shard of the pass.
void LiveShard::Impl::skip_head(LaneLedger& lane) {
  const Nanos tau = lane.head_tau();
  lane.settle_head();
  if (tau == oldest) oldest = ledger.oldest();
}

// What lies below where this shard begins was settled by earlier ones. Without a believed offset an event is
// passed when a later one of its lane is (E6).
void LiveShard::Impl::take_over(LaneLedger& lane) {
  if (!acks) return;
  std::uint64_t passed = 0;  // one more than the last event of the lane known to lie below
  for (std::uint64_t n = 0; n < lane.planned(); ++n) {
    const Ack ack = acks->get(lane.lane(), n);
    if (ack.state == AckState::planned || ack.offset >= taken_over) break;
    if (ack.state == AckState::acked) passed = n + 1;
  }
  while (lane.head() < lane.planned()) {
    const AckState state = acks->get(lane.lane(), lane.head()).state;
    const bool below = acknowledged(state) && lane.head() < passed;
    if (!below && !never_visible(state)) break;
    lane.settle_head();
  }
}

Fate LiveShard::Impl::fate_of_head(const LaneLedger& lane) const {
  if (lane.seen(lane.head())) return Fate::elsewhere;
  const bool later_seen = lane.seen_end() > lane.head();
  if (!acks) return later_seen ? Fate::past : Fate::open;
  const Ack ack = acks->get(lane.lane(), lane.head());
  if (never_visible(ack.state)) return Fate::past;
  if (ack.state == AckState::acked_unknown) return later_seen ? Fate::past : Fate::open;
  if (ack.state != AckState::acked) return Fate::open;
  if (ack.offset < taken_over) return Fate::elsewhere;
  if (ack.offset < position) return Fate::past;
  return ack.offset < progress->applied.load(std::memory_order_acquire) ? Fate::elsewhere : Fate::open;
}

void LiveShard::Impl::settle_past_heads(LaneLedger& lane, Nanos now) {
  while (lane.head_tau() <= now) {
    switch (fate_of_head(lane)) {
      case Fate::open:
        return;
      case Fate::past:
        settle_head(lane, now);
        break;
      case Fate::elsewhere:
        skip_head(lane);
        break;
    }
  }
}

void LiveShard::Impl::skip_heads_settled_elsewhere() {
  for (LaneLedger& lane : ledger.lanes()) {
    while (lane.head_tau() != base::kNever && fate_of_head(lane) == Fate::elsewhere) skip_head(lane);
  }
}

Nanos LiveShard::Impl::consumer_lag(Nanos at) const {
  Nanos largest = 0;
  if (!acks) return largest;
  for (const LaneLedger& lane : ledger.lanes()) {
    if (lane.head_tau() >= at) continue;
    if (acknowledged(acks->get(lane.lane(), lane.head()).state))
      largest = std::max(largest, at - lane.head_tau());
  }
  return largest;
}

LiveShard::LiveShard(ShardSpec spec, const AckLog* acks, View* view, Progress* progress, Recorder* recorder,
                     Nanos now)
    : impl_(std::make_unique<Impl>(std::move(spec), acks, view, progress, recorder, now)) {
  raise(progress->position, impl_->position);
  roll(now);
}
LiveShard::~LiveShard() = default;

// Nothing new: redelivered, a second copy, or not an event of this partition's at all (K1, K2). What is new
// counts as seen from here on.
bool LiveShard::Impl::known_before(const Received& r, LaneLedger* lane, Nanos visible) {
  if (!take(progress->taken, r.offset)) {
    count(visible, Count::redelivered);
    if (lane && r.n < lane->planned() && r.n == lane->head()) skip_head(*lane);
    return true;
  }
  if (!lane || r.n >= lane->planned()) {
    count(visible, Count::corrupt);
    return true;
  }
  if (lane->see(r.n)) return false;
  count(visible, r.attempt > 0 ? Count::reprocessed : Count::log_duplicate);
  if (r.n == lane->head()) skip_head(*lane);
  return true;
}

void LiveShard::apply(const Received& record, Nanos visible) {
  Impl& shard = *impl_;
  shard.last_applied = record.offset;
  LaneLedger* lane = shard.ledger.find(record.lane);
  if (shard.known_before(record, lane, visible)) return;
  const Applied applied = shard.view->apply(shard.spec.stream, record.key, record.tau, record.n);
  if (applied.before > record.tau) shard.count(visible, Count::out_of_order);
  shard.carry(record, *lane, applied.before, visible);
  shard.count(visible, Count::visible);
  shard.count(visible, Count::bytes_received, record.bytes);
  shard.record(record, visible);
  if (record.n == lane->head()) {
    shard.settle_head(*lane, visible);
  } else if (record.n > lane->head()) {
    shard.sample_consumer(record.lane, record.n, visible - record.tau);
  }
  // What stands at the head now may have been settled long ago: its report said so while others stood before
  // it.
  shard.settle_past_heads(*lane, visible);
}

void LiveShard::passed(std::int64_t offset, Nanos now) {
  Impl& shard = *impl_;
  raise(shard.progress->applied, offset);
  if (offset <= shard.position) return;
  const bool jumped = offset > shard.position + 1 || offset != shard.last_applied + 1;
  shard.position = offset;
  raise(shard.progress->position, offset);
  // One step forward over the event that was just applied; anything else may have passed something unseen.
  if (!jumped) return;
  for (LaneLedger& lane : shard.ledger.lanes()) shard.settle_past_heads(lane, now);
}

void LiveShard::truncated(std::int64_t offset) {
  impl_->progress->applied.store(offset, std::memory_order_release);
  impl_->progress->taken.store(offset, std::memory_order_release);
}

void LiveShard::roll(Nanos now) {
  Impl& shard = *impl_;
  const std::int64_t current = base::second_of(now);
  if (shard.lag.second() >= current) return;
  shard.skip_heads_settled_elsewhere();
  while (shard.lag.second() < current) {
    const Nanos end = (shard.lag.second() + 1) * base::kSecond;
    // What has ended is noticed now: in a roll that comes late, in its last second only.
    if (shard.lag.second() + 1 == current) {
      for (LaneLedger& lane : shard.ledger.lanes()) shard.settle_past_heads(lane, end);
    }
    shard.lag.advance(end, shard.waiting());
    shard.lag.sample_consumer(shard.consumer_lag(end));
    shard.lag.close(*shard.recorder);
  }
  shard.progress->lag_until.store(current * base::kSecond, std::memory_order_release);
}

void LiveShard::look(Nanos now) {
  if (impl_->waiting() >= now) return;
  for (LaneLedger& lane : impl_->ledger.lanes()) impl_->settle_past_heads(lane, now);
}

Sealed LiveShard::seal(Nanos now, bool clean) {
  Impl& shard = *impl_;
  roll(now);
  shard.lag.advance(now, shard.waiting());
  shard.lag.sample_consumer(shard.consumer_lag(now));
  shard.lag.close(*shard.recorder);
  shard.progress->lag_until.store(now, std::memory_order_release);
  return {shard.spec.stream, shard.spec.pass, shard.spec.partition, shard.spec.start_offset,
          shard.position,    clean,           shard.ledger.take()};
}

Nanos LiveShard::freshness_lag(Nanos now) const {
  const Nanos waiting = impl_->waiting();
  return waiting < now ? now - waiting : 0;
}

bool LiveShard::settled() const {
  return impl_->oldest == base::kNever;
}

}  // namespace freshet::measure
