// Sound values, damaged at random (from a fixed seed): never read as whole, never read beyond their end.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "harness/base/random.h"
#include "harness/measure/envelope.h"
#include "tests/fuzz/envelope_fuzz.h"

namespace freshet::test {
namespace {

using measure::Envelope;
using measure::kEnvelopeSize;

// A value that ends where memory ends: reading one byte beyond it ends the process.
class GuardedValue {
 public:
  GuardedValue() : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    void* memory = mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    begin_ = static_cast<std::uint8_t*>(memory);
    guarded_ = mprotect(begin_ + page_, page_, PROT_NONE) == 0;
  }
  ~GuardedValue() {
    if (begin_) munmap(begin_, 2 * page_);
  }
  GuardedValue(const GuardedValue&) = delete;
  GuardedValue& operator=(const GuardedValue&) = delete;

  bool guarded() const { return guarded_; }
  std::span<const std::uint8_t> put(const std::vector<std::byte>& value) {
    std::uint8_t* at = begin_ + page_ - value.size();
    if (!value.empty()) std::memcpy(at, value.data(), value.size());
    return {at, value.size()};
  }

 private:
  std::size_t page_;
  std::uint8_t* begin_ = nullptr;
  bool guarded_ = false;
};

std::vector<std::byte> sound(base::Random& random) {
  std::vector<std::byte> value(kEnvelopeSize + random.below(700));
  for (std::byte& b : value) b = static_cast<std::byte>(random.next());
  Envelope envelope;
  envelope.run = kFuzzRun;
  envelope.n = random.next();
  envelope.tau = static_cast<base::Nanos>(random.next());
  envelope.sent = static_cast<base::Nanos>(random.next());
  envelope.stream = static_cast<std::uint16_t>(random.next());
  envelope.lane = static_cast<std::uint16_t>(random.next());
  envelope.key = static_cast<std::uint32_t>(random.next());
  envelope.flags = static_cast<std::uint8_t>(random.below(16));
  write_envelope(envelope, value);
  return value;
}

void damage(std::vector<std::byte>& value, base::Random& random) {
  // Half of all damage hits the envelope itself.
  const std::size_t at =
      random.below(random.below(2) ? value.size() : std::min<std::size_t>(value.size(), 72));
  switch (random.below(6)) {
    case 0:
      value[at] ^= std::byte{1} << random.below(8);
      break;
    case 1:
      value[at] = static_cast<std::byte>(random.next());
      break;
    case 2:
      value.resize(random.below(value.size()));
      break;
    case 3:
      value.insert(value.begin() + static_cast<std::ptrdiff_t>(at), 1 + random.below(20), std::byte{0});
      break;
    case 4: {
      const std::size_t other = random.below(value.size());
      std::swap(value[at], value[other]);
      break;
    }
    default:
      std::fill(
          value.begin() + static_cast<std::ptrdiff_t>(at),
          value.begin() + static_cast<std::ptrdiff_t>(std::min(value.size(), at + 1 + random.below(16))),
          std::byte{0xff});
  }
}

TEST(EnvelopeMutations, DamagedValuesAreNeverWholeAndNeverReadBeyond) {
  GuardedValue guarded;
  ASSERT_TRUE(guarded.guarded());
  base::Random random(20260117);
  for (int i = 0; i < 100'000; ++i) {
    const std::vector<std::byte> whole = sound(random);
    std::vector<std::byte> value = whole;
    for (std::uint64_t times = 1 + random.below(3); times > 0 && !value.empty(); --times) {
      damage(value, random);
    }
    const std::span<const std::uint8_t> placed = guarded.put(value);
    ASSERT_EQ(LLVMFuzzerTestOneInput(placed.data(), placed.size()), value == whole ? 1 : 0)
        << "mutation " << i;
  }
}

TEST(EnvelopeMutations, RandomBytesAreNeverWholeAndNeverReadBeyond) {
  GuardedValue guarded;
  ASSERT_TRUE(guarded.guarded());
  base::Random random(7);
  for (int i = 0; i < 50'000; ++i) {
    std::vector<std::byte> value(random.below(200));
    for (std::byte& b : value) b = static_cast<std::byte>(random.next());
    if (i % 2 == 0 && value.size() >= 4) std::memcpy(value.data(), "fsht", 4);
    const std::span<const std::uint8_t> placed = guarded.put(value);
    ASSERT_EQ(LLVMFuzzerTestOneInput(placed.data(), placed.size()), 0) << i;
  }
}

}  // namespace
}  // namespace freshet::test
