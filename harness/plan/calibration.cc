#include "harness/plan/calibration.h"

#include <algorithm>

#include "harness/plan/rates.h"

namespace freshet::plan {

Plan calibration_part(const Plan& plan) {
  Plan part = plan;
  part.replays.clear();
  part.changes.clear();
  part.faults.clear();
  part.slos.clear();
  for (Stream& stream : part.streams) stream.prefill = 0;
  Phase warmup, steady;
  warmup.name = "warmup";
  warmup.kind = PhaseKind::warmup;
  warmup.end = kCalibrationWarmup;
  steady.name = "steady";
  steady.begin = kCalibrationWarmup;
  steady.end = kCalibrationWarmup + kCalibration;
  part.phases = {warmup, steady};
  fill_segments(part);
  return part;
}

}  // namespace freshet::plan
