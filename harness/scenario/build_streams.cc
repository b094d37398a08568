#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/plan/sound.h"
#include "harness/scenario/build.h"
#include "workloads/payload.h"

namespace freshet::scenario {
namespace {

constexpr std::uint32_t kSmallestValue = 72;          // of a record: the envelope (measurement E4)
constexpr std::uint32_t kLargestValue = 64U << 20;    // more than any broker takes by default
constexpr std::uint32_t kLargestByDefault = 900'000;  // below max.message.bytes of a broker as it comes
constexpr Nanos kLongestBound = 24 * 3600 * base::kSecond;
constexpr int kFewestLanes = 32;

workloads::SizeModel fixed(std::uint32_t bytes) {
  workloads::SizeModel size;
  size.minimum = size.maximum = bytes;
  size.median = bytes;
  return size;
}

// { min = , max = }, or { median = , sigma = } with cuts.
workloads::SizeModel read_distribution(const Value& value, const std::string& where, Errors& errors) {
  const Range<std::uint32_t> range{kSmallestValue, kLargestValue};
  Reader reader(value, where, errors);
  workloads::SizeModel size;
  const bool lognormal = reader.has("median") || reader.has("sigma");
  size.kind = lognormal ? workloads::SizeKind::lognormal : workloads::SizeKind::uniform;
  for (const char* needed : {lognormal ? "median" : "min", lognormal ? "sigma" : "max"}) {
    if (!reader.has(needed)) {
      reader.problem(fmt::format(
          "has no {}; expected \"512B\", {{ min = , max = }}, {{ median = , sigma = }} or a list of sizes",
          needed));
    }
  }
  size.minimum = reader.bytes("min", kSmallestValue, range);
  size.maximum = reader.bytes("max", std::max(size.minimum, kLargestByDefault), range);
  if (lognormal) {
    size.median =
        reader.bytes("median", std::clamp(512U, size.minimum, std::max(size.minimum, size.maximum)), range);
    size.sigma = reader.number("sigma", 0, {0, 5});
  } else {
    size.median = (size.minimum + size.maximum) / 2.0;
  }
  if (size.minimum > size.maximum) {
    reader.problem(fmt::format("min is {} bytes, more than max with {}", size.minimum, size.maximum));
    size = fixed(kSmallestValue);
  } else if (lognormal && (size.median < size.minimum || size.median > size.maximum)) {
    reader.problem(
        fmt::format("median is {} bytes, not within {} to {}", size.median, size.minimum, size.maximum));
  }
  reader.finish(0);
  return size;
}

// { "310B", "512B", "512B", "7KiB" }: sizes as they were measured, each as likely as the others.
workloads::SizeModel read_samples(const Value& value, const std::string& where, Errors& errors) {
  Reader reader(value, where, errors);
  workloads::SizeModel size = fixed(kSmallestValue);
  if (value.items.size() > workloads::kMostSamples)
    reader.problem(
        fmt::format("has {} sizes, expected at most {}", value.items.size(), workloads::kMostSamples));
  std::vector<std::uint32_t> samples;
  for (std::size_t i = 0; i < std::min(value.items.size(), workloads::kMostSamples); ++i)
    samples.push_back(reader.item_bytes(i, kSmallestValue, {kSmallestValue, kLargestValue}));
  std::ranges::sort(samples);
  size.kind = workloads::SizeKind::empirical;
  size.minimum = samples.front();
  size.maximum = samples.back();
  size.median = samples[(samples.size() - 1) / 2];
  size.samples = std::move(samples);
  reader.finish(value.items.size());
  return size;
}

workloads::SizeModel read_size(Reader& reader, const std::string& where, Errors& errors) {
  const Value* value = reader.take("size");
  if (value != nullptr && value->is(Value::Type::table) && !value->items.empty())
    return read_samples(*value, where + ": size", errors);
  if (value != nullptr && value->is(Value::Type::table))
    return read_distribution(*value, where + ": size", errors);
  return fixed(reader.bytes("size", 512, {kSmallestValue, kLargestValue}));
}

void read_key(Reader& reader, plan::Stream& stream, const workloads::Population& population) {
  using plan::KeyKind;
  stream.key = reader.choice("key", KeyKind::account,
                             {{"account", KeyKind::account},
                              {"customer", KeyKind::customer},
                              {"tenant", KeyKind::tenant},
                              {"case", KeyKind::kase},
                              {"conversation", KeyKind::conversation}});
  stream.keys_per_account = static_cast<std::uint32_t>(reader.whole("keys_per_account", 1, {1, 10'000}));
  const bool whole = stream.key == KeyKind::account || stream.key == KeyKind::tenant;
  if (whole && stream.keys_per_account > 1) {
    reader.problem("keys_per_account",
                   "the key is the account itself; expected key = \"customer\", \"case\" or "
                   "\"conversation\" with it");
  }
  const std::uint64_t keys = std::uint64_t{population.accounts()} * stream.keys_per_account;
  if (keys > plan::kMostKeys) {
    reader.problem("keys_per_account",
                   fmt::format("that makes {} keys, expected at most {}", keys, plan::kMostKeys));
    stream.keys_per_account = 1;
  }
}

// What no content can reach is refused where it is written; the default is then the nearest there is.
double read_compression(Reader& reader, const workloads::SizeModel& size) {
  constexpr double kByDefault = 4;
  constexpr double kNearEnough = 1.15;  // noise is what it is: less than half of what V8 lets pass
  const double mean = workloads::SizeTable(size).mean();
  const workloads::Reach reach = workloads::reach(mean);
  const double nearest = std::clamp(kByDefault, reach.least, std::min(reach.most, plan::kMostCompression));
  const double ratio = reader.number("compresses", nearest, {1, plan::kMostCompression});
  if (ratio * kNearEnough < reach.least || ratio > std::max(reach.most, nearest)) {
    reader.problem(
        "compresses",
        fmt::format("found {:.4g}, but batches of records of {:.0f} bytes compress by {:.2f} to {:.2f}",
                    ratio, mean, reach.least, reach.most));
  }
  return ratio;
}

// E2: by default the smallest multiple of the partition count that is at least 32.
void read_lanes(Reader& reader, plan::Stream& stream) {
  stream.partitions = static_cast<int>(reader.whole("partitions", 12, {1, 10'000}));
  const int multiple = (kFewestLanes + stream.partitions - 1) / stream.partitions * stream.partitions;
  stream.lanes = static_cast<int>(reader.whole("lanes", multiple, {1, plan::kMostLanes}));
  if (stream.lanes % stream.partitions != 0) {
    reader.problem("lanes", fmt::format("found {}, expected a multiple of the {} partitions", stream.lanes,
                                        stream.partitions));
    stream.lanes = multiple;
  }
}

double bytes_per_second(const plan::Stream& stream) {
  return stream.rate * workloads::SizeTable(stream.size).mean();
}

// Bytes are the time in which they are expected at the base rate. Whole seconds, upwards.
Nanos length_of(Extent extent, double bytes_per_second) {
  const double seconds = extent.bytes > 0 && bytes_per_second > 0
                             ? extent.bytes / bytes_per_second
                             : static_cast<double>(extent.time) / static_cast<double>(base::kSecond);
  const double longest = static_cast<double>(plan::kLongestRun / base::kSecond);
  return static_cast<Nanos>(std::ceil(std::min(seconds, longest))) * base::kSecond;
}

// Of the streams that say nothing themselves; bytes are those of all of them together.
void prefill_the_rest(Extent extent, const std::vector<std::size_t>& rest, plan::Plan& plan) {
  double together = 0;
  for (const std::size_t stream : rest) together += bytes_per_second(plan.streams[stream]);
  for (const std::size_t stream : rest) plan.streams[stream].prefill = length_of(extent, together);
}

plan::Stream read_stream(const Value& value, const plan::Plan& plan, Errors& errors) {
  const std::string where = fmt::format("stream \"{}\"", value.key);
  Reader reader(value, where, errors);
  plan::Stream stream;
  stream.name = value.key;
  stream.klass = reader.name("class", value.key);
  read_lanes(reader, stream);
  stream.replication = static_cast<int>(reader.whole("replication", 1, {1, 100}));
  stream.topic_config = reader.settings("topic");
  stream.client_settings = read_client_settings(reader);
  read_key(reader, stream, plan.populations.front());
  stream.rate = reader.rate("rate", 100);
  stream.arrival =
      reader.choice("arrival", workloads::Arrival::poisson,
                    {{"poisson", workloads::Arrival::poisson}, {"uniform", workloads::Arrival::uniform}});
  stream.size = read_size(reader, where, errors);
  stream.compresses = read_compression(reader, stream.size);
  stream.critical = reader.flag("critical", false);
  stream.bound = reader.duration("bound", 5 * base::kSecond, {base::kMillisecond, kLongestBound});
  if (reader.has("prefill")) stream.prefill = length_of(reader.extent("prefill"), bytes_per_second(stream));
  reader.finish(0);
  return stream;
}

}  // namespace

void build_streams(const Value* streams, Extent prefill, plan::Plan& plan, Errors& errors) {
  if (streams == nullptr) return;
  const char* kExample = "chat_turn = support.chat_turn { rate = \"1000/s\" }";
  if (streams->is(Value::Type::table) && streams->fields.empty() && streams->items.empty()) {
    errors.add(streams->line,
               fmt::format("streams: found an empty table, expected streams = {{ {} }}", kExample));
  }
  std::vector<std::size_t> without_prefill;
  for (const Value* value : named_parts(*streams, "stream", kExample, errors)) {
    if (!value->is(Value::Type::table) && !value->is(Value::Type::unknown)) {
      errors.add(value->line,
                 fmt::format("stream \"{}\": found {}, expected {}", value->key, describe(*value), kExample));
    }
    static const Value kNothingSaid = [] {
      Value table;
      table.type = Value::Type::table;
      return table;
    }();
    Value named = value->is(Value::Type::table) ? *value : kNothingSaid;
    named.key = value->key;
    if (std::ranges::find(named.fields, "prefill", &Value::key) == named.fields.end())
      without_prefill.push_back(plan.streams.size());
    plan.streams.push_back(read_stream(named, plan, errors));
  }
  prefill_the_rest(prefill, without_prefill, plan);
}

}  // namespace freshet::scenario
