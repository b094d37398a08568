#include "harness/measure/envelope.h"

#include <array>
#include <bit>
#include <cstring>

namespace freshet::measure {
namespace {

static_assert(std::endian::native == std::endian::little, "the envelope is written as it lies in memory");

constexpr std::uint32_t kMagic = 0x74687366;  // "fsht"
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChecksumAt = 64;

// The envelope before its checksum, as words: packed in registers, so that the checksum need not wait for
// narrow stores.
using Head = std::array<std::uint64_t, 8>;
static_assert(sizeof(Head) == kChecksumAt && kChecksumAt + sizeof(std::uint64_t) == kEnvelopeSize);

constexpr std::uint64_t word_of(std::uint16_t a, std::uint16_t b, std::uint16_t c, std::uint16_t d) {
  return a | std::uint64_t{b} << 16 | std::uint64_t{c} << 32 | std::uint64_t{d} << 48;
}

Head pack(const Envelope& e, std::size_t size) {
  return {kMagic | std::uint64_t{kVersion} << 32 | std::uint64_t{e.flags} << 40 | std::uint64_t{e.tier} << 48,
          e.run,
          e.n,
          static_cast<std::uint64_t>(e.tau),
          static_cast<std::uint64_t>(e.sent),
          word_of(e.stream, e.lane, e.output, e.attempt),
          e.key | std::uint64_t{e.schema} << 32,
          static_cast<std::uint32_t>(size)};
}

Envelope unpack(const Head& head) {
  const auto part = [&](std::size_t word, int bit) { return head[word] >> bit; };
  return {.run = head[1],
          .n = head[2],
          .tau = static_cast<Nanos>(head[3]),
          .sent = static_cast<Nanos>(head[4]),
          .stream = static_cast<std::uint16_t>(part(5, 0)),
          .lane = static_cast<std::uint16_t>(part(5, 16)),
          .output = static_cast<std::uint16_t>(part(5, 32)),
          .attempt = static_cast<std::uint16_t>(part(5, 48)),
          .key = static_cast<std::uint32_t>(part(6, 0)),
          .schema = static_cast<std::uint32_t>(part(6, 32)),
          .tier = static_cast<std::uint8_t>(part(0, 48)),
          .flags = static_cast<std::uint8_t>(part(0, 40))};
}

__extension__ typedef unsigned __int128 Uint128;

std::uint64_t multiply_mix(std::uint64_t a, std::uint64_t b) {
  const Uint128 product = static_cast<Uint128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t word(const std::byte* at) {
  std::uint64_t w;
  std::memcpy(&w, at, sizeof w);
  return w;
}

constexpr std::array<std::uint64_t, 4> kSalt = {0xa0761d6478bd642fULL, 0xe7037ed1a0b428dbULL,
                                                0x8ebc6af09c88c6e3ULL, 0x589965cc75374cc3ULL};

// Four independent chains of multiply and fold over 16 bytes each, so that the multiplier never waits.
class Checksum {
 public:
  explicit Checksum(const Head& head) {
    for (std::size_t i = 0; i < 4; ++i) add_pair(i, head[2 * i], head[2 * i + 1]);
  }
  void add_block(const std::byte* at) {  // 64 bytes
    for (std::size_t i = 0; i < 4; ++i) add_pair(i, word(at + 16 * i), word(at + 16 * i + 8));
  }
  void add_rest(const std::byte* at, std::size_t size) {  // fewer than 64, padded with zeros
    std::size_t chain = 0;
    for (; size >= 16; size -= 16, at += 16) add_pair(chain++, word(at), word(at + 8));
    if (size == 0) return;
    std::array<std::byte, 16> last{};
    std::memcpy(last.data(), at, size);
    add_pair(chain, word(last.data()), word(last.data() + 8));
  }
  // With the size, so that a cut value differs from one that ends in zeros.
  std::uint64_t finish(std::size_t size) const {
    const std::uint64_t a = multiply_mix(chains_[0] ^ kSalt[2], chains_[1] ^ size);
    const std::uint64_t b = multiply_mix(chains_[2] ^ kSalt[3], chains_[3] ^ kSalt[0]);
    return multiply_mix(a ^ kSalt[1], b ^ kSalt[2]);
  }

 private:
  void add_pair(std::size_t i, std::uint64_t first, std::uint64_t second) {
    chains_[i] = multiply_mix(first ^ kSalt[i], second ^ chains_[i]);
  }
  std::array<std::uint64_t, 4> chains_ = kSalt;
};

// Over the whole value, the checksum's own field left out: the head before it is the first block.
std::uint64_t checksum(const Head& head, std::span<const std::byte> value) {
  Checksum sum(head);
  const std::byte* at = value.data() + kEnvelopeSize;
  std::size_t left = value.size() - kEnvelopeSize;
  for (; left >= 64; left -= 64, at += 64) sum.add_block(at);
  sum.add_rest(at, left);
  return sum.finish(value.size());
}

bool is_ours(const Head& head, std::uint64_t run) {
  return static_cast<std::uint32_t>(head[0]) == kMagic &&
         static_cast<std::uint8_t>(head[0] >> 32) == kVersion && head[1] == run;
}

}  // namespace

void write_envelope(const Envelope& envelope, std::span<std::byte> value) {
  const Head head = pack(envelope, value.size());
  const std::uint64_t sum = checksum(head, value);
  std::memcpy(value.data(), head.data(), sizeof head);
  std::memcpy(value.data() + kChecksumAt, &sum, sizeof sum);
}

Decoded read_envelope(std::span<const std::byte> value, std::uint64_t run, Envelope& out) {
  const bool marked = value.size() >= sizeof kMagic && std::memcmp(value.data(), &kMagic, sizeof kMagic) == 0;
  // Too short for an envelope: somebody else's, unless it begins as ours do.
  if (value.size() < kEnvelopeSize) return marked ? Decoded::corrupt : Decoded::foreign;
  Head head;
  std::memcpy(head.data(), value.data(), sizeof head);
  const std::uint64_t sum = word(value.data() + kChecksumAt);
  if (static_cast<std::uint32_t>(head[7]) != value.size() || sum != checksum(head, value)) {
    // Damaged, if anything still says that it is ours.
    return marked || head[1] == run ? Decoded::corrupt : Decoded::foreign;
  }
  if (!is_ours(head, run)) return Decoded::foreign;
  out = unpack(head);
  return Decoded::ok;
}

bool read_own_envelope(std::span<const std::byte> value, std::uint64_t run, Envelope& out) {
  if (value.size() < kEnvelopeSize) return false;
  Head head;
  std::memcpy(head.data(), value.data(), sizeof head);
  if (!is_ours(head, run) || static_cast<std::uint32_t>(head[7]) != value.size()) return false;
  out = unpack(head);
  return true;
}

}  // namespace freshet::measure
