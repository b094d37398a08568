// What the records of a stream say: its templates hang on the seed and the stream's name, the words on the
// account that an event is about. Immutable after construction; any thread may read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "harness/plan/plan.h"
#include "workloads/payload.h"

namespace freshet::plan {

// Bytes of a value on average.
double mean_size(const Stream& stream);

class Contents {
 public:
  Contents(const Plan& plan, const Stream& stream);
  // The content of event n of a lane (prefill's lanes have numbers of their own, see StreamLanes), which is
  // about `key`. No allocation.
  void fill(std::span<std::byte> out, std::uint32_t key, int lane, std::uint64_t n) const {
    payload_.fill(out, key / keys_per_account_, static_cast<std::uint64_t>(lane) << 48 | n);
  }

 private:
  workloads::Payload payload_;
  std::uint32_t keys_per_account_;
};

}  // namespace freshet::plan
