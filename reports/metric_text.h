// Writes metric families and their samples in one of the two text formats. Label values may be anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/openmetrics.h"

namespace freshet::reports {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

class MetricText {
 public:
  explicit MetricText(Exposition form) : form_(form) {}

  // What samples follow. `name` is a counter's without _total, an info's without _info; a unit is its last
  // part.
  enum class Type { counter, gauge, histogram, info };
  void family(std::string_view name, Type type, std::string_view help, std::string_view unit = "");

  void sample(const Labels& labels, std::uint64_t value);
  void sample(const Labels& labels, double value);
  void info(const Labels& labels) { sample(labels, std::uint64_t{1}); }
  // `up_to`: samples of at most each edge, ns.
  void histogram(Labels labels, const std::vector<base::Nanos>& edges, const results::Buckets& buckets);

  // The page, ended as its format asks.
  std::string finish() &&;

 private:
  void line(std::string_view suffix, const Labels& labels, std::string_view value);

  Exposition form_;
  std::string text_;
  std::string name_, suffix_;
};

// A duration in seconds, as short as is exact: "0.0025", "2.0".
std::string seconds_text(base::Nanos ns);

}  // namespace freshet::reports
