// intervals.hlog: HdrHistogram's log of interval histograms, readable by its own tools (H2). A line is
//
//   Tag=TARGET/STREAM/GROUP/TIER/MEASURE[/KIND],START,LENGTH,MAX,HISTOGRAM
//
// START = second of τ (of the wall second for hiccups) since the run's start, LENGTH 1 s, MAX in ms, samples
// in us. Lines are deltas: adding up those of a tag and second gives what was recorded. KIND tells samples
// apart that have no place in the buckets: `negative` ones stand at 0, those above 24 h (`overflow`) at 24 h,
// and `undelivered` are ages at the run's end of events that never became visible (lower bounds of their D).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "harness/measure/histogram.h"
#include "harness/measure/series.h"
#include "harness/plan/plan.h"
#include "harness/results/hdr_codec.h"
#include "harness/results/samples.h"

namespace freshet::results {

enum class LogKind : std::uint8_t { samples, negative, overflow, undelivered };

struct LogLine {
  measure::Series series;
  LogKind kind = LogKind::samples;
  std::int64_t second = 0;
  std::string_view histogram;  // of the text that was parsed
};

// A name as part of a tag: everything but letters, digits, '_', '-' and '.' becomes %XX.
std::string tag_part(std::string_view name);

// Tags of every series a plan can have, both ways. Immutable.
class Tags {
 public:
  Tags(const plan::Plan& plan, std::string_view target);
  std::string tag(const measure::Series& series, LogKind kind) const;
  // nullopt: not a line of such a log. The target is not looked at.
  std::optional<LogLine> parse(std::string_view line) const;

 private:
  std::string path(const measure::Series& series) const;

  std::string target_;
  std::vector<std::string> streams_, passes_;
  std::vector<std::vector<std::string>> tiers_;  // by stream
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, measure::Series, Hash, std::equal_to<>> series_;  // by path()
};

// The comments at the head of the log.
std::string log_header();

// Appends the lines of one series and second: one for the samples in range, one each for negative and
// above-range ones, none for an empty histogram. `undelivered` writes all of it under that kind.
void append_log(std::string& out, const Tags& tags, const measure::Series& series, std::int64_t second,
                const measure::Histogram& histogram, LogKind kind = LogKind::samples);

// Appends the lines of what a read saw of a stream in a phase: view staleness, Tag=TARGET/STREAM/GROUP/READ/
// view_staleness, START and LENGTH those of the phase. `undone` reads stand under the kind undelivered, at 0.
// Tags::parse() does not take them: no figure is made from them.
void append_view_log(std::string& out, const plan::Plan& plan, std::string_view target, std::size_t read,
                     std::size_t stream, std::size_t phase, const measure::Histogram& histogram,
                     std::uint64_t undone);

// The samples of a line; `samples` is emptied before. False when its histogram is damaged.
bool decode_line(const LogLine& line, HistogramDecoder& decoder, Samples& samples);
// Adds a line's samples to `into`, of 3 digits. False when its histogram is damaged.
bool add_line(const LogLine& line, measure::Histogram& into);

}  // namespace freshet::results
