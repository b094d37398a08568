#include "harness/results/pictures.h"

#include <algorithm>
#include <cmath>

#include "harness/plan/lanes.h"
#include "harness/results/evidence.h"
#include "harness/results/lags.h"
#include "harness/results/quantile.h"

namespace freshet::results {
namespace {

Spectrum spectrum(const Settling& s, std::size_t stream, std::size_t pass, int tier, int phase) {
  Spectrum curve{static_cast<int>(stream), static_cast<int>(pass), tier, phase, 0, {}, {}};
  const measure::Histogram visible =
      s.distributions.merged(static_cast<std::uint16_t>(stream), static_cast<std::uint16_t>(pass), tier,
                             measure::Measure::staleness, phase);
  const measure::Histogram ages = s.sums.ages(stream, pass, tier, phase);
  const Ranked ranked{&visible, &ages};
  curve.events = visible.total() + ages.total();
  for (int k = 0;; ++k) {
    const Quantile point = quantile(1 - std::exp2(-static_cast<double>(k) / kSpectrumSteps), ranked);
    if (point.kind == Quantile::Kind::not_available) break;
    curve.points.push_back(point);
  }
  curve.maximum = quantile(1, ranked);
  return curve;
}

}  // namespace

std::vector<Spectrum> spectra(const Settling& s) {
  std::vector<Spectrum> all;
  for (std::size_t pass = 0; pass < s.plan.groups.size(); ++pass) {
    for (const plan::GroupStream& read : s.plan.groups[pass].streams) {
      for (int phase = -1; phase < static_cast<int>(s.plan.phases.size()); ++phase) {
        for (int tier = -1; tier < static_cast<int>(s.outcomes[read.stream].tiers); ++tier) {
          Spectrum one = spectrum(s, read.stream, pass, tier, phase);
          if (one.events > 0) all.push_back(std::move(one));
        }
      }
    }
  }
  return all;
}

std::vector<PartitionRow> partition_rows(const Settling& s, const PlannedLanes& lanes) {
  std::vector<PartitionRow> rows;
  for (std::size_t stream = 0; stream < s.plan.streams.size(); ++stream) {
    const plan::StreamLanes& planned = lanes.run[stream];
    const Nanos end = std::min(s.outcomes[stream].seconds * base::kSecond, s.facts.sending_stopped);
    const std::size_t first = rows.size();
    for (int partition = 0; partition < planned.partitions(); ++partition) {
      rows.push_back({static_cast<int>(stream), partition, 0, 0, std::vector<Nanos>(s.plan.groups.size())});
    }
    for (int lane = 0; lane < planned.lanes(); ++lane) {
      PartitionRow& row = rows[first + static_cast<std::size_t>(planned.partition_of(lane))];
      for (plan::LaneCursor cursor(planned, lane); !cursor.done() && cursor.tau() <= end; cursor.advance()) {
        ++row.planned;
        row.bytes += cursor.event().size;
      }
    }
    for (std::size_t pass = 0; pass < s.plan.groups.size(); ++pass) {
      each_lag(s.facts, stream, pass, [&](const measure::LagSecond& lag) {
        Nanos& highest = rows[first + static_cast<std::size_t>(lag.partition)].lag[pass];
        highest = std::max(highest, lag.freshness);
      });
    }
  }
  return rows;
}

std::vector<UnseenSecond> unseen_seconds(const Settling& s) {
  std::vector<UnseenSecond> rows;
  for (std::size_t stream = 0; stream < s.outcomes.size(); ++stream) {
    const StreamOutcomes& outcomes = s.outcomes[stream];
    for (std::size_t pass = 0; pass < s.plan.groups.size(); ++pass) {
      if (!outcomes.passes[pass].reads) continue;
      for (std::int64_t second = 0; second < outcomes.seconds; ++second) {
        UnseenSecond row{second, static_cast<int>(stream), static_cast<int>(pass), 0, 0};
        for (std::size_t tier = 0; tier < outcomes.tiers; ++tier) {
          const Cell& cell = outcomes.cell(pass, second, tier);
          if (!cell.ages) continue;
          row.events += cell.ages->total();
          row.oldest = std::max(row.oldest, cell.ages->max_us() * base::kMicrosecond);
        }
        if (row.events > 0) rows.push_back(row);
      }
    }
  }
  return rows;
}

}  // namespace freshet::results
