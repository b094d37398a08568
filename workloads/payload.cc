#include "workloads/payload.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <string_view>

#include "harness/base/random.h"
#include "workloads/size.h"

namespace freshet::workloads {
namespace {

static_assert(std::endian::native == std::endian::little, "noise is made eight bytes at a time");

constexpr std::array<std::string_view, 48> kWords = {
    "account",  "agent",    "refund",  "order",   "invoice", "login",    "outage",   "region",
    "customer", "ticket",   "billing", "plan",    "renewal", "device",   "error",    "payment",
    "locked",   "restored", "shipped", "delayed", "chat",    "phone",    "callback", "promised",
    "policy",   "entitled", "credit",  "feature", "flag",    "incident", "the",      "to",
    "was",      "for",      "with",    "has",     "not",     "after",    "before",   "again",
    "please",   "confirm",  "status",  "since",   "cannot",  "update",   "shared",   "summary"};

// A record in a batch has, besides its value, its key and Kafka's framing.
constexpr double kAround = 21;
// Below this ratio tokens are any bytes: printable ones have 6 bits in 8, which zstd finds.
constexpr double kPrintable = 1.5;

// Compressed bytes of a record, the geometric mean of zstd's (level 3) and lz4's: linear in the bytes of its
// content and in those of them that are noise. Fitted to batches of 16 KiB to 1 MB with values of 90 B to 16
// KiB.
struct Cost {
  double record, sentence, content, noise;
  // Where there is hardly a sentence, noise interrupts no match.
  double of_noise(double bytes) const { return noise * (1 - 0.18 * (1 - whole(bytes))); }
  double of(double bytes, double share) const {
    return record + sentence * whole(bytes) * whole(bytes) + bytes * (content + of_noise(bytes) * share);
  }
  static double whole(double bytes) { return std::min(bytes / 136, 1.0); }  // part of a sentence
};
constexpr Cost kText = {45, 3, 0.051, 0.85}, kBinary = {38, 0, 0.145, 0.855};

// The higher the ratio, the further zstd is above the middle: both stay nearer with a little less than it.
double middle(double ratio) {
  return ratio / (1 + 0.02 * (ratio - 1) + 0.0125 * std::max(0.0, ratio - 4));
}

double content_of(double mean_size) {
  return std::max(mean_size - kMinimumSize, 1.0);
}

// The share of the content that has to be noise.
double noise_share(double ratio, double mean_size, const Cost& cost) {
  const double content = content_of(mean_size);
  const double bytes = (mean_size + kAround) / middle(ratio);
  return std::clamp((bytes - cost.of(content, 0)) / (content * cost.of_noise(content)), 0.0, 1.0);
}

void put(std::span<std::byte> out, const std::string& text) {
  std::memcpy(out.data(), text.data(), out.size());
}

// A sentence of a support conversation: words by a skewed draw.
std::string sentence(base::Random& random, std::size_t size) {
  std::string text = "\",\"text\":\"";
  while (text.size() < size) {
    const double u = random.unit();
    text += kWords[static_cast<std::size_t>(u * u * static_cast<double>(kWords.size()))];
    text += ' ';
  }
  return text;
}

// A name such as a tenant's product has: "marovel ".
std::string name(base::Random& random, std::size_t size) {
  constexpr std::string_view kConsonants = "bcdfghjklmnprstvwz", kVowels = "aeiou";
  std::string text;
  while (text.size() + 1 < size) {
    text += kConsonants[random.below(kConsonants.size())];
    text += kVowels[random.below(kVowels.size())];
  }
  text.resize(size - 1);
  return text + ' ';
}

constexpr std::uint64_t kFraction = 16;  // bits

}  // namespace

Reach reach(double mean_size) {
  const double content = content_of(mean_size);
  const double raw = mean_size + kAround;
  const double noise = raw / kBinary.of(content, 1), templates = raw / kText.of(content, 0);
  return {std::min(noise, templates), std::max(noise, templates)};  // of hardly any content they are alike
}

Payload::Payload(std::uint64_t seed, double ratio, double mean_size)
    : seed_(base::derive(seed, 0x7061796c6f6164)),
      text_(ratio >= kPrintable),
      noise_(kNoise),
      words_(kTenants) {
  base::Random random(seed_);
  for (std::byte& b : noise_) b = static_cast<std::byte>(random.next());
  for (auto& text : templates_) put(text, sentence(random, kTemplate));
  for (auto& words : words_) {
    for (auto& word : words) put(word, name(random, kWord));
  }
  const double share = noise_share(ratio, mean_size, text_ ? kText : kBinary);
  only_noise_ = share > 0.99;
  if (only_noise_) return;
  token_ =
      static_cast<std::uint64_t>(static_cast<double>(kSentence << kFraction) * share / (1 - share) + 0.5);
}

// What is left to be filled, and where the noise comes from: a stretch of the prepared noise, changed by a
// mask of the event's own, so that no two events have a stretch in common.
struct Payload::Writer {
  const Payload& payload;
  std::byte* at;
  std::size_t left;
  std::uint64_t mask;
  std::size_t from;

