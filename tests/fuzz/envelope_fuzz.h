// The fuzzer's entry for envelopes. Returns 1 when the value was read as whole, 0 when not; aborts on a
// defect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace freshet::test {
inline constexpr std::uint64_t kFuzzRun = 0x6672657368657421ULL;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
