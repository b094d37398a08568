#include "reports/clients.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "harness/base/text.h"
#include "reports/names.h"

namespace freshet::reports {
namespace {

using base::format_count;
using base::format_duration;
using results::ClientRow;
using results::ClientWindow;
using results::ConnectionFigures;
using results::Settled;

// Producers come first, then groups.
class Owners {
 public:
  explicit Owners(const plan::Plan& plan) : plan_(plan) {}
  // The row's label, after a heading of its kind where that begins.
  std::string label(const ClientRow& row, Table& table) {
    const char* const kind = row.stream >= 0 ? "producers" : "groups";
    if (kind_ != kind) table.heading(kind, 1);
    kind_ = kind;
    return row.stream >= 0 ? class_name(plan_, row.stream) : pass_name(plan_, row.pass);
  }

 private:
  const plan::Plan& plan_;
  std::string kind_;
};

std::string count_cell(std::int64_t n) {
  return format_count(static_cast<std::uint64_t>(std::max<std::int64_t>(n, 0)));
}

std::string mean_cell(const ClientWindow& window) {
  return window.count == 0 ? "" : format_duration(std::llround(window.mean));
}

std::string p99_cell(const ClientWindow& window) {
  return window.count == 0 ? "" : format_duration(window.highest_p99);
}

// The longest wait that a broker asked for.
std::string throttle_cell(const ClientWindow& window) {
  return window.max == 0 ? "" : format_duration(window.max);
}

bool any_throttled(const Settled& settled) {
  const auto throttled = [](const ClientRow& row) { return row.all.throttle.max > 0; };
  return std::ranges::any_of(settled.figures.clients, throttled);
}

// A group's round trips are the wait of its fetches for something to read: no figure of the network.
std::vector<std::string> connection_cells(const ClientRow& row, const ConnectionFigures& c, bool throttled) {
  const bool producer = row.stream >= 0;
  std::vector<std::string> cells = {format_count(c.requests),
                                    format_count(c.retries),
                                    format_count(c.timeouts),
                                    format_count(c.errors),
                                    producer ? mean_cell(c.round_trip) : "",
                                    producer ? p99_cell(c.round_trip) : ""};
  if (throttled) cells.push_back(throttle_cell(c.throttle));
  return cells;
}

std::string connections(const Settled& settled, bool by_broker, const Style& style) {
  const bool throttled = any_throttled(settled);
  std::vector<std::string> heads = {"requests", "retries", "timeouts", "errors", "rtt mean", "rtt p99"};
  if (throttled) heads.emplace_back("throttled");
  Table table("Clients, the whole run", heads);
  Owners owners(settled.plan);
  for (const ClientRow& row : settled.figures.clients) {
    table.row(owners.label(row, table), connection_cells(row, row.all, throttled), 2);
    if (!by_broker) continue;
    for (const ConnectionFigures& broker : row.brokers)
      table.row(broker.broker, connection_cells(row, broker, throttled), 3, Paint::dim);
  }
  return table.empty() ? "" : table.text(style);
}

// What a producer has, and a member has not, stays empty, and the other way round.
std::string queues(const Settled& settled, const Style& style) {
  Table table("Queues and batches of clients",
              {"waiting", "in flight", "fetched", "batch", "largest", "in client", "to socket"});
  Owners owners(settled.plan);
  for (const ClientRow& row : settled.figures.clients) {
    const bool producer = row.stream >= 0;
    const bool batches = row.batch_records.count > 0;
    table.row(owners.label(row, table),
              {producer ? count_cell(row.most_waiting) : "", producer ? count_cell(row.most_in_flight) : "",
               producer ? "" : count_cell(row.most_fetched),
               batches ? fmt::format("{:.3g}", row.batch_records.mean) : "",
               batches ? count_cell(row.batch_records.max) : "", mean_cell(row.all.in_client),
               mean_cell(row.all.to_socket)},
              2);
  }
  return table.empty() ? "" : table.text(style);
}

// ---- Settings ----

using Settings = std::map<std::string, std::string>;

struct Column {
  std::string head;
  Settings settings;
};

// "producer freshet-0123abcd-chat" -> "producer"
std::string kind_of(const std::string& scope) {
  return scope.substr(0, scope.find(' '));
}

std::string without_prefix(const std::string& scope, const std::string& prefix) {
  const std::size_t name = scope.find(' ') + 1;
  return scope.compare(name, prefix.size(), prefix) == 0 ? scope.substr(name + prefix.size())
                                                         : scope.substr(name);
}

// The manifest is a file: anything may be in it.
std::map<std::string, Settings> scopes_of(const results::Json& manifest) {
  std::map<std::string, Settings> scopes;
  const auto found = manifest.find("failover_settings");
  if (found == manifest.end() || !found->is_object()) return scopes;
  for (const auto& [scope, settings] : found->items()) {
    if (!settings.is_object()) continue;
    for (const auto& [name, value] : settings.items()) {
      if (value.is_string()) scopes[scope][name] = value.get<std::string>();
    }
  }
  return scopes;
}

// One column for all producers, and one for all groups; where they differ, one for each different set.
std::vector<Column> columns_of_scopes(const results::Json& manifest) {
  const auto found = manifest.find("prefix");
  const std::string prefix =
      found != manifest.end() && found->is_string() ? found->get<std::string>() : std::string();
  std::vector<Column> columns;
  std::map<std::string, std::map<Settings, std::vector<std::string>>> kinds;
  for (const auto& [scope, settings] : scopes_of(manifest))
    kinds[kind_of(scope)][settings].push_back(without_prefix(scope, prefix));
  for (const char* kind : {"producer", "group"}) {
    const auto& sets = kinds[kind];
    for (const auto& [settings, names] : sets) {
      std::string head = sets.size() == 1 ? std::string(kind) + "s" : names.front();
      if (sets.size() > 1 && names.size() > 1) head += fmt::format(" +{}", names.size() - 1);
      columns.push_back({std::move(head), settings});
    }
  }
  return columns;
}

}  // namespace

std::string client_tables(const Settled& settled, bool by_broker, const Style& style) {
  std::string text = connections(settled, by_broker, style);
  if (by_broker && !text.empty()) text += "\n" + queues(settled, style);
  return text;
}

std::string failover_table(const Settled& settled, const Style& style) {
  const std::vector<Column> columns = columns_of_scopes(settled.manifest);
  std::set<std::string> names;
  std::vector<std::string> heads;
  for (const Column& column : columns) {
    heads.push_back(column.head);
    for (const auto& [name, value] : column.settings) names.insert(name);
  }
  Table table("Settings that decide how long a failover takes, as in force", heads);
  for (const std::string& name : names) {
    std::vector<std::string> values;
    for (const Column& column : columns) {
      const auto found = column.settings.find(name);
      values.push_back(found == column.settings.end() ? "" : found->second);
    }
    table.row(name, std::move(values));
  }
  return table.empty() ? "" : table.text(style);
}

}  // namespace freshet::reports
