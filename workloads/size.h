// How large a record's value is, envelope included.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace freshet::workloads {

// A record's value has to hold the envelope (measure/envelope.h).
inline constexpr std::uint32_t kMinimumSize = 72;

enum class SizeKind { fixed, uniform, lognormal, empirical };

struct SizeModel {
  SizeKind kind = SizeKind::fixed;
  std::uint32_t minimum = 512;  // fixed: the size; lognormal: lower cut
  std::uint32_t maximum = 512;  // uniform and lognormal: upper cut
  double median = 512;          // lognormal
  double sigma = 0;             // lognormal: standard deviation of ln(size)
  // empirical: what was measured, each as likely as the others, ascending; not empty
  std::vector<std::uint32_t> samples;
};

// More samples than there are places in a table would not all be drawn.
inline constexpr std::size_t kMostSamples = 1024;

// The model as 1024 equally likely sizes, so that drawing one is a look-up.
class SizeTable {
 public:
  explicit SizeTable(const SizeModel& model);
  std::uint32_t at(std::uint64_t random) const { return sizes_[random & 1023]; }
  double mean() const;
  std::uint32_t largest() const;

 private:
  std::array<std::uint32_t, 1024> sizes_;
};

}  // namespace freshet::workloads
