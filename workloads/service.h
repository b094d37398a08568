// How long a group works on an event (T3).
#pragma once

#include <cstdint>

#include "harness/base/time.h"

namespace freshet::workloads {

enum class ServiceKind { constant, exponential };

// Service times of one group. Each is a pure function of (seed, event): two clusters, two runs and two
// members that both get an event serve it alike.
class ServiceTimes {
 public:
  ServiceTimes() = default;  // none: what comes is visible at once
  // `mean` in ns; of an exponential one the times have that mean and no upper end.
  explicit ServiceTimes(base::Nanos mean, ServiceKind kind = ServiceKind::constant, std::uint64_t seed = 0)
      : mean_(mean), kind_(kind), seed_(seed) {}

  bool none() const { return mean_ == 0; }
  // Of event n of a stream's lane.
  base::Nanos of(std::uint16_t stream, std::uint16_t lane, std::uint64_t n) const {
    return kind_ == ServiceKind::constant ? mean_ : drawn(stream, lane, n);
  }

 private:
  base::Nanos drawn(std::uint16_t stream, std::uint16_t lane, std::uint64_t n) const;

  base::Nanos mean_ = 0;
  ServiceKind kind_ = ServiceKind::constant;
  std::uint64_t seed_ = 0;
};

}  // namespace freshet::workloads
