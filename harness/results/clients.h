// What clients count of themselves (K3), interval by interval, as the tables of a run folder keep it: a row a
// client in clients.csv, a row a client and broker in connections.csv.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/results/tables.h"

namespace freshet::results {

inline constexpr std::uint16_t kNoStream = 0xffff;

// Whose they are: the producer of a stream (pass = kNoPass), or a member of a pass (stream = kNoStream).
struct ClientKey {
  std::uint16_t stream = kNoStream, pass = measure::kNoPass, member = 0;
  friend auto operator<=>(const ClientKey&, const ClientKey&) = default;
};

// A quantity over one interval, as the client's own histogram has it.
struct ClientSpread {
  std::int64_t count = 0;
  double mean = 0;
  std::int64_t p50 = 0, p99 = 0, max = 0;
  friend bool operator==(const ClientSpread&, const ClientSpread&) = default;
};

struct ClientSecond {
  ClientKey client;
  std::int64_t second = 0;  // in which the interval ended
  Nanos interval = 0;
  std::int64_t waiting = 0;    // producer: records accepted and not yet in a request, at the interval's end
  std::int64_t in_flight = 0;  // producer: records in requests not yet answered, likewise
  std::int64_t fetched = 0;    // member: records fetched and not yet polled, likewise
  ClientSpread batch_records, batch_bytes;  // producer, of the interval
  friend bool operator==(const ClientSecond&, const ClientSecond&) = default;
};

struct ConnectionSecond {
  ClientKey client;
  std::int64_t second = 0;
  std::uint64_t requests = 0, retries = 0, timeouts = 0, errors = 0, connects = 0, disconnects = 0;
  ClientSpread round_trip;  // ns, of every answer: a member's is mostly the wait of its fetches
  ClientSpread in_client;   // ns, from produce until the request is built; producers only
  ClientSpread to_socket;   // ns, from then until it is written to the socket
  ClientSpread throttle;    // ns, that the broker asked for
  std::string broker;       // "host:port/id"
  friend bool operator==(const ConnectionSecond&, const ConnectionSecond&) = default;
};

template <>
struct TableOf<ClientSecond> {
  static const Table table;
};
template <>
struct TableOf<ConnectionSecond> {
  static const Table table;
};

void append(std::string& out, const ClientSecond& row);
void append(std::string& out, const ConnectionSecond& row);
bool parse(std::string_view line, ClientSecond& row);
bool parse(std::string_view line, ConnectionSecond& row);

}  // namespace freshet::results
