#include "reports/sparkline.h"

#include <algorithm>
#include <cmath>

namespace freshet::reports {

TimeAxis::TimeAxis(std::size_t seconds, std::size_t room) : seconds_(seconds) {
  if (seconds > room) {
    per_column_ = (seconds + room - 1) / room;
  } else {
    per_second_ = room / seconds;
  }
}

std::vector<Point> TimeAxis::in_columns(const std::vector<Point>& by_second) const {
  std::vector<Point> points(columns());
  for (std::size_t second = 0; second < by_second.size(); ++second) {
    const Point& one = by_second[second];
    for (std::size_t i = 0; i < per_second_; ++i) {
      Point& point = points[column_of(second) + i];
      point.value = std::max(point.value, one.value);
      point.at_least = point.at_least || one.at_least;
    }
  }
  return points;
}

LogScale::LogScale(const std::vector<std::vector<Point>>& rows, base::Nanos top) {
  base::Nanos least = 0, greatest = 0;
  for (const std::vector<Point>& row : rows) {
    for (const Point& point : row) {
      if (point.value <= 0) continue;
      least = least == 0 ? point.value : std::min(least, point.value);
      greatest = std::max(greatest, point.value);
    }
  }
  empty_ = greatest == 0;
  if (empty_) return;
  ends_.back() = std::max(greatest, top);
  const auto end = static_cast<double>(ends_.back());
  step_ = std::pow(std::max(100.0, end / static_cast<double>(least)), 1.0 / kLevels);
  for (std::size_t i = 0; i + 1 < kLevels; ++i)
    ends_[i] = static_cast<base::Nanos>(end / std::pow(step_, static_cast<double>(kLevels - 1 - i)));
}

std::size_t LogScale::level_of(base::Nanos value) const {
  if (value == 0) return 0;
  const auto end = std::ranges::lower_bound(ends_, value);
  return std::min(kLevels, static_cast<std::size_t>(end - ends_.begin()) + 1);
}

const std::array<const char*, LogScale::kLevels>& level_signs(bool blocks) {
  static constexpr std::array<const char*, LogScale::kLevels> kBlocks = {"▁", "▂", "▃", "▄",
                                                                         "▅", "▆", "▇", "█"};
  static constexpr std::array<const char*, LogScale::kLevels> kAscii = {".", ":", "-", "=",
                                                                        "+", "*", "#", "@"};
  return blocks ? kBlocks : kAscii;
}

}  // namespace freshet::reports
