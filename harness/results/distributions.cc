#include "harness/results/distributions.h"

#include <fmt/core.h>

#include <algorithm>

#include "harness/results/interval_log.h"
#include "harness/results/line_file.h"
#include "harness/results/quantile.h"

namespace freshet::results {
namespace {

using measure::Histogram;
using measure::Measure;

constexpr std::size_t kMeasures = static_cast<std::size_t>(Measure::hiccup) + 1;

// Calls f(line) for each line of the logs that counts.
template <class F>
void each_line(const plan::Plan& plan, Facts& facts, std::int64_t seconds, F&& f) {
  const Tags tags(plan, "");
  std::uint64_t bad = 0;
  const SecondRange range = legal_seconds(plan);
  for (const std::string& log : facts.logs) {
    Lines lines(log);
    for (std::string_view line; lines.next(line);) {
      if (line.empty() || line.front() == '#' || line.front() == '"') continue;
      const std::optional<LogLine> parsed = tags.parse(line);
      if (!parsed || parsed->second < range.first || parsed->second > range.last) {
        ++bad;
      } else if (parsed->kind != LogKind::undelivered &&
                 (parsed->series.measure != Measure::staleness || parsed->second < seconds)) {
        f(*parsed);
      }
    }
  }
  if (bad > 0) facts.damage.push_back(fmt::format("intervals.hlog: {} damaged lines left out", bad));
}

std::size_t most_tiers(const plan::Plan& plan) {
  std::size_t most = 1;
  for (const workloads::Population& population : plan.populations)
    most = std::max(most, population.tiers.size());
  return most;
}

}  // namespace

int phase_of(const plan::Plan& plan, std::int64_t second) {
  const Nanos at = second * base::kSecond;
  for (std::size_t i = 0; i < plan.phases.size(); ++i) {
    if (at >= plan.phases[i].begin && at < plan.phases[i].end) return static_cast<int>(i);
  }
  return -1;
}

Distributions::Distributions(const plan::Plan& plan, Facts& facts, std::int64_t seconds)
    : plan_(plan),
      tiers_(most_tiers(plan)),
      phases_(std::max<std::size_t>(plan.streams.size(), 1) * (plan.passes() + 1) * kMeasures *
              plan.phases.size() * tiers_),
      seconds_(plan.passes(), std::vector<std::size_t>(plan.streams.size(), 1)) {
  HistogramDecoder decoder;
  Samples one, all;
  std::uint64_t bad = 0;
  // A second's lines of staleness, of all tiers and hosts, are put together: by stream and pass, almost in
  // order of seconds.
  std::vector<std::vector<LogLine>> staleness(plan.streams.size() * plan.passes());
  each_line(plan, facts, seconds, [&](const LogLine& line) {
    if (line.series.measure == Measure::staleness)
      return staleness[line.series.stream * plan.passes() + line.series.pass].push_back(line);
    if (decode_line(line, decoder, one)) return keep_phase(line.series, line.second, one);
    ++bad;
  });
  for (std::vector<LogLine>& lines : staleness) {
    if (!std::ranges::is_sorted(lines, {}, &LogLine::second)) std::ranges::sort(lines, {}, &LogLine::second);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const LogLine& line = lines[i];
      if (decode_line(line, decoder, one)) {
        keep_phase(line.series, line.second, one);
        all.add(one);
      } else {
        ++bad;
      }
      if (i + 1 < lines.size() && lines[i + 1].second == line.second) continue;
      keep_second(seconds_.of(line.series.stream, line.series.pass), line.second, all);
      all.clear();
    }
  }
  if (bad > 0) facts.damage.push_back(fmt::format("intervals.hlog: {} damaged histograms left out", bad));
}

std::size_t Distributions::place(const measure::Series& series, std::size_t phase) const {
  const std::size_t pass = std::min<std::size_t>(series.pass, plan_.passes());  // kNoPass comes last
  const std::size_t of_stream = series.stream * (plan_.passes() + 1) + pass;
  const std::size_t of_measure = of_stream * kMeasures + static_cast<std::size_t>(series.measure);
  return (of_measure * plan_.phases.size() + phase) * tiers_ + series.tier;
}

void Distributions::keep_phase(const measure::Series& series, std::int64_t second, const Samples& samples) {
  const int phase = phase_of(plan_, second);
  if (phase < 0) return;
  std::unique_ptr<Histogram>& histogram = phases_[place(series, static_cast<std::size_t>(phase))];
  if (!histogram) histogram = std::make_unique<Histogram>();
  samples.add_to(*histogram);
}

void Distributions::keep_second(Seconds<Second>& seconds, std::int64_t second, Samples& samples) {
  const std::uint64_t n = samples.total();
  if (n == 0) return;
  negative_ += samples.negative;
  // The timeline is for the eye: no second has events enough for E8's rule.
  const RankedSamples ranked(samples);
  seconds.get(second, {ranked.value_at_rank(rank_of(0.5, n)) * base::kMicrosecond,
                       ranked.value_at_rank(rank_of(0.99, n)) * base::kMicrosecond,
                       ranked.value_at_rank(n) * base::kMicrosecond});
}

Histogram Distributions::merged(std::uint16_t stream, std::uint16_t pass, int tier, Measure measure,
                                int phase) const {
  Histogram sum;
  for (std::size_t p = 0; p < plan_.phases.size(); ++p) {
    if (phase >= 0 ? static_cast<std::size_t>(phase) != p : !plan_.phases[p].measured()) continue;
    for (std::size_t t = 0; t < tiers_; ++t) {
      if (tier >= 0 && static_cast<std::size_t>(tier) != t) continue;
      const auto& histogram = phases_[place({stream, pass, static_cast<std::uint8_t>(t), measure}, p)];
      if (histogram) sum.merge(*histogram);
    }
  }
  return sum;
}

const Distributions::Second* Distributions::second(std::uint16_t stream, std::uint16_t pass,
                                                   std::int64_t second) const {
  return seconds_.of(stream, pass).find(second);
}

}  // namespace freshet::results
