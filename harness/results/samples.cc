#include "harness/results/samples.h"

#include <algorithm>

namespace freshet::results {

using measure::Histogram;

std::int64_t highest_us(std::uint32_t index) {
  constexpr measure::HistogramLayout kLayout{10};
  const auto width = std::int64_t{1} << kLayout.bucket_of(index);
  return std::min(static_cast<std::int64_t>(kLayout.lowest(index)) + width - 1, Histogram::kHighest);
}

void Samples::clear() {
  buckets.clear();
  negative = above_range = 0;
}

void Samples::add(const Samples& more) {
  buckets.insert(buckets.end(), more.buckets.begin(), more.buckets.end());
  negative += more.negative;
  above_range += more.above_range;
}

void Samples::add_to(Histogram& histogram) const {
  for (const BucketCount& bucket : buckets) histogram.add_at_index(bucket.index, bucket.count);
  if (negative > 0) histogram.record_us(-1, negative);
  if (above_range > 0) histogram.record_us(Histogram::kHighest + 1, above_range);
}

std::uint64_t Samples::total() const {
  std::uint64_t sum = negative + above_range;
  for (const BucketCount& bucket : buckets) sum += bucket.count;
  return sum;
}

RankedSamples::RankedSamples(Samples& samples) : samples_(samples) {
  if (!std::ranges::is_sorted(samples.buckets, {}, &BucketCount::index))
    std::ranges::sort(samples.buckets, {}, &BucketCount::index);
}

std::int64_t RankedSamples::value_at_rank(std::uint64_t rank) const {
  std::uint64_t passed = samples_.negative;
  if (rank <= passed) return -1;
  for (const BucketCount& bucket : samples_.buckets) {
    passed += bucket.count;
    if (passed >= rank) return highest_us(bucket.index);
  }
  return Histogram::kHighest + 1;
}

}  // namespace freshet::results
