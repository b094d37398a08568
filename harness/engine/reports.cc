#include "harness/engine/reports.h"

#include "harness/measure/envelope.h"

namespace freshet::engine {
namespace {

constexpr int kReportsPerStep = 256;

}  // namespace

Reports::Reports(Context& context, measure::Recorder& recorder, std::size_t stream)
    : context_(context),
      recorder_(recorder),
      stream_(stream),
      probes_(static_cast<std::size_t>(context.plan.streams[stream].partitions)) {}

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
  if (measure::read_envelope(report.value, context_.run_id, envelope) != measure::Decoded::ok) {
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
  measure::AckLog& acks = *context_.acks[stream_];
  if (report.persisted != cluster::Persisted::yes) {
    const bool possibly = report.persisted == cluster::Persisted::possibly;
    acks.failed(envelope.lane, envelope.n, possibly);
    recorder_.count(stream, measure::kNoPass, acked,
                    possibly ? Count::possibly_persisted : Count::not_persisted);
    return;
  }
  acks.acked(envelope.lane, envelope.n, report.offset);
  recorder_.count(stream, measure::kNoPass, acked, Count::acked);
  using measure::Measure;
  recorder_.record({stream, measure::kNoPass, envelope.tier, Measure::response_latency}, envelope.tau,
                   acked - envelope.tau);
  recorder_.record({stream, measure::kNoPass, envelope.tier, Measure::service_latency}, envelope.tau,
                   acked - envelope.sent);
  context_.totals[stream_].acked.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace freshet::engine
