#include "harness/results/steady.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "harness/results/rows.h"

namespace freshet::results {
namespace {

constexpr std::size_t kFewestBlocks = 5, kMostBlocks = 10;
constexpr double kTenth = 0.09531017980432493;  // ln 1.1

// Student's t beyond ±which 0.25 % lie, by degrees of freedom from 4 to 9.
constexpr std::array<double, 6> kBeyond{6.7583, 5.6042, 4.9807, 4.5946, 4.3335, 4.1458};

struct Half {
  bool known = false;
  double mean = 0, variance = 0;  // of its blocks' mean logarithms
};

Half half_of(std::span<const base::Nanos> seconds, std::size_t blocks) {
  Half half;
  std::vector<double> means;
  for (std::size_t b = 0; b < blocks; ++b) {
    double sum = 0, n = 0;
    for (std::size_t i = b * seconds.size() / blocks; i < (b + 1) * seconds.size() / blocks; ++i) {
      if (seconds[i] < 0) continue;
      sum += std::log(static_cast<double>(std::max<base::Nanos>(seconds[i], base::kMicrosecond)));
      ++n;
    }
    if (n == 0) return half;
    means.push_back(sum / n);
  }
  const auto count = static_cast<double>(blocks);
  for (const double mean : means) half.mean += mean / count;
  for (const double mean : means) half.variance += (mean - half.mean) * (mean - half.mean) / (count - 1);
  half.known = true;
  return half;
}

}  // namespace

Halves compare_halves(const std::vector<base::Nanos>& seconds) {
  Halves halves;
  const std::size_t middle = seconds.size() / 2;
  const std::size_t blocks = std::min(middle, kMostBlocks);
  if (blocks < kFewestBlocks) return halves;
  const std::span all(seconds);
  // Of an odd number of seconds the one in the middle belongs to neither half.
  const Half first = half_of(all.first(middle), blocks), second = half_of(all.last(middle), blocks);
  if (!first.known || !second.known) return halves;
  halves.known = true;
  halves.first = std::llround(std::exp(first.mean));
  halves.second = std::llround(std::exp(second.mean));
  const double difference = std::abs(first.mean - second.mean);
  const double noise = std::sqrt(std::min(first.variance, second.variance) * 2 / static_cast<double>(blocks));
  halves.disagree = difference >= kTenth && difference > kBeyond[blocks - kFewestBlocks] * noise;
  return halves;
}

std::vector<SteadyRow> steady_rows(const Settling& s) {
  std::vector<SteadyRow> rows;
  for (std::size_t phase = 0; phase < s.plan.phases.size(); ++phase) {
    const plan::Phase& p = s.plan.phases[phase];
    if (p.kind != plan::PhaseKind::steady || !p.isolation.empty()) continue;
    each_live(s.plan, [&](const plan::GroupStream& read, std::size_t pass) {
      SteadyRow row{.stream = static_cast<int>(read.stream),
                    .pass = static_cast<int>(pass),
                    .phase = static_cast<int>(phase)};
      std::vector<Nanos> p50, p99;
      for (std::int64_t second = base::second_of(p.begin); second < base::second_of(p.end); ++second) {
        const Distributions::Second* of = s.distributions.second(static_cast<std::uint16_t>(read.stream),
                                                                 static_cast<std::uint16_t>(pass), second);
        p50.push_back(of ? of->p50 : -1);
        p99.push_back(of ? of->p99 : -1);
      }
      const Halves middle = compare_halves(p50), tail = compare_halves(p99);
      row.known = middle.known;
      row.cold = middle.disagree || tail.disagree;
      row.p50_first = middle.first, row.p50_second = middle.second;
      row.p99_first = tail.first, row.p99_second = tail.second;
      rows.push_back(row);
    });
  }
  return rows;
}

}  // namespace freshet::results
