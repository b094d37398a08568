// What records say (V8): sentences of a few seeded templates with words of the tenant's own, between tokens
// that nothing can predict (ids, references, what a customer typed), so that a batch compresses by the ratio
// that is asked for, and not as zeros or as noise do. Prepared once; filling a value is a copy.
//
// The same bytes on every machine: a function of the seed, the model, the tenant and the event's identity
// alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace freshet::workloads {

// Raw over compressed bytes of a batch, envelopes, keys and framing included: what asked ratios lie between.
struct Reach {
  double least = 1;  // the content is noise
  double most = 1;   // the content is templates and words only
};
// Of records with values of `mean_size` bytes on average. The envelope's own 72 bytes compress by a ratio
// that no content changes: small records reach little on either side.
Reach reach(double mean_size);

class Payload {
 public:
  // `ratio` outside of the reach gives the nearest there is. The middle between what zstd makes of a batch
  // and what lz4 makes of it: text has it that zstd gets about a fifth more than asked and lz4 a fifth less.
  Payload(std::uint64_t seed, double ratio, double mean_size);

  // Fills `out` with the content of event `id` of `tenant`. No allocation.
  void fill(std::span<std::byte> out, std::uint32_t tenant, std::uint64_t id) const;

  // Bytes that one payload holds, whatever the sizes of its records.
  static constexpr std::size_t kNoise = 1 << 16;
  static constexpr std::size_t kTemplates = 2, kTemplate = 128;
  static constexpr std::size_t kTenants = 1024, kWord = 8;  // vocabularies; a tenant has one of them
  static constexpr std::size_t kMemory =
      kNoise + kTemplates * kTemplate + kTenants * kTemplates * kWord;  // 80 KiB

 private:
  static constexpr std::size_t kSentence = kTemplate + kWord;
  struct Writer;

  std::uint64_t seed_;
  bool text_ = true;  // tokens are printable; else any bytes, as of what is compressed already
  bool only_noise_ = false;
  std::uint64_t token_ = 0;  // mean length of the token before a sentence, in 1/65536 bytes
  std::vector<std::byte> noise_;
  std::array<std::array<std::byte, kTemplate>, kTemplates> templates_;
  std::vector<std::array<std::array<std::byte, kWord>, kTemplates>> words_;  // by vocabulary, then template
};

}  // namespace freshet::workloads
