#include "harness/engine/client_log.h"

#include <fmt/format.h>

namespace freshet::engine {
namespace {

results::ClientSpread spread(const cluster::Spread& s) {
  return {s.count, s.mean, s.p50, s.p99, s.max};
}

results::ConnectionSecond connection(const cluster::BrokerStatistics& b) {
  results::ConnectionSecond row;
  row.requests = b.requests;
  row.retries = b.retries;
  row.timeouts = b.timeouts;
  row.errors = b.errors;
  row.connects = b.connects;
  row.disconnects = b.disconnects;
  row.round_trip = spread(b.round_trip);
  row.in_client = spread(b.in_client);
  row.to_socket = spread(b.to_socket);
  row.throttle = spread(b.throttle);
  row.broker = b.broker;
  return row;
}

}  // namespace

std::string client_id(const Pass& pass, int member) {
  return fmt::format("{}-{}", pass.name, member);
}

std::optional<results::ClientKey> ClientLog::key_of(const cluster::ClientStatistics& told) const {
  if (told.kind == cluster::ClientStatistics::Kind::producer) {
    for (std::size_t s = 0; s < context_.plan.streams.size(); ++s) {
      if (told.name == context_.topic(s)) return results::ClientKey{.stream = static_cast<std::uint16_t>(s)};
    }
    return std::nullopt;
  }
  for (std::size_t p = 0; p < context_.passes.size(); ++p) {
    for (int m = 0; m < context_.passes[p].members; ++m) {
      if (told.name != client_id(context_.passes[p], m)) continue;
      return results::ClientKey{.pass = static_cast<std::uint16_t>(p),
                                .member = static_cast<std::uint16_t>(m)};
    }
  }
  return std::nullopt;
}

void ClientLog::write() {
  while (const auto told = cluster_.poll_statistics()) {
    const auto key = key_of(*told);
    if (!key || !context_.time.started()) continue;
    const Nanos at = context_.time.since_start(told->at);
    if (at < told->interval) continue;
    const std::int64_t second = base::second_of(at);
    facts_.add(results::ClientSecond{*key, second, told->interval, told->waiting, told->in_flight,
                                     told->fetched, spread(told->batch_records), spread(told->batch_bytes)});
    for (const cluster::BrokerStatistics& broker : told->brokers) {
      results::ConnectionSecond row = connection(broker);
      row.client = *key;
      row.second = second;
      facts_.add(row);
    }
  }
}

}  // namespace freshet::engine
