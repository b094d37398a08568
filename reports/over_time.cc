#include "reports/over_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "harness/base/text.h"
#include "reports/names.h"
#include "reports/sparkline.h"

namespace freshet::reports {
namespace {

using base::format_duration;
using results::Settled;
using Key = std::pair<int, int>;  // stream, group
using BySecond = std::map<Key, std::vector<Point>>;

constexpr std::size_t kIndent = 4;  // of a group's name
constexpr std::size_t kGap = 2;
constexpr std::size_t kHighest = 10;  // ">=31.0 min"

std::size_t seconds_of(const Settled& settled) {
  std::int64_t last = -1;
  for (const results::OffsetAndLag& row : settled.timeline) last = std::max(last, row.second);
  return static_cast<std::size_t>(last + 1);
}

template <class F>
BySecond by_second(const Settled& settled, std::size_t seconds, F&& value_of) {
  BySecond all;
  for (const results::OffsetAndLag& row : settled.timeline) {
    if (row.second < 0 || static_cast<std::size_t>(row.pass) >= settled.plan.groups.size()) continue;
    std::vector<Point>& points = all[{row.stream, row.pass}];
    points.resize(seconds);
    points[static_cast<std::size_t>(row.second)].value = value_of(row);
  }
  return all;
}

BySecond staleness_of(const Settled& settled, std::size_t seconds) {
  BySecond all = by_second(settled, seconds, [](const auto& row) { return row.staleness_max; });
  for (const results::UnseenSecond& unseen : settled.unseen) {
    const auto found = all.find({unseen.stream, unseen.pass});
    if (found == all.end() || static_cast<std::size_t>(unseen.second) >= seconds) continue;
    Point& point = found->second[static_cast<std::size_t>(unseen.second)];
    point = {std::max(point.value, unseen.oldest), true};
  }
  return all;
}

struct Picture {
  const Settled& settled;
  const Style& style;
  TimeAxis axis;
  std::size_t label;  // columns before those of the time
};

base::Nanos bound_of(const plan::Plan& plan, const Key& key) {
  for (const plan::GroupStream& read : plan.groups[static_cast<std::size_t>(key.second)].streams) {
    if (static_cast<int>(read.stream) == key.first) return read.bound;
  }
  return base::kNever;
}

std::string drawn(const std::vector<Point>& columns, const LogScale& scale, bool blocks) {
  std::string line;
  for (const Point& point : columns) {
    if (point.value < 0) {
      line += ' ';
    } else {
      const std::size_t level = scale.level_of(point.value);
      line += level == 0 ? "_" : level_signs(blocks)[level - 1];
    }
  }
  return line;
}

std::string highest_words(const std::vector<Point>& columns, bool blocks) {
  Point most;
  for (const Point& point : columns)
    most = {std::max(most.value, point.value), most.at_least || point.at_least};
  if (most.value < 0) return "no data";
  return (most.at_least ? (blocks ? "≥" : ">=") : "") + format_duration(most.value);
}

// A line with `sign` under each column of which `holds`; "" when there is none.
template <class F>
std::string marks(const Picture& picture, const std::vector<Point>& columns, const char* sign, F&& holds) {
  if (std::ranges::none_of(columns, holds)) return "";
  std::string line(picture.label, ' ');
  for (const Point& point : columns) line += holds(point) ? sign : " ";
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

std::string first_columns(const std::string& text, std::size_t columns) {
  std::size_t end = text.size();
  while (columns_of(std::string_view(text).substr(0, end)) > columns) --end;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
  return text.substr(0, end);
}

// "|warmup |steady     |incident|": a name is cut to the room that its phase has.
std::string phase_ruler(const Picture& picture) {
  const plan::Plan& plan = picture.settled.plan;
  const std::size_t all = picture.axis.columns();
  const auto column_at = [&](base::Nanos t) {
    const std::size_t second = static_cast<std::size_t>(std::max<base::Nanos>(t, 0) / base::kSecond);
    return std::min(all, picture.axis.column_of(second));
  };
  std::string line;
  for (const plan::Phase& phase : plan.phases) {
    const std::size_t begin = column_at(phase.begin), end = column_at(phase.end);
    if (begin == end) continue;  // no room for it; or the run did not get there
    line = pad_right(line, begin) + "|" + first_columns(phase.name, end - begin - 1);
  }
  if (const std::size_t end = column_at(plan.end()); end < all) line = pad_right(line, end) + "|";
  return line;
}

std::string spans_of(const plan::Plan& plan) {
  std::string text = "  phases:";
  for (const plan::Phase& phase : plan.phases) {
    text += fmt::format("{} {} {} to {} s", &phase == &plan.phases.front() ? "" : ",", phase.name,
                        phase.begin / base::kSecond, phase.end / base::kSecond);
  }
  return text;
}

std::string axis_words(const TimeAxis& axis) {
  if (axis.per_column() > 1)
    return fmt::format("a column is {} s, with the highest of them", axis.per_column());
  if (axis.per_second() > 1) return fmt::format("{} columns are a second", axis.per_second());
  return "a column is a second";
}

std::string scale_words(const LogScale& scale, const std::vector<std::vector<Point>>& rows, bool blocks) {
  const auto& signs = level_signs(blocks);
  std::string text = fmt::format("  logarithmic: {} up to {}, each step {:.3g} times more, {} {}",
                                 signs.front(), format_duration(scale.lowest_end()), scale.step(),
                                 signs.back(), format_duration(scale.highest_end()));
  const auto any = [&](auto&& holds) {
    return std::ranges::any_of(rows, [&](const auto& row) { return std::ranges::any_of(row, holds); });
  };
  if (any([](const Point& point) { return point.value == 0; })) text += "; _ none";
  if (any([](const Point& point) { return point.value < 0; })) text += "; a gap: no event";
  if (any([](const Point& point) { return point.at_least; }))
    text += fmt::format("; {} at least, for some never became visible", blocks ? "≥" : ">");
  return text;
}

std::string picture_of(const Picture& picture, const std::string& title, const BySecond& all) {
  const plan::Plan& plan = picture.settled.plan;
  const Style& style = picture.style;
  std::vector<std::vector<Point>> rows;
  for (const auto& [key, points] : all) rows.push_back(picture.axis.in_columns(points));
  // So that what is far below every bound looks low.
  base::Nanos bound = base::kNever;
  for (const auto& [key, points] : all) bound = std::min(bound, bound_of(plan, key));
  const LogScale scale(rows, bound == base::kNever ? 0 : bound);
  if (scale.empty()) return "";
  std::string text = painted(wrapped(title + "; " + axis_words(picture.axis), 2, style), Paint::bold, style);
  int stream = -1;
  std::size_t at = 0;
  bool over = false;
  for (const auto& [key, points] : all) {
    if (key.first != stream) {
      stream = key.first;
      text += wrapped("  " + class_name(plan, stream), 4, style);
    }
    const std::vector<Point>& columns = rows[at++];
    text += pad_right(std::string(kIndent, ' ') + pass_name(plan, key.second), picture.label) +
            drawn(columns, scale, style.blocks) + std::string(kGap, ' ') +
            highest_words(columns, style.blocks) + "\n";
    text += marks(picture, columns, style.blocks ? "≥" : ">", [](const Point& one) { return one.at_least; });
    const base::Nanos own = bound_of(plan, key);
    const std::string beyond =
        marks(picture, columns, "!", [&](const Point& one) { return one.value > own; });
    over = over || !beyond.empty();
    text += painted(beyond, Paint::bad, style);
  }
  text += pad_right("  phases", picture.label) + phase_ruler(picture) + "\n";
  return text +
         wrapped(scale_words(scale, rows, style.blocks) + (over ? "; ! over the bound" : ""), 2, style);
}

}  // namespace

std::string over_time(const Settled& settled, const Style& style) {
  const std::size_t seconds = seconds_of(settled);
  if (seconds == 0) return "";
  std::size_t label = 0;
  for (const plan::Group& group : settled.plan.groups) label = std::max(label, columns_of(group.name));
  label = std::max(label + kIndent, std::string_view("  phases").size()) + kGap;
  const std::size_t room = std::max({style.room, style.width, kMinimumWidth});
  const std::size_t taken = label + kGap + kHighest;
  const Picture picture{settled, style, TimeAxis(seconds, room > taken ? room - taken : 1), label};
  std::string text =
      picture_of(picture, "Staleness by intended time, highest", staleness_of(settled, seconds));
  const std::string lag =
      picture_of(picture, "Freshness lag, highest",
                 by_second(settled, seconds, [](const auto& row) { return row.freshness_lag; }));
  if (!lag.empty()) text += (text.empty() ? "" : "\n") + lag;
  return text.empty() ? "" : text + wrapped(spans_of(settled.plan), 2, style);
}

}  // namespace freshet::reports
