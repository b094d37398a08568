// What records say: support-like text from a seeded vocabulary, so that batches compress as text does and not
// as zeros. Prepared once; filling a value is a copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace freshet::workloads {

class Payload {
 public:
  explicit Payload(std::uint64_t seed);
  // Fills `out` with a stretch of the prepared text that depends on key and n alone. No allocation.
  void fill(std::span<std::byte> out, std::uint32_t key, std::uint64_t n) const;

  static constexpr std::size_t kPrepared = 1 << 20;

 private:
  std::vector<std::byte> text_;
};

}  // namespace freshet::workloads
