#include "harness/engine/prefill.h"

#include <fmt/format.h>

#include <array>

#include "harness/measure/envelope.h"
#include "harness/measure/raise.h"

namespace freshet::engine {
namespace {

constexpr int kEventsPerStep = 256;
constexpr Nanos kRetry = base::kMillisecond;  // a full queue; reports wake it before that

}  // namespace

Prefill::Prefill(Context& context, std::size_t stream)
    : context_(context),
      stream_(stream),
      lanes_(*context.prefill[stream]),
      events_(lanes_, 0, 1),
      value_(workloads::SizeTable(context.plan.streams[stream].size).largest()),
      planned_(lanes_.count()),
      first_(static_cast<std::size_t>(lanes_.partitions()), -1),
      counts_(static_cast<std::size_t>(lanes_.partitions())) {}

Stepped Prefill::step(const base::Clock& clock) {
  if (over_.load(std::memory_order_relaxed)) return {};
  const bool told = take_reports();
  const bool sent = send_some();
  const bool all = events_.done() && context_.producers[stream_]->in_flight() == 0;
  if (all || !failure_.empty()) over_.store(true, std::memory_order_release);
  const bool worked = told || sent || all;
  return {.worked = worked, .next = clock.now() + (worked ? 0 : kRetry)};
}

bool Prefill::send_some() {
  std::array<char, plan::StreamLanes::kMaximumKey> key;
  for (int i = 0; i < kEventsPerStep; ++i) {
    if (events_.done() || !failure_.empty()) return i > 0;
    const plan::Event event = events_.event();
    const std::size_t key_size = lanes_.write_key(event.key, key.data());
    const std::span<std::byte> value(value_.data(), event.size);
    const int lane = lanes_.lanes() + event.lane;
    context_.contents[stream_].fill(value.subspan(measure::kEnvelopeSize), event.key, lane, event.n);
    measure::Envelope envelope;
    envelope.run = context_.run_id;
    envelope.n = event.n;
    envelope.tau = envelope.sent = event.tau;
    envelope.stream = static_cast<std::uint16_t>(stream_);
    envelope.lane = static_cast<std::uint16_t>(lane);
    envelope.key = event.key;
    envelope.tier = event.tier;
    envelope.flags = measure::kPrefill;
    measure::write_envelope(envelope, value);
    const cluster::Sent result = context_.producers[stream_]->send(
        lanes_.partition_of(event.lane), std::as_bytes(std::span(key.data(), key_size)), value,
        (context_.prefill_wall + event.tau) / base::kMillisecond);
    if (result == cluster::Sent::queue_full) return i > 0;
    if (result == cluster::Sent::refused) {
      fail(context_.producers[stream_]->last_error());
      return true;
    }
    bytes_ += event.size;
    hash_ = plan::hash_event(hash_, event);
    events_.advance();
  }
  return true;
}

bool Prefill::take_reports() {
  cluster::Producer& producer = *context_.producers[stream_];
  int taken = 0;
  for (; taken < 4 * kEventsPerStep; ++taken) {
    const std::optional<cluster::Report> report = producer.poll();
    if (!report) break;
    if (report->persisted != cluster::Persisted::yes) {
      fail(report->error);
      continue;
    }
    const auto partition = static_cast<std::size_t>(report->partition);
    const auto before = static_cast<std::int64_t>(counts_[partition]++);
    if (first_[partition] < 0 && report->offset >= before) first_[partition] = report->offset - before;
    if (first_[partition] >= 0)
      measure::raise(context_.acked_ends[stream_][partition], first_[partition] + before + 1);
    written_.fetch_add(1, std::memory_order_relaxed);
  }
  return taken > 0;
}

void Prefill::fail(const std::string& why) {
  if (!failure_.empty()) return;
  failure_ = fmt::format("the prefill of topic {} could not be written: {}", context_.topic(stream_), why);
}

Json Prefill::note() const {
  Json partitions = Json::array();
  for (std::size_t p = 0; p < first_.size(); ++p)
    partitions.push_back({{"first", first_[p]}, {"events", counts_[p]}});
  return {{"stream", context_.plan.streams[stream_].name},
          {"events", written()},
          {"bytes", bytes_},
          {"hash", fmt::format("{:016x}", hash_)},
          {"wall_of_zero", context_.prefill_wall},
          {"partitions", std::move(partitions)}};
}

}  // namespace freshet::engine
