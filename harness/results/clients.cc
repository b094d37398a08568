#include "harness/results/clients.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "harness/results/line_file.h"

namespace freshet::results {
namespace {

void append(std::string& out, const ClientKey& client, std::int64_t second) {
  fmt::format_to(std::back_inserter(out), "{},{},{},{}", client.stream, client.pass, client.member, second);
}

void append(std::string& out, const ClientSpread& s) {
  fmt::format_to(std::back_inserter(out), ",{},{},{},{},{}", s.count, s.mean, s.p50, s.p99, s.max);
}

Fields& operator>>(Fields& fields, ClientKey& client) {
  return fields >> client.stream >> client.pass >> client.member;
}

Fields& operator>>(Fields& fields, ClientSpread& s) {
  return fields >> s.count >> s.mean >> s.p50 >> s.p99 >> s.max;
}

bool legal(const ClientSpread& s) {
  return s.count >= 0 && std::isfinite(s.mean);
}

// The name comes from the cluster.
std::string one_field(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c == ',' || c < ' '; }, '_');
  return text.empty() ? "-" : text;
}

}  // namespace

const Table TableOf<ClientSecond>::table{
    "clients.csv", "# freshet clients 1",
    "stream,pass,member,second,interval_ns,waiting,in_flight,fetched,"
    "batch_records_count,batch_records_mean,batch_records_p50,batch_records_p99,batch_records_max,"
    "batch_bytes_count,batch_bytes_mean,batch_bytes_p50,batch_bytes_p99,batch_bytes_max"};
const Table TableOf<ConnectionSecond>::table{
    "connections.csv", "# freshet connections 1",
    "stream,pass,member,second,requests,retries,timeouts,errors,connects,disconnects,"
    "round_trip_count,round_trip_mean_ns,round_trip_p50_ns,round_trip_p99_ns,round_trip_max_ns,"
    "in_client_count,in_client_mean_ns,in_client_p50_ns,in_client_p99_ns,in_client_max_ns,"
    "to_socket_count,to_socket_mean_ns,to_socket_p50_ns,to_socket_p99_ns,to_socket_max_ns,"
    "throttle_count,throttle_mean_ns,throttle_p50_ns,throttle_p99_ns,throttle_max_ns,broker"};

void append(std::string& out, const ClientSecond& row) {
  append(out, row.client, row.second);
  fmt::format_to(std::back_inserter(out), ",{},{},{},{}", row.interval, row.waiting, row.in_flight,
                 row.fetched);
  append(out, row.batch_records);
  append(out, row.batch_bytes);
  out.push_back('\n');
}

bool parse(std::string_view line, ClientSecond& row) {
  Fields fields(line);
  fields >> row.client >> row.second >> row.interval >> row.waiting >> row.in_flight >> row.fetched;
  fields >> row.batch_records >> row.batch_bytes;
  return fields.complete() && legal(row.batch_records) && legal(row.batch_bytes);
}

void append(std::string& out, const ConnectionSecond& row) {
  append(out, row.client, row.second);
  fmt::format_to(std::back_inserter(out), ",{},{},{},{},{},{}", row.requests, row.retries, row.timeouts,
                 row.errors, row.connects, row.disconnects);
  for (const ClientSpread* spread : {&row.round_trip, &row.in_client, &row.to_socket, &row.throttle})
    append(out, *spread);
  out += "," + one_field(row.broker) + "\n";
}

bool parse(std::string_view line, ConnectionSecond& row) {
  Fields fields(line);
  fields >> row.client >> row.second >> row.requests >> row.retries >> row.timeouts >> row.errors >>
      row.connects >> row.disconnects;
  fields >> row.round_trip >> row.in_client >> row.to_socket >> row.throttle;
  row.broker = fields.text();
  return fields.complete() && legal(row.round_trip) && legal(row.in_client) && legal(row.to_socket) &&
         legal(row.throttle) && !row.broker.empty();
}

}  // namespace freshet::results
