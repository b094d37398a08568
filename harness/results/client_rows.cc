// What clients counted of themselves, over the run.
#include <algorithm>
#include <map>
#include <utility>

#include "harness/results/client_json.h"
#include "harness/results/rows.h"

namespace freshet::results {
namespace {

void add(ClientWindow& sum, const ClientSpread& part) {
  if (part.count == 0) return;
  const auto count = static_cast<std::uint64_t>(part.count);
  const double total = sum.mean * static_cast<double>(sum.count) + part.mean * static_cast<double>(count);
  sum.count += count;
  sum.mean = total / static_cast<double>(sum.count);
  sum.highest_p99 = std::max(sum.highest_p99, part.p99);
  sum.max = std::max(sum.max, part.max);
}

void add(ConnectionFigures& sum, const ConnectionSecond& part) {
  sum.requests += part.requests;
  sum.retries += part.retries;
  sum.timeouts += part.timeouts;
  sum.errors += part.errors;
  sum.connects += part.connects;
  sum.disconnects += part.disconnects;
  add(sum.round_trip, part.round_trip);
  add(sum.in_client, part.in_client);
  add(sum.to_socket, part.to_socket);
  add(sum.throttle, part.throttle);
}

void add(ClientRow& sum, const ClientSecond& part) {
  sum.most_waiting = std::max(sum.most_waiting, part.waiting);
  sum.most_in_flight = std::max(sum.most_in_flight, part.in_flight);
  sum.most_fetched = std::max(sum.most_fetched, part.fetched);
  add(sum.batch_records, part.batch_records);
  add(sum.batch_bytes, part.batch_bytes);
}

// (0, stream) or (1, pass): producers come first.
using Owner = std::pair<int, std::uint16_t>;

Owner owner_of(const ClientKey& client) {
  return client.stream == kNoStream ? Owner{1, client.pass} : Owner{0, client.stream};
}

}  // namespace

std::vector<ClientRow> client_rows(const Facts& facts) {
  std::map<Owner, ClientRow> rows;
  std::map<Owner, std::map<std::string, ConnectionFigures>> brokers;
  for (const ClientSecond& second : facts.clients) add(rows[owner_of(second.client)], second);
  for (const ConnectionSecond& second : facts.connections) {
    const Owner owner = owner_of(second.client);
    add(rows[owner].all, second);
    add(brokers[owner][second.broker], second);
  }
  std::vector<ClientRow> all;
  for (auto& [owner, row] : rows) {
    (owner.first == 0 ? row.stream : row.pass) = owner.second;
    for (auto& [name, figures] : brokers[owner]) {
      figures.broker = name;
      row.brokers.push_back(std::move(figures));
    }
    all.push_back(std::move(row));
  }
  return all;
}

namespace {

Json to_json(const ClientWindow& w) {
  if (w.count == 0) return Json();
  return {{"count", w.count}, {"mean", w.mean}, {"highest_p99", w.highest_p99}, {"max", w.max}};
}

Json to_json(const ConnectionFigures& c) {
  return {{"broker", c.broker.empty() ? Json() : Json(c.broker)},
          {"requests", c.requests},
          {"retries", c.retries},
          {"timeouts", c.timeouts},
          {"errors", c.errors},
          {"connects", c.connects},
          {"disconnects", c.disconnects},
          {"round_trip_ns", to_json(c.round_trip)},
          {"in_client_ns", to_json(c.in_client)},
          {"to_socket_ns", to_json(c.to_socket)},
          {"throttle_ns", to_json(c.throttle)}};
}

}  // namespace

Json to_json(const Names& names, const ClientRow& row) {
  Json brokers = Json::array();
  for (const ConnectionFigures& broker : row.brokers) brokers.push_back(to_json(broker));
  return {{"stream", row.stream < 0 ? Json() : Json(names.stream(row.stream))},
          {"group", row.pass < 0 ? Json() : Json(names.pass(row.pass))},
          {"all", to_json(row.all)},
          {"brokers", std::move(brokers)},
          {"most_waiting", row.most_waiting},
          {"most_in_flight", row.most_in_flight},
          {"most_fetched", row.most_fetched},
          {"batch_records", to_json(row.batch_records)},
          {"batch_bytes", to_json(row.batch_bytes)}};
}

}  // namespace freshet::results
