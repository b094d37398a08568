#include "harness/engine/reports.h"

#include <algorithm>

#include "harness/measure/envelope.h"
#include "harness/measure/raise.h"

namespace freshet::engine {
namespace {

constexpr int kReportsPerStep = 256;
// A shorter time without acknowledgements is not written down: batches and round trips make them all the
// time.
constexpr Nanos kShortestGap = 250 * base::kMillisecond;

}  // namespace

Reports::Reports(Context& context, measure::Recorder& recorder, std::size_t stream)
    : context_(context),
      recorder_(recorder),
      stream_(stream),
      probes_(static_cast<std::size_t>(context.plan.streams[stream].partitions)),
      gaps_(context.plan.streams[stream].partitions) {}

Stepped Reports::step(const base::Clock& clock) {
  cluster::Producer& producer = *context_.producers[stream_];
  int handled = 0;
  while (handled < kReportsPerStep) {
    const std::optional<cluster::Report> report = producer.poll();
    if (!report) break;
    handle(*report, clock.now());
    ++handled;
  }
  const Nanos now = clock.now();
  Nanos next = now + base::kSecond;
  if (context_.time.started()) {
    const Nanos since = context_.time.since_start(now);
    if (base::second_of(since) != second_) {
      second_ = base::second_of(since);
      recorder_.cut();
    }
    next = context_.time.monotonic((second_ + 1) * base::kSecond);
  }
  return {.worked = handled > 0, .next = handled == kReportsPerStep ? now : next};
}

void Reports::handle(const cluster::Report& report, Nanos monotonic) {
  using measure::Count;
  measure::Envelope envelope;
  if (!measure::read_own_envelope(report.value, context_.run_id, envelope)) {
    // Our own value came back damaged from the client: nothing can be said of any event, so it is said aloud.
    context_.notes.add(monotonic, "report_unreadable", {{"stream", context_.plan.streams[stream_].name}});
    return;
  }
  if (envelope.flags & measure::kProbe) {
    if (report.persisted == cluster::Persisted::yes)
      probes_[envelope.n].store(true, std::memory_order_release);
    return;
  }
  const auto stream = static_cast<std::uint16_t>(stream_);
  const Nanos acked = context_.time.since_start(monotonic);
  const std::int32_t partition = context_.lanes[stream_].partition_of(envelope.lane);
  measure::AckLog& acks = *context_.acks[stream_];
  if (report.persisted != cluster::Persisted::yes) {
    const bool possibly = report.persisted == cluster::Persisted::possibly;
    acks.failed(envelope.lane, envelope.n, possibly);
    gaps_.failed(partition, envelope.tau);
    recorder_.count(stream, measure::kNoPass, acked,
                    possibly ? Count::possibly_persisted : Count::not_persisted);
    return;
  }
  acks.acked(envelope.lane, envelope.n, report.offset);
  const measure::AckGap gap = gaps_.acked(partition, envelope.tau, acked);
  if (gap.to - gap.from >= kShortestGap) note_gap(gap, monotonic);
  measure::raise(context_.acked_ends[stream_][static_cast<std::size_t>(partition)],
                 acks.get(envelope.lane, envelope.n).offset + 1);
  recorder_.count(stream, measure::kNoPass, acked, Count::acked);
  using measure::Measure;
  recorder_.record({stream, measure::kNoPass, envelope.tier, Measure::response_latency}, envelope.tau,
                   acked - envelope.tau);
  recorder_.record({stream, measure::kNoPass, envelope.tier, Measure::service_latency}, envelope.tau,
                   acked - envelope.sent);
  context_.totals[stream_].acked.fetch_add(1, std::memory_order_relaxed);
}

void Reports::note_gap(const measure::AckGap& gap, Nanos monotonic) {
  Json fields = {{"stream", stream_}, {"partition", gap.partition}, {"from", gap.from}};
  if (gap.to != base::kNever) fields["to"] = gap.to;
  if (gap.last != measure::AckGap::kNone) fields["last"] = gap.last;
  context_.notes.add(monotonic, "ack_gap", std::move(fields));
}

void Reports::note_open_gaps(Nanos now) {
  const std::vector<Nanos> oldest = oldest_waiting();
  for (std::int32_t p = 0; p < context_.plan.streams[stream_].partitions; ++p) {
    const auto gap = gaps_.open(p, oldest[static_cast<std::size_t>(p)]);
    if (gap && context_.time.since_start(now) - gap->from >= kShortestGap) note_gap(*gap, now);
  }
}

// By partition: τ of the oldest event that has no report, or that the client did not take after the last
// acknowledgement; kNever: none.
std::vector<Nanos> Reports::oldest_waiting() const {
  using measure::AckState;
  const plan::StreamLanes& lanes = context_.lanes[stream_];
  std::vector<Nanos> oldest(probes_.size(), base::kNever);
  for (int lane = 0; lane < lanes.lanes(); ++lane) {
    const std::int32_t partition = lanes.partition_of(lane);
    Nanos& first = oldest[static_cast<std::size_t>(partition)];
    plan::TimeCursor cursor(lanes, lane);
    for (; cursor.tau() <= context_.last_tau() && cursor.tau() < first; cursor.advance()) {
      const AckState state = context_.acks[stream_]->get(lane, cursor.n()).state;
      const bool refused = state == AckState::not_sent_cluster && cursor.tau() > gaps_.last(partition);
      if (state == AckState::in_flight || refused) first = cursor.tau();
    }
  }
  return oldest;
}

}  // namespace freshet::engine
