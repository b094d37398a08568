#include "workloads/service.h"

#include "harness/base/random.h"

namespace freshet::workloads {

// By inversion: -mean · ln u with u in (0, 1); so at most 37 means.
base::Nanos ServiceTimes::drawn(std::uint16_t stream, std::uint16_t lane, std::uint64_t n) const {
  const std::uint64_t lane_seed = base::derive(seed_, (std::uint64_t{stream} << 16) | lane);
  const double u = base::unit_open(base::random_at(lane_seed, n));
  return static_cast<base::Nanos>(-static_cast<double>(mean_) * base::portable_log(u) + 0.5);
}

}  // namespace freshet::workloads
