#include "harness/plan/contents.h"

#include "harness/base/random.h"
#include "harness/plan/lane_table.h"

namespace freshet::plan {

double mean_size(const Stream& stream) {
  return workloads::SizeTable(stream.size).mean();
}

Contents::Contents(const Plan& plan, const Stream& stream)
    : payload_(base::derive(plan.seed, name_hash(stream.name)), stream.compresses, mean_size(stream)),
      keys_per_account_(sub_keys_of(stream)) {}

}  // namespace freshet::plan
