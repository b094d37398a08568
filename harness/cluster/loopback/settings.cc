#include "harness/cluster/loopback/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace freshet::cluster::loopback {
namespace {

// Reads numbers out of settings and keeps the first complaint.
class Reader {
 public:
  explicit Reader(const Settings& given) : given_(given) {}

  // The value of the first of `names` that is set.
  std::optional<double> number(std::initializer_list<const char*> names) {
    for (const char* name : names) {
      const auto found = given_.find(name);
      if (found == given_.end()) continue;
      const std::string& text = found->second;
      double value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error == std::errc{} && end == text.data() + text.size() && std::isfinite(value)) return value;
      if (complaint_.empty()) complaint_ = fmt::format("{} = '{}': expected a number", name, text);
    }
    return std::nullopt;
  }
  void milliseconds(std::initializer_list<const char*> names, Nanos& into) {
    if (const auto n = number(names); n && *n >= 0)
      into = static_cast<Nanos>(std::llround(*n * base::kMillisecond));
  }
  void count(std::initializer_list<const char*> names, std::size_t& into, std::size_t unit = 1) {
    if (const auto n = number(names); n && *n >= 0) into = static_cast<std::size_t>(*n) * unit;
  }
  template <class T>
  base::Result<T> give(T value) const {
    if (!complaint_.empty()) return base::usage_error(complaint_);
    return value;
  }

 private:
  const Settings& given_;
  std::string complaint_;
};

constexpr std::size_t kLargestChunk = 128 * 1024;
constexpr std::size_t kSmallestChunk = 1024;

}  // namespace

base::Result<ProducerSettings> read_producer_settings(const Settings& given, const LoopbackOptions& options) {
  ProducerSettings s;
  s.linger = options.linger;
  s.queue_messages = options.queue_messages;
  s.queue_bytes = options.queue_bytes;
  Reader read(given);
  read.milliseconds({"linger.ms", "queue.buffering.max.ms"}, s.linger);
  read.milliseconds({"message.timeout.ms", "delivery.timeout.ms"}, s.message_timeout);
  read.count({"batch.num.messages"}, s.batch_messages);
  read.count({"batch.size"}, s.batch_bytes);
  read.count({"message.max.bytes"}, s.message_bytes);
  read.count({"queue.buffering.max.messages"}, s.queue_messages);
  read.count({"queue.buffering.max.kbytes"}, s.queue_bytes, 1024);
  return read.give(s);
}

base::Result<MemberSettings> read_member_settings(const Settings& given, const LoopbackOptions& options) {
  MemberSettings s;
  s.fetch_wait = options.fetch_wait;
  Reader read(given);
  read.milliseconds({"fetch.wait.max.ms"}, s.fetch_wait);
  read.milliseconds({"max.poll.interval.ms"}, s.max_poll_interval);
  read.milliseconds({"session.timeout.ms"}, s.session);
  return read.give(s);
}

base::Result<Retention> read_retention(const TopicSpec& topic, const LoopbackOptions& options) {
  Retention r;
  r.bytes = options.retention_bytes / static_cast<std::size_t>(std::max(topic.partitions, 1));
  std::size_t segment = kLargestChunk;
  Reader read(topic.config);
  read.count({"retention.bytes"}, r.bytes);
  read.count({"segment.bytes"}, segment);
  read.milliseconds({"retention.ms"}, r.age);
  r.chunk = std::clamp(std::min(segment, r.bytes / 8), kSmallestChunk, kLargestChunk);
  return read.give(r);
}

}  // namespace freshet::cluster::loopback
