// What a group knows: one atomic word per (stream, key), the greatest τ applied (R1).
//
// apply() belongs to the member that owns the key's partition; read() may come from any thread. A remote view
// completes later: applied() tells whether it is done at once, and completions come from poll_applied().
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "harness/base/time.h"

namespace freshet::measure {

using base::Nanos;

inline constexpr Nanos kNothingYet = INT64_MIN;

struct Applied {
  bool done = true;            // false: the completion comes from poll_applied() with the same token
  Nanos before = kNothingYet;  // the word before (greatest τ so far)
};

class View {
 public:
  virtual ~View() = default;
  // Makes the event visible. Never lowers the word.
  virtual Applied apply(std::uint16_t stream, std::uint32_t key, Nanos tau, std::uint64_t token) = 0;
  virtual std::optional<std::uint64_t> poll_applied() = 0;
  virtual Nanos read(std::uint16_t stream, std::uint32_t key) const = 0;
};

class MemoryView final : public View {
 public:
  // `keys[stream]` = size of the stream's key table; 0 for streams that the group does not read.
  explicit MemoryView(const std::vector<std::uint32_t>& keys);
  Applied apply(std::uint16_t stream, std::uint32_t key, Nanos tau, std::uint64_t token) override;
  std::optional<std::uint64_t> poll_applied() override { return std::nullopt; }
  Nanos read(std::uint16_t stream, std::uint32_t key) const override;

 private:
  std::vector<std::unique_ptr<std::atomic<Nanos>[]>> words_;
};

}  // namespace freshet::measure
