#include "workloads/size.h"

#include <algorithm>

#include "harness/base/random.h"

namespace freshet::workloads {
namespace {

// The model's quantile at p in (0, 1), rounded to whole bytes.
std::uint32_t quantile(const SizeModel& model, double p) {
  if (model.kind == SizeKind::empirical)
    return model.samples[static_cast<std::size_t>(p * static_cast<double>(model.samples.size()))];
  const double low = model.minimum, high = model.maximum;
  double size = low;
  if (model.kind == SizeKind::uniform) {
    size = low + p * (high - low);
  } else if (model.kind == SizeKind::lognormal) {
    const double exponent = model.sigma * base::portable_normal_quantile(p);
    size = std::clamp(model.median * base::portable_exp(std::clamp(exponent, -600.0, 600.0)), low, high);
  }
  return static_cast<std::uint32_t>(size + 0.5);
}

}  // namespace

SizeTable::SizeTable(const SizeModel& model) {
  for (std::size_t i = 0; i < sizes_.size(); ++i) {
    sizes_[i] = quantile(model, (static_cast<double>(i) + 0.5) / static_cast<double>(sizes_.size()));
  }
}

double SizeTable::mean() const {
  std::uint64_t sum = 0;
  for (const std::uint32_t size : sizes_) sum += size;
  return static_cast<double>(sum) / static_cast<double>(sizes_.size());
}

std::uint32_t SizeTable::largest() const {
  return *std::max_element(sizes_.begin(), sizes_.end());
}

}  // namespace freshet::workloads
