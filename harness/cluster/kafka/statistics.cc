#include "harness/cluster/kafka/statistics.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace freshet::cluster {
namespace {

using Json = nlohmann::json;

// A number of the document; 0 where this version of the library does not write it.
std::int64_t number(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}

std::uint64_t counter(const Json& object, const char* name) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(number(object, name), 0));
}

const Json& part(const Json& object, const char* name) {
  static const Json kNone = Json::object();
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? *found : kNone;
}

// The library's integer average hides what lies below its unit; sum and count do not.
Spread spread(const Json& window, std::int64_t unit) {
  Spread spread;
  spread.count = number(window, "cnt");
  if (spread.count == 0) return spread;
  spread.mean = static_cast<double>(number(window, "sum")) / static_cast<double>(spread.count) *
                static_cast<double>(unit);
  spread.p50 = number(window, "p50") * unit;
  spread.p99 = number(window, "p99") * unit;
  spread.max = number(window, "max") * unit;
  return spread;
}

// Counters as the library has them: since the client was made.
BrokerStatistics read_broker(const std::string& name, const Json& json) {
  BrokerStatistics broker;
  broker.broker = name;
  broker.requests = counter(json, "tx");
  broker.retries = counter(json, "txretries");
  broker.timeouts = counter(json, "req_timeouts");
  broker.errors = counter(json, "txerrs") + counter(json, "rxerrs");
  broker.connects = counter(json, "connects");
  broker.disconnects = counter(json, "disconnects");
  broker.round_trip = spread(part(json, "rtt"), base::kMicrosecond);
  broker.in_client = spread(part(json, "int_latency"), base::kMicrosecond);
  broker.to_socket = spread(part(json, "outbuf_latency"), base::kMicrosecond);
  broker.throttle = spread(part(json, "throttle"), base::kMillisecond);
  return broker;
}

bool idle(const BrokerStatistics& b) {
  return b.requests + b.retries + b.timeouts + b.errors + b.connects + b.disconnects == 0 &&
         b.round_trip.count + b.throttle.count == 0;
}

constexpr std::array kCounters = {&BrokerStatistics::requests, &BrokerStatistics::retries,
                                  &BrokerStatistics::timeouts, &BrokerStatistics::errors,
                                  &BrokerStatistics::connects, &BrokerStatistics::disconnects};

// What was counted since. One that fell says that the library has made the connection anew under the same
// name: all its counters have begun at 0 since.
void subtract(BrokerStatistics& now, const BrokerStatistics& before) {
  const auto fell = [&](const auto counter) { return now.*counter < before.*counter; };
  if (std::ranges::any_of(kCounters, fell)) return;
  for (const auto counter : kCounters) now.*counter -= before.*counter;
}

void read_topics(const Json& document, ClientStatistics& statistics) {
  for (const auto& [name, topic] : part(document, "topics").items()) {
    for (const auto& [id, partition] : part(topic, "partitions").items()) {
      statistics.waiting += number(partition, "msgq_cnt") + number(partition, "xmit_msgq_cnt");
      statistics.fetched += number(partition, "fetchq_cnt");
    }
    if (name != statistics.name) continue;
    statistics.batch_records = spread(part(topic, "batchcnt"), 1);
    statistics.batch_bytes = spread(part(topic, "batchsize"), 1);
  }
}

}  // namespace

void StatisticsInbox::offer(ClientStatistics::Kind kind, const std::string& name, const char* json) {
  Text text{kind, name, json};
  const std::lock_guard lock(mutex_);
  texts_.push_back(std::move(text));
}

std::optional<StatisticsInbox::Text> StatisticsInbox::next() {
  const std::lock_guard lock(mutex_);
  if (texts_.empty()) return std::nullopt;
  Text text = std::move(texts_.front());
  texts_.pop_front();
  return text;
}

std::optional<ClientStatistics> StatisticsInbox::poll() {
  while (auto text = next()) {
    const Json document = Json::parse(text->json, nullptr, false);
    const auto instance = document.is_object() ? document.find("name") : document.end();
    if (instance == document.end() || !instance->is_string()) continue;
    ClientStatistics statistics;
    statistics.kind = text->kind;
    statistics.name = std::move(text->name);
    statistics.at = number(document, "ts") * base::kMicrosecond;
    Before& before = before_[instance->get<std::string>()];
    statistics.interval =
        before.at > 0 ? statistics.at - before.at : number(document, "age") * base::kMicrosecond;
    before.at = statistics.at;
    for (const auto& [name, json] : part(document, "brokers").items()) {
      BrokerStatistics broker = read_broker(name, json);
      statistics.in_flight += number(json, "outbuf_msg_cnt") + number(json, "waitresp_msg_cnt");
      std::swap(before.brokers[name], broker);
      BrokerStatistics interval = before.brokers[name];
      subtract(interval, broker);
      if (number(json, "nodeid") >= 0 || !idle(interval)) statistics.brokers.push_back(std::move(interval));
    }
    read_topics(document, statistics);
    return statistics;
  }
  return std::nullopt;
}

}  // namespace freshet::cluster
