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

std::vector<LogLine> read_lines(const plan::Plan& plan, Facts& facts, std::int64_t seconds) {
  const Tags tags(plan, "");
  std::vector<LogLine> all;
  std::uint64_t bad = 0;
  const SecondRange range = legal_seconds(plan);
  for (const std::string& log : facts.logs) {
    Lines lines(log);
    for (std::string_view line; lines.next(line);) {
      if (line.empty() || line.front() == '#' || line.front() == '"') continue;
      const std::optional<LogLine> parsed = tags.parse(line);
      if (!parsed || parsed->second < range.first || parsed->second > range.last) {
        ++bad;
      } else if (parsed->series.measure != Measure::staleness || parsed->second < seconds) {
        all.push_back(*parsed);
      }
    }
  }
  if (bad > 0) facts.damage.push_back(fmt::format("intervals.hlog: {} damaged lines left out", bad));
  const auto order = [](const LogLine& line) {
    return std::tuple(line.series.stream, line.series.pass, line.series.measure, line.second,
                      line.series.tier);
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const LogLine& a, const LogLine& b) { return order(a) < order(b); });
  return all;
}

}  // namespace

int phase_of(const plan::Plan& plan, std::int64_t second) {
  const Nanos at = second * base::kSecond;
  for (std::size_t i = 0; i < plan.phases.size(); ++i) {
    if (at >= plan.phases[i].begin && at < plan.phases[i].end) return static_cast<int>(i);
  }
  return -1;
}

Distributions::Distributions(const plan::Plan& plan, Facts& facts, std::int64_t seconds) : plan_(plan) {
  Histogram second;  // of (stream, pass, second), all tiers
  CountKey at;
  std::uint64_t bad = 0;
  for (const LogLine& line : read_lines(plan, facts, seconds)) {
    Histogram one;
    if (line.kind == LogKind::undelivered) continue;
    if (!add_line(line, one)) {
      ++bad;
      continue;
    }
    const auto& [stream, pass, tier, measure] = line.series;
    phases_.try_emplace(Key{stream, pass, measure, phase_of(plan, line.second), tier})
        .first->second.merge(one);
    if (measure != Measure::staleness) continue;
    const CountKey key{stream, pass, line.second};
    if (key != at) {
      keep_second(at, second);
      second.clear();
      at = key;
    }
    second.merge(one);
    negative_ += one.negative();
  }
  keep_second(at, second);
  if (bad > 0) facts.damage.push_back(fmt::format("intervals.hlog: {} damaged histograms left out", bad));
}

void Distributions::keep_second(const CountKey& key, const Histogram& histogram) {
  const std::uint64_t n = histogram.total();
  if (n == 0) return;
  // The timeline is for the eye: no second has events enough for E8's rule.
  seconds_[key] = {histogram.value_at_rank(rank_of(0.5, n)) * base::kMicrosecond,
                   histogram.value_at_rank(rank_of(0.99, n)) * base::kMicrosecond,
                   histogram.value_at_rank(n) * base::kMicrosecond};
}

Histogram Distributions::merged(std::uint16_t stream, std::uint16_t pass, int tier, Measure measure,
                                int phase) const {
  Histogram sum;
  for (std::size_t p = 0; p < plan_.phases.size(); ++p) {
    if (phase >= 0 ? static_cast<std::size_t>(phase) != p : !plan_.phases[p].measured()) continue;
    const Key from{stream, pass, measure, static_cast<int>(p), 0};
    for (auto it = phases_.lower_bound(from); it != phases_.end(); ++it) {
      const Key& key = it->first;
      if (std::tie(key.stream, key.pass, key.measure, key.phase) !=
          std::tie(from.stream, from.pass, from.measure, from.phase)) {
        break;
      }
      if (tier < 0 || key.tier == tier) sum.merge(it->second);
    }
  }
  return sum;
}

const Distributions::Second* Distributions::second(std::uint16_t stream, std::uint16_t pass,
                                                   std::int64_t second) const {
  const auto found = seconds_.find({stream, pass, second});
  return found == seconds_.end() ? nullptr : &found->second;
}

}  // namespace freshet::results
