#include "reports/metric_text.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace freshet::reports {
namespace {

// Text that is no UTF-8 would cost the reader the whole page.
std::string valid_utf8(const std::string& text) {
  using Json = nlohmann::json;
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

std::string escaped(const std::string& value) {
  std::string text;
  for (const char c : valid_utf8(value)) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text;
}

std::string_view type_word(MetricText::Type type, Exposition form) {
  switch (type) {
    case MetricText::Type::counter:
      return "counter";
    case MetricText::Type::gauge:
      return "gauge";
    case MetricText::Type::histogram:
      return "histogram";
    case MetricText::Type::info:
      return form == Exposition::openmetrics ? "info" : "gauge";
  }
  return "";
}

}  // namespace

std::string content_type(Exposition form) {
  return form == Exposition::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                         : "text/plain; version=0.0.4; charset=utf-8";
}

std::string seconds_text(base::Nanos ns) {
  std::string text = fmt::format("{}.{:09}", ns / base::kSecond, ns % base::kSecond);
  while (text.ends_with('0') && !text.ends_with(".0")) text.pop_back();
  return text;
}

// The older format calls a family as its samples are called.
void MetricText::family(std::string_view name, Type type, std::string_view help, std::string_view unit) {
  name_ = name;
  suffix_ = type == Type::counter ? "_total" : type == Type::info ? "_info" : "";
  const std::string told = form_ == Exposition::openmetrics ? name_ : name_ + suffix_;
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", told, help, told, type_word(type, form_));
  if (form_ == Exposition::openmetrics && !unit.empty()) text_ += fmt::format("# UNIT {} {}\n", told, unit);
}

void MetricText::line(std::string_view suffix, const Labels& labels, std::string_view value) {
  text_ += name_;
  text_ += suffix;
  for (std::size_t i = 0; i < labels.size(); ++i)
    text_ += fmt::format("{}{}=\"{}\"", i == 0 ? "{" : ",", labels[i].first, escaped(labels[i].second));
  if (!labels.empty()) text_ += '}';
  text_ += fmt::format(" {}\n", value);
}

void MetricText::sample(const Labels& labels, std::uint64_t value) {
  line(suffix_, labels, fmt::format("{}", value));
}

void MetricText::sample(const Labels& labels, double value) {
  line(suffix_, labels, fmt::format("{}", value));
}

void MetricText::histogram(Labels labels, const std::vector<base::Nanos>& edges,
                           const results::Buckets& buckets) {
  labels.emplace_back("le", "");
  for (std::size_t i = 0; i < edges.size(); ++i) {
    labels.back().second = seconds_text(edges[i]);
    line("_bucket", labels, fmt::format("{}", buckets.up_to[i]));
  }
  labels.back().second = "+Inf";
  line("_bucket", labels, fmt::format("{}", buckets.samples));
  labels.pop_back();
  line("_sum", labels, fmt::format("{}", buckets.sum));
  line("_count", labels, fmt::format("{}", buckets.samples));
}

std::string MetricText::finish() && {
  if (form_ == Exposition::openmetrics) text_ += "# EOF\n";
  return std::move(text_);
}

}  // namespace freshet::reports
