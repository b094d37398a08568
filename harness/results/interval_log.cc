#include "harness/results/interval_log.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

#include "harness/results/line_file.h"

namespace freshet::results {
namespace {

using measure::Histogram;
using measure::Measure;
using measure::Series;

constexpr std::array<std::string_view, 6> kMeasures{"staleness",       "own_delay",        "send_delay",
                                                    "service_latency", "response_latency", "hiccup"};
constexpr std::array<std::string_view, 4> kKinds{"", "/negative", "/overflow", "/undelivered"};

bool consuming(Measure measure) {
  return measure == Measure::staleness;
}

std::vector<Series> all_series(const plan::Plan& plan, const std::vector<std::vector<std::string>>& tiers) {
  std::vector<Series> all{{.pass = measure::kNoPass, .measure = Measure::hiccup}};
  for (std::size_t stream = 0; stream < plan.streams.size(); ++stream) {
    for (std::size_t tier = 0; tier < tiers[stream].size(); ++tier) {
      Series series{static_cast<std::uint16_t>(stream), measure::kNoPass, static_cast<std::uint8_t>(tier)};
      for (const Measure m :
           {Measure::own_delay, Measure::send_delay, Measure::service_latency, Measure::response_latency}) {
        series.measure = m;
        all.push_back(series);
      }
      series.measure = Measure::staleness;
      for (std::size_t pass = 0; pass < plan.passes(); ++pass) {
        series.pass = static_cast<std::uint16_t>(pass);
        all.push_back(series);
      }
    }
  }
  return all;
}

void append_line(std::string& out, const std::string& tag, std::int64_t second, const Histogram& histogram,
                 std::int64_t length = 1) {
  const std::string body = encode_histogram(histogram);
  const double max_ms = static_cast<double>(histogram.max_us()) / 1000;
  fmt::format_to(std::back_inserter(out), "Tag={},{}.000,{}.000,{:.3f},{}\n", tag, second, length, max_ms,
                 body);
}

}  // namespace

std::string tag_part(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || c == '.';
    if (plain) {
      out.push_back(c);
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

Tags::Tags(const plan::Plan& plan, std::string_view target) : target_(tag_part(target)) {
  for (const plan::Stream& stream : plan.streams) {
    streams_.push_back(tag_part(stream.name));
    std::vector<std::string>& tiers = tiers_.emplace_back();
    if (stream.population >= plan.populations.size()) continue;
    for (const workloads::Tier& tier : plan.populations[stream.population].tiers) {
      tiers.push_back(tag_part(tier.name));
    }
  }
  for (const plan::Group& group : plan.groups) passes_.push_back(tag_part(group.name));
  for (const plan::Replay& replay : plan.replays) passes_.push_back(tag_part(replay.name));
  for (const Series& series : all_series(plan, tiers_)) series_.emplace(path(series), series);
}

std::string Tags::path(const Series& series) const {
  const std::string_view measure = kMeasures[static_cast<std::size_t>(series.measure)];
  if (series.measure == Measure::hiccup) return fmt::format("-/-/-/{}", measure);
  const std::string& stream = streams_[series.stream];
  const std::string& tier = tiers_[series.stream][series.tier];
  if (!consuming(series.measure)) return fmt::format("{}/-/{}/{}", stream, tier, measure);
  return fmt::format("{}/{}/{}/{}", stream, passes_[series.pass], tier, measure);
}

std::string Tags::tag(const Series& series, LogKind kind) const {
  return fmt::format("{}/{}{}", target_, path(series), kKinds[static_cast<std::size_t>(kind)]);
}

std::optional<LogLine> Tags::parse(std::string_view line) const {
  constexpr std::string_view kPrefix = "Tag=";
  if (!line.starts_with(kPrefix)) return std::nullopt;
  Fields fields(line.substr(kPrefix.size()));
  std::string_view tag = fields.text();
  double start = 0, length = 0, max = 0;
  fields >> start >> length >> max;
  LogLine parsed;
  parsed.histogram = fields.text();
  if (!fields.complete() || !(std::abs(start) < 1e9) || start != std::floor(start) || length != 1)
    return std::nullopt;
  parsed.second = static_cast<std::int64_t>(start);

  const std::size_t target = tag.find('/');
  if (target == std::string_view::npos) return std::nullopt;
  tag.remove_prefix(target + 1);
  for (std::size_t kind = 1; kind < kKinds.size(); ++kind) {
    if (!tag.ends_with(kKinds[kind])) continue;
    tag.remove_suffix(kKinds[kind].size());
    parsed.kind = static_cast<LogKind>(kind);
    break;
  }
  const auto found = series_.find(tag);
  if (found == series_.end()) return std::nullopt;
  parsed.series = found->second;
  return parsed;
}

std::string log_header() {
  return "#[Logged with freshet. Tag = target/stream/group/tier/measure; values in us; start = second of "
         "intended "
         "time since the run's start]\n"
         "#[Histogram log format version 1.2]\n"
         "#[StartTime: 0.000 (seconds since epoch), the run's start]\n"
         "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";
}

void append_log(std::string& out, const Tags& tags, const Series& series, std::int64_t second,
                const Histogram& histogram, LogKind kind) {
  if (histogram.in_range() > 0) append_line(out, tags.tag(series, kind), second, histogram);
  if (histogram.negative() > 0) {
    Histogram at_zero(histogram.digits());
    at_zero.record_us(0, histogram.negative());
    append_line(out, tags.tag(series, LogKind::negative), second, at_zero);
  }
  if (histogram.above_range() > 0) {
    Histogram at_top(histogram.digits());
    at_top.record_us(Histogram::kHighest, histogram.above_range());
    append_line(out, tags.tag(series, LogKind::overflow), second, at_top);
  }
}

void append_view_log(std::string& out, const plan::Plan& plan, std::string_view target, std::size_t read,
                     std::size_t stream, std::size_t phase, const Histogram& histogram,
                     std::uint64_t undone) {
  const plan::Read& of = plan.reads[read];
  const std::string tag =
      fmt::format("{}/{}/{}/{}/view_staleness", tag_part(target), tag_part(plan.streams[stream].name),
                  tag_part(plan.groups[of.group].name), tag_part(of.name));
  const std::int64_t begin = base::second_of(plan.phases[phase].begin),
                     length = base::second_of(plan.phases[phase].end) - begin;
  if (histogram.in_range() > 0) append_line(out, tag, begin, histogram, length);
  if (histogram.above_range() > 0) {
    Histogram at_top(histogram.digits());
    at_top.record_us(Histogram::kHighest, histogram.above_range());
    append_line(out, tag + "/overflow", begin, at_top, length);
  }
  if (undone > 0) {
    Histogram at_zero(histogram.digits());
    at_zero.record_us(0, undone);
    append_line(out, tag + "/undelivered", begin, at_zero, length);
  }
}

bool decode_line(const LogLine& line, HistogramDecoder& decoder, Samples& samples) {
  samples.clear();
  if (!decoder.decode(line.histogram, samples.buckets)) return false;
  if (line.kind != LogKind::negative && line.kind != LogKind::overflow) return true;
  const std::uint64_t n = samples.total();
  samples.buckets.clear();
  (line.kind == LogKind::negative ? samples.negative : samples.above_range) = n;
  return true;
}

bool add_line(const LogLine& line, Histogram& into) {
  HistogramDecoder decoder;
  Samples samples;
  if (!decode_line(line, decoder, samples)) return false;
  samples.add_to(into);
  return true;
}

}  // namespace freshet::results
