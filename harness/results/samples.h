// A handful of samples as the list of buckets that they lie in: what one series has in a second is far less
// than a histogram has room for. 3 digits (H1), us.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/measure/histogram.h"
#include "harness/results/hdr_codec.h"

namespace freshet::results {

// The highest value of a bucket of a histogram of 3 digits, at most the highest of its range.
std::int64_t highest_us(std::uint32_t index);

struct Samples {
  std::vector<BucketCount> buckets;  // in any order, one index maybe several times
  std::uint64_t negative = 0, above_range = 0;

  void clear();
  void add(const Samples& more);
  void add_to(measure::Histogram& histogram) const;
  std::uint64_t total() const;
};

// The samples by rank, from 1 to their total(), with the values that Histogram::value_at_rank() gives. Puts
// the buckets into ascending order; nothing else may change them as long as ranks are looked up.
class RankedSamples {
 public:
  explicit RankedSamples(Samples& samples);
  std::int64_t value_at_rank(std::uint64_t rank) const;

 private:
  const Samples& samples_;
};

}  // namespace freshet::results
