// The harness's own noise floor: the same schedule on the loopback log just before the run (V).
#include <fmt/core.h>

#include <algorithm>

#include "harness/results/layout.h"
#include "harness/results/rows.h"
#include "harness/results/settle.h"

namespace freshet::results {
namespace {

const FloorRow* floor_of(const std::vector<FloorRow>& floors, const StalenessRow& row) {
  const auto found = std::ranges::find_if(
      floors, [&](const FloorRow& floor) { return floor.stream == row.stream && floor.pass == row.pass; });
  return found == floors.end() ? nullptr : &*found;
}

// A figure of which half and more may be the harness's own. One that never became visible is the cluster's.
void mark(StalenessRow& row, const FloorRow& floor) {
  for (Quantile& q : row.quantiles) {
    for (const Quantile& own : floor.quantiles) {
      if (own.p != q.p || own.kind != Quantile::Kind::exact || q.kind != Quantile::Kind::exact) continue;
      q.near_floor = q.value <= 2 * own.value;
    }
  }
}

std::string wrong_with(const base::Result<Settled>& calibration, const plan::Plan& plan) {
  if (!calibration) return calibration.error().message;
  if (calibration->figures.ending != "complete") return "the run on the loopback log was not complete";
  const plan::Plan& other = calibration->plan;
  const bool same =
      std::ranges::equal(other.streams, plan.streams, {}, &plan::Stream::name, &plan::Stream::name) &&
      std::ranges::equal(other.groups, plan.groups, {}, &plan::Group::name, &plan::Group::name);
  return same ? "" : "it is of another plan";
}

}  // namespace

void take_noise_floor(const std::filesystem::path& folder, Settled& settled) {
  std::error_code code;
  if (!std::filesystem::exists(folder / kCalibrationFolder, code)) return;
  const base::Result<Settled> calibration = settle(folder / kCalibrationFolder);
  if (const std::string wrong = wrong_with(calibration, settled.plan); !wrong.empty()) {
    settled.figures.damage.push_back(fmt::format("{}: {}", kCalibrationFolder, wrong));
    return;
  }
  Figures& figures = settled.figures;
  for (const StalenessRow& row : calibration->figures.staleness) {
    if (row.tier < 0 && row.phase < 0) figures.noise_floor.push_back({row.stream, row.pass, row.quantiles});
  }
  for (StalenessRow& row : figures.staleness) {
    if (const FloorRow* floor = floor_of(figures.noise_floor, row)) mark(row, *floor);
  }
}

}  // namespace freshet::results
