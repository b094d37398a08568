#include "harness/engine/sender.h"

#include <algorithm>
#include <array>

#include "harness/engine/tracing.h"
#include "harness/measure/envelope.h"

namespace freshet::engine {
namespace {

constexpr int kEventsPerStep = 64;
// How soon a parked stream tries again, and how near to its schedule a stall episode ends (V1).
constexpr Nanos kRetry = base::kMillisecond;
constexpr Nanos kStallEnds = base::kMillisecond;

std::uint32_t largest_value(const plan::Plan& plan) {
  std::uint32_t largest = measure::kEnvelopeSize;
  for (const plan::Stream& stream : plan.streams) {
    largest = std::max(largest, workloads::SizeTable(stream.size).largest());
  }
  return largest;
}

}  // namespace

Sender::Sender(Context& context, measure::Recorder& recorder, int index, int senders)
    : context_(context), recorder_(recorder), value_(largest_value(context.plan)) {
  for (std::size_t s = 0; s < context.plan.streams.size(); ++s) {
    streams_.push_back({s, plan::MergeCursor(context.lanes[s], index, senders)});
    std::vector<LaneProof>& proofs = proofs_.emplace_back();
    for (int lane = 0; lane < context.lanes[s].lanes(); ++lane) proofs.push_back({lane, 0, 0});
  }
}

Stepped Sender::step(const base::Clock& clock) {
  const Stage stage = context_.stage.load(std::memory_order_acquire);
  if (stage < Stage::running) return wait_for_start(clock);
  if (done_) return {};
  const Nanos begun = clock.now();
  Nanos now = context_.time.since_start(begun);
  cut_each_second(now);
  if (context_.give_up.load(std::memory_order_acquire)) {
    finish(true, now);
    return {.worked = true};
  }
  const Nanos wall_ahead = clock.wall() - begun;
  bool worked = false;
  for (int i = 0; i < kEventsPerStep; ++i) {
    Stream* stream = next_due();
    if (!stream) {
      finish(false, context_.time.since_start(clock.now()));
      return {.worked = true};
    }
    const Nanos due = std::max(stream->events.tau(), stream->retry);
    if (now < due) now = context_.time.since_start(clock.now());
    if (now < due) {
      // Looked at again at least each second, for the cut.
      const Nanos second_end = (second_ + 1) * base::kSecond;
      return {.worked = worked, .next = context_.time.monotonic(std::min(due, second_end))};
    }
    worked = send(*stream, clock, wall_ahead) || worked;
  }
  return {.worked = true, .next = clock.now()};
}

Stepped Sender::wait_for_start(const base::Clock& clock) const {
  // The conductor sets the start some time ahead, so that no sender comes late to τ = 0.
  if (context_.time.started())
    return {.next = std::max(context_.time.monotonic(0), clock.now() + base::kMillisecond)};
  return {.next = clock.now() + 20 * base::kMillisecond};
}

// The stream whose next event is due first; null when no stream has one left.
Sender::Stream* Sender::next_due() {
  const Nanos until = context_.last_tau();
  Stream* first = nullptr;
  Nanos best = base::kNever;
  for (Stream& stream : streams_) {
    const Nanos tau = stream.events.tau();
    if (tau > until) continue;
    const Nanos due = std::max(tau, stream.retry);
    if (due < best) {
      best = due;
      first = &stream;
    }
  }
  return first;
}

// Records carry their time in milliseconds, so how far the wall clock is ahead is read once a step.
bool Sender::send(Stream& stream, const base::Clock& clock, Nanos wall_ahead) {
  const plan::Event event = stream.events.event();
  const plan::Stream& spec = context_.plan.streams[stream.index];
  std::array<char, plan::StreamLanes::kMaximumKey> key;
  const std::size_t key_size = context_.lanes[stream.index].write_key(event.key, key.data());
  const std::span<std::byte> value(value_.data(), event.size);
  context_.contents[stream.index].fill(value.subspan(measure::kEnvelopeSize), event.key, event.lane, event.n);

  measure::AckLog& acks = *context_.acks[stream.index];
  acks.handed_over(event.lane, event.n);
  const Nanos now = clock.now();
  const Nanos sent = context_.time.since_start(now);
  if (stream.stalled && sent - event.tau < kStallEnds) stream.stalled = false;
  measure::Envelope envelope;
  envelope.run = context_.run_id;
  envelope.n = event.n;
  envelope.tau = event.tau;
  envelope.sent = sent;
  envelope.stream = static_cast<std::uint16_t>(stream.index);
  envelope.lane = event.lane;
  envelope.key = event.key;
  envelope.tier = event.tier;
  envelope.flags = static_cast<std::uint8_t>((spec.critical ? measure::kCritical : 0) |
                                             (stream.stalled ? measure::kStalled : 0));
  measure::write_envelope(envelope, value);
  const cluster::Sent result = context_.producers[stream.index]->send(
      context_.lanes[stream.index].partition_of(event.lane), std::as_bytes(std::span(key.data(), key_size)),
      value, (now + wall_ahead) / base::kMillisecond);
  account(stream, event, sent, result);
  return result != cluster::Sent::queue_full;
}

void Sender::account(Stream& stream, const plan::Event& event, Nanos sent, cluster::Sent result) {
  using measure::Count;
  const auto index = static_cast<std::uint16_t>(stream.index);
  measure::AckLog& acks = *context_.acks[stream.index];
  const auto trace = [&](TraceKind kind) {
    const std::int32_t partition = context_.lanes[stream.index].partition_of(event.lane);
    trace_send(recorder_, kind, stream.index, partition, event, stream.stalled, sent);
  };
  if (result == cluster::Sent::queue_full) {
    trace(TraceKind::queue_full);
    acks.withdrawn(event.lane, event.n);
    recorder_.count(index, measure::kNoPass, sent, Count::queue_full);
    stream.stalled = true;
    stream.retry = sent + kRetry;
    return;
  }
  trace(result == cluster::Sent::refused ? TraceKind::refused : TraceKind::sent);
  const measure::Series series{index, measure::kNoPass, event.tier, measure::Measure::send_delay};
  recorder_.record(series, event.tau, sent - event.tau);
  if (!stream.stalled) {
    recorder_.record({index, measure::kNoPass, event.tier, measure::Measure::own_delay}, event.tau,
                     sent - event.tau);
  }
  if (result == cluster::Sent::refused) {
    acks.not_sent(event.lane, event.n, /*own=*/false);
    recorder_.count(index, measure::kNoPass, sent, Count::send_refused);
  } else {
    recorder_.count(index, measure::kNoPass, sent, Count::sent);
    recorder_.count(index, measure::kNoPass, sent, Count::bytes_sent, event.size);
    context_.totals[stream.index].sent.fetch_add(1, std::memory_order_relaxed);
  }
  LaneProof& proof = proofs_[stream.index][event.lane];
  proof.hash = plan::hash_event(proof.hash, event);
  ++proof.events;
  stream.retry = 0;
  stream.events.advance();
}

// What is left unsent at the end has a cause: the cluster's inside a stall episode, else our own (V1, V2).
void Sender::finish(bool given_up, Nanos now) {
  if (given_up) {
    for (Stream& stream : streams_) {
      for (; stream.events.tau() <= context_.last_tau(); stream.events.advance()) {
        const plan::Event event = stream.events.event();
        context_.acks[stream.index]->not_sent(event.lane, event.n, /*own=*/!stream.stalled);
        trace_send(recorder_, TraceKind::not_sent, stream.index,
                   context_.lanes[stream.index].partition_of(event.lane), event, stream.stalled, now,
                   /*own=*/!stream.stalled);
      }
    }
  }
  recorder_.cut();
  done_ = true;
  context_.senders_done.fetch_add(1, std::memory_order_acq_rel);
}

void Sender::cut_each_second(Nanos now) {
  if (base::second_of(now) == second_) return;
  second_ = base::second_of(now);
  recorder_.cut();
}

}  // namespace freshet::engine
