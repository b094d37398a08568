#include "harness/engine/compressibility.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "harness/base/random.h"
#include "harness/measure/envelope.h"
#include "harness/measure/record_batch.h"

namespace freshet::engine {
namespace {

// A full batch is the client's, within these: a smaller one says nothing of the content, and of a larger one
// neither more nor other.
constexpr double kSmallest = 16 << 10, kLargest = 128 << 10;

// A setting of a stream's producer: as it is in force, else as the plan has it; "" for the library's own.
class ProducerSettings {
 public:
  ProducerSettings(const plan::Plan& plan, std::size_t stream, const std::string& topic,
                   const cluster::Settings& in_force)
      : plan_(plan), stream_(plan.streams[stream]), in_force_(in_force), scope_("producer " + topic + ": ") {}

  std::string text(std::initializer_list<const char*> names) const {
    for (const char* name : names) {
      if (const auto found = in_force_.find(scope_ + name); found != in_force_.end()) return found->second;
      if (const auto found = in_force_.find(name); found != in_force_.end()) return found->second;
      for (const plan::Settings* settings : {&stream_.client_settings, &plan_.client_settings}) {
        if (const auto found = settings->find(name); found != settings->end()) return found->second;
      }
    }
    return "";
  }

  double number(std::initializer_list<const char*> names, double fallback) const {
    const std::string found = text(names);
    double value = 0;
    const auto [end, error] = std::from_chars(found.data(), found.data() + found.size(), value);
    return error == std::errc{} && end == found.data() + found.size() ? value : fallback;
  }

 private:
  const plan::Plan& plan_;
  const plan::Stream& stream_;
  const cluster::Settings& in_force_;
  std::string scope_;
};

class Sample {
 public:
  Sample(std::size_t stream, const plan::StreamLanes& lanes, const plan::Contents& contents,
         std::uint64_t run)
      : stream_(stream), lanes_(lanes), contents_(contents), run_(run) {}

  // The stream's first events, partition by partition, up to so many bytes or records.
  measure::RecordBatch take(double bytes, double records) {
    measure::RecordBatch batch;
    for (int p = 0; p < lanes_.partitions(); ++p) {
      for (plan::MergeCursor events(lanes_, p, lanes_.partitions()); !events.done(); events.advance()) {
        if (static_cast<double>(batch.bytes().size()) >= bytes ||
            static_cast<double>(batch.records()) >= records) {
          return batch;
        }
        add(batch, events.event());
      }
    }
    return batch;
  }

 private:
  void add(measure::RecordBatch& batch, const plan::Event& event) {
    value_.resize(event.size);
    contents_.fill(std::span(value_).subspan(measure::kEnvelopeSize), event.key, event.lane, event.n);
    measure::Envelope envelope;
    envelope.run = run_;
    envelope.n = event.n;
    envelope.tau = event.tau;
    // Some time after τ, as a sender is: up to 65 us.
    envelope.sent = event.tau + static_cast<Nanos>(base::mix64(event.n ^ event.key) & 0xffff);
    envelope.stream = static_cast<std::uint16_t>(stream_);
    envelope.lane = event.lane;
    envelope.key = event.key;
    envelope.tier = event.tier;
    measure::write_envelope(envelope, value_);
    std::array<char, plan::StreamLanes::kMaximumKey> key;
    const std::size_t key_size = lanes_.write_key(event.key, key.data());
    if (batch.records() == 0) first_ = event.tau;
    batch.add(std::as_bytes(std::span(key.data(), key_size)), value_,
              (event.tau - first_) / base::kMillisecond);
  }

  std::size_t stream_;
  const plan::StreamLanes& lanes_;
  const plan::Contents& contents_;
  std::uint64_t run_;
  std::vector<std::byte> value_;
  Nanos first_ = 0;
};

Json of_stream(const plan::Stream& stream, const ProducerSettings& settings, Sample& sample) {
  using measure::Codec;
  const double bytes = std::min(settings.number({"batch.size"}, 1e6),
                                settings.number({"message.max.bytes", "max.request.size"}, 1e6));
  const double linger = settings.number({"queue.buffering.max.ms", "linger.ms"}, 5) / 1000;
  const Codec codec = measure::codec_of(settings.text({"compression.codec", "compression.type"}));
  const measure::RecordBatch full = sample.take(std::clamp(bytes, kSmallest, kLargest), 1e9);
  const measure::RecordBatch sent =
      sample.take(bytes, std::floor(1 + stream.rate / stream.partitions * linger));
  Json found = {{"stream", stream.name}, {"asked", stream.compresses}, {"codec", measure::word_of(codec)}};
  if (full.records() == 0) return found;
  found["batch_bytes"] = full.bytes().size();
  found["batch_records"] = full.records();
  found["ratio"] = measure::ratio(codec, full.bytes());
  found["zstd"] = measure::ratio(Codec::zstd, full.bytes());
  found["lz4"] = measure::ratio(Codec::lz4, full.bytes());
  found["as_sent_records"] = sent.records();
  found["as_sent"] = measure::ratio(codec, sent.bytes());
  return found;
}

}  // namespace

Json compressibility(const Context& context, const cluster::Settings& in_force) {
  Json streams = Json::array();
  for (std::size_t s = 0; s < context.plan.streams.size(); ++s) {
    const ProducerSettings settings(context.plan, s, context.topic(s), in_force);
    Sample sample(s, context.lanes[s], context.contents[s], context.run_id);
    streams.push_back(of_stream(context.plan.streams[s], settings, sample));
  }
  return streams;
}

Json compressibility(const plan::Plan& plan, const std::vector<plan::StreamLanes>& lanes) {
  const cluster::Settings none;
  Json streams = Json::array();
  for (std::size_t s = 0; s < plan.streams.size(); ++s) {
    const ProducerSettings settings(plan, s, "", none);
    const plan::Contents contents(plan, plan.streams[s]);
    Sample sample(s, lanes[s], contents, base::derive(plan.seed, s));
    streams.push_back(of_stream(plan.streams[s], settings, sample));
  }
  return streams;
}

}  // namespace freshet::engine
