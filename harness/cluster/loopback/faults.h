// The scripted faults of one partition, each counted by itself so that its share is exact.
#pragma once

#include <string>
#include <vector>

#include "harness/cluster/loopback/loopback.h"

namespace freshet::cluster::loopback {

class Faults {
 public:
  // Takes the fault if it is one of this partition.
  void add(const LoopbackFault& fault, const std::string& topic, std::int32_t partition);
  bool none() const { return scripted_.empty(); }

  // The fault of this kind that hits one more record at `at`; nullptr when none does. Counts the record.
  const LoopbackFault* hit(LoopbackFault::Kind kind, Nanos at);
  // Until when the partition stands still at `at`; `at` itself when it does not. kNever: for good.
  Nanos stalled_until(Nanos at) const;

 private:
  struct Scripted {
    LoopbackFault fault;
    std::uint64_t seen = 0;
  };
  std::vector<Scripted> scripted_;
};

}  // namespace freshet::cluster::loopback
