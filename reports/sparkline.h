// Values by second as one line of characters, each as high as its value on a logarithmic scale.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "harness/base/time.h"

namespace freshet::reports {

// Of a second, or of the seconds of a column. value -1: there is none. at_least: it may have been more.
struct Point {
  base::Nanos value = -1;
  bool at_least = false;
};

// How the seconds of a run lie in the columns of a line: so many seconds a column, or so many columns a
// second.
class TimeAxis {
 public:
  // As wide as there is room. REQUIRES: seconds > 0, room > 0.
  TimeAxis(std::size_t seconds, std::size_t room);

  std::size_t columns() const { return (seconds_ + per_column_ - 1) / per_column_ * per_second_; }
  std::size_t per_column() const { return per_column_; }  // seconds, at least 1
  std::size_t per_second() const { return per_second_; }  // columns, at least 1
  std::size_t column_of(std::size_t second) const { return second / per_column_ * per_second_; }
  // By column: the greatest of its seconds, a lower bound where any of them is. Nothing is averaged.
  // REQUIRES: as many as there are seconds.
  std::vector<Point> in_columns(const std::vector<Point>& by_second) const;

 private:
  std::size_t seconds_, per_column_ = 1, per_second_ = 1;
};

// Eight levels, each ending at the same multiple of the one below it; the highest ends at the greatest value,
// or at `top` when that is more. They reach down to the least value above 0, and over two decades at least,
// so that noise stays flat.
class LogScale {
 public:
  static constexpr std::size_t kLevels = 8;
  LogScale(const std::vector<std::vector<Point>>& rows, base::Nanos top);

  bool empty() const { return empty_; }  // no value above 0
  // 1 to kLevels; 0: the value is 0. REQUIRES: value >= 0.
  std::size_t level_of(base::Nanos value) const;
  base::Nanos lowest_end() const { return ends_.front(); }
  base::Nanos highest_end() const { return ends_.back(); }
  double step() const { return step_; }

 private:
  std::array<base::Nanos, kLevels> ends_{};
  double step_ = 1;
  bool empty_ = true;
};

// The characters of the levels, the lowest first; "_" is a value of 0, " " is none.
const std::array<const char*, LogScale::kLevels>& level_signs(bool blocks);

}  // namespace freshet::reports
