#include "reports/html_timeline.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace freshet::reports {
namespace {

using nlohmann::json;
using results::OffsetAndLag;

constexpr std::size_t kProducedColumns = 3, kSeriesColumns = 7,
                      kReadColumns = 3;  // as html_timeline() fills them

using Column = std::vector<std::optional<double>>;  // by second

struct Columns {
  std::int64_t seconds = 0;
  std::map<std::string, Column> of;
  void set(const std::string& name, std::int64_t second, std::optional<double> value) {
    Column& column = of[name];
    column.resize(static_cast<std::size_t>(seconds));
    column[static_cast<std::size_t>(second)] = value;
  }
};

std::optional<double> microseconds(base::Nanos ns) {
  if (ns < 0) return std::nullopt;
  return static_cast<double>(ns / base::kMicrosecond);
}

json number(const std::optional<double>& value) {
  if (!value) return nullptr;
  const double rounded = std::round(*value);
  return rounded == *value ? json(static_cast<std::int64_t>(rounded)) : json(*value);
}

// The values of [begin, end): least, greatest, last.
void add_three(json& out, const Column& column, std::size_t begin, std::size_t end) {
  std::optional<double> least, greatest, last;
  for (std::size_t i = begin; i < end; ++i) {
    if (!column[i]) continue;
    last = column[i];
    least = least ? std::min(*least, *last) : *last;
    greatest = greatest ? std::max(*greatest, *last) : *last;
  }
  for (const auto& value : {least, greatest, last}) out.push_back(number(value));
}

json sampled(const Column& column, std::size_t width) {
  json out = json::array();
  if (width == 1) {
    for (const std::optional<double>& value : column) out.push_back(number(value));
    return out;
  }
  for (std::size_t i = 0; i < column.size(); i += width)
    add_three(out, column, i, std::min(column.size(), i + width));
  return out;
}

json seconds_of(std::size_t seconds, std::size_t width) {
  json out = json::array();
  for (std::size_t i = 0; i < seconds; i += width) {
    out.push_back(i);
    if (width == 1) continue;
    for (const double part : {1.0, 2.0})
      out.push_back(static_cast<double>(i) + std::round(static_cast<double>(width) * part * 100 / 3) / 100);
  }
  return out;
}

std::size_t width_for(std::size_t seconds, std::size_t columns, std::size_t values) {
  if (seconds * columns <= values) return 1;
  // Three values a column; below four seconds a column nothing would be won.
  const std::size_t buckets = std::max<std::size_t>(1, values / (3 * columns));
  return std::max<std::size_t>(4, (seconds + buckets - 1) / buckets);
}

void add_json(json& all, json entry, const Columns& columns, std::size_t width) {
  for (const auto& [name, column] : columns.of) entry[name] = sampled(column, width);
  all.push_back(std::move(entry));
}

}  // namespace

TimeGrid time_grid(const results::Settled& settled, std::size_t values) {
  std::int64_t seconds = 0;
  std::set<int> streams;
  std::set<std::pair<int, int>> series, read;
  for (const OffsetAndLag& row : settled.timeline) {
    seconds = std::max(seconds, row.second + 1);
    streams.insert(row.stream);
    if (static_cast<std::size_t>(row.pass) >= settled.plan.groups.size()) continue;
    series.insert({row.stream, row.pass});
    if (row.reads > 0) read.insert({row.stream, row.pass});
  }
  const auto all = static_cast<std::size_t>(seconds);
  const std::size_t columns =
      kProducedColumns * streams.size() + kSeriesColumns * series.size() + kReadColumns * read.size();
  return {all, width_for(all, columns, values)};
}

json html_timeline(const results::Settled& settled, const TimeGrid& grid) {
  const auto seconds = static_cast<std::int64_t>(grid.seconds);
  std::map<int, Columns> produced;
  std::map<std::pair<int, int>, Columns> series;
  for (const OffsetAndLag& row : settled.timeline) {
    if (row.second < 0) continue;
    Columns& stream = produced[row.stream];
    stream.seconds = seconds;
    stream.set("offered", row.second, row.offered);
    stream.set("sent", row.second, row.sent);
    stream.set("acked", row.second, row.acked);
    if (static_cast<std::size_t>(row.pass) >= settled.plan.groups.size()) continue;
    Columns& one = series[{row.stream, row.pass}];
    one.seconds = seconds;
    one.set("p50", row.second, microseconds(row.staleness_p50));
    one.set("p99", row.second, microseconds(row.staleness_p99));
    one.set("max", row.second, microseconds(row.staleness_max));
    one.set("freshness", row.second, microseconds(row.freshness_lag));
    one.set("consumer", row.second, microseconds(row.consumer_lag));
    std::optional<double> behind;
    if (row.offset_lag >= 0) behind = static_cast<double>(row.offset_lag);
    one.set("offset", row.second, behind);
    one.set("visible", row.second, row.visible);
    if (row.reads == 0) continue;
    one.set("view", row.second, microseconds(row.view_staleness_max));
    one.set("reads", row.second, static_cast<double>(row.reads));
    one.set("stale", row.second, static_cast<double>(row.stale_reads));
  }
  json out = {{"second", seconds_of(grid.seconds, grid.width)},
              {"width", grid.width},
              {"produced", json::array()},
              {"series", json::array()}};
  for (const auto& [stream, all] : produced) add_json(out["produced"], {{"stream", stream}}, all, grid.width);
  for (const auto& [key, all] : series)
    add_json(out["series"], {{"stream", key.first}, {"group", key.second}}, all, grid.width);
  return out;
}

}  // namespace freshet::reports