  template <bool text>
  static std::uint64_t noise(const std::byte* prepared, std::uint64_t mask) {
    std::uint64_t word;
    std::memcpy(&word, prepared, sizeof word);
    word ^= mask;
    return text ? (word & 0x3f3f3f3f3f3f3f3fULL) + 0x3f3f3f3f3f3f3f3fULL : word;
  }

  void advance(std::size_t size) {
    at += size;
    left -= size;
  }

  void copy(const std::byte* text, std::size_t size) {
    size = std::min(size, left);
    std::memcpy(at, text, size);
    advance(size);
  }

  void token(std::size_t size) { payload.text_ ? token_of<true>(size) : token_of<false>(size); }

  template <bool text>
  void token_of(std::size_t size) {
    for (size = std::min(size, left); size > 0;) {
      if (from + sizeof mask > kNoise) {
        from = 0;
        mask = base::mix64(mask);
      }
      const std::size_t words = std::min(size, kNoise - from) / sizeof mask;
      const std::byte* const prepared = payload.noise_.data() + from;
      std::byte* const out = at;
      const std::uint64_t own = mask;
      // They never overlap; without that knowledge it is a word at a time.
#pragma GCC ivdep
      for (std::size_t i = 0; i < words; ++i) {
        const std::uint64_t word = noise<text>(prepared + i * sizeof mask, own);
        std::memcpy(out + i * sizeof mask, &word, sizeof word);
      }
      advance(words * sizeof mask);
      from += words * sizeof mask;
      size -= words * sizeof mask;
      if (words > 0) continue;
      const std::uint64_t word = noise<text>(payload.noise_.data() + from, mask);
      copy(reinterpret_cast<const std::byte*>(&word), size);
      from += sizeof word;
      return;
    }
  }

  // From `skip` bytes behind its begin on.
  void sentence(std::size_t which, std::uint32_t tenant, std::size_t skip) {
    const auto& text = payload.templates_[which];
    const auto& word = payload.words_[tenant % kTenants][which];
    if (skip == 0 && left >= kSentence) {
      std::memcpy(at, text.data(), kTemplate);
      std::memcpy(at + kTemplate, word.data(), kWord);
      return advance(kSentence);
    }
    if (skip < kTemplate) copy(text.data() + skip, kTemplate - skip);
    const std::size_t behind = skip < kTemplate ? 0 : skip - kTemplate;
    copy(word.data() + behind, kWord - behind);
  }
};

// A window of an endless text of tokens and sentences that begins anywhere in it: so values of every size
// have the share of noise that was asked for.
void Payload::fill(std::span<std::byte> out, std::uint32_t tenant, std::uint64_t id) const {
  const std::uint64_t drawn = base::random_at(seed_, id);
  Writer writer{*this, out.data(), out.size(), base::mix64(drawn), drawn % (kNoise - sizeof drawn)};
  if (only_noise_) return writer.token(out.size());
  std::uint64_t owed = token_ + (drawn & 0xffff);  // of the token that comes next
  std::size_t which = (drawn >> 16) % kTemplates;
  const std::uint64_t period = token_ + (kSentence << kFraction);
  auto skip = static_cast<std::size_t>(((drawn >> 32) * period) >> 48);
  while (writer.left > 0) {
    const auto token = static_cast<std::size_t>(owed >> kFraction);
    const std::size_t skipped = std::min(skip, token);
    writer.token(token - skipped);
    writer.sentence(which, tenant, std::min(skip - skipped, kSentence));
    skip = 0;
    owed = (owed & 0xffff) + token_;
    which = (which + 1) % kTemplates;
  }
}

}  // namespace freshet::workloads
