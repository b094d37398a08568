// What libFuzzer calls with any bytes; built here into the test that mutates from a fixed seed.
#include "tests/fuzz/envelope_fuzz.h"

#include <cstdlib>

#include "harness/measure/envelope.h"

// Whatever the bytes, reading says one of three things; and what it calls whole is, to the byte, what writing
// the envelope that it read would have made.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet::measure;
  const std::span<const std::byte> value = std::as_bytes(std::span(data, size));
  Envelope envelope;
  switch (read_envelope(value, freshet::test::kFuzzRun, envelope)) {
    case Decoded::foreign:
    case Decoded::corrupt:
      return 0;
    case Decoded::ok:
      break;
  }
  if (size < kEnvelopeSize || envelope.run != freshet::test::kFuzzRun) std::abort();
  std::vector<std::byte> again(value.begin(), value.end());
  write_envelope(envelope, again);
  for (std::size_t i = 0; i < size; ++i) {
    if (again[i] != value[i]) std::abort();
  }
  return 1;
}
