#include "workloads/payload.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "harness/base/random.h"

namespace freshet::workloads {
namespace {

constexpr std::array<std::string_view, 48> kWords = {
    "account",  "agent",    "refund",  "order",   "invoice", "login",    "outage",   "region",
    "customer", "ticket",   "billing", "plan",    "renewal", "device",   "error",    "payment",
    "locked",   "restored", "shipped", "delayed", "chat",    "phone",    "callback", "promised",
    "policy",   "entitled", "credit",  "feature", "flag",    "incident", "the",      "to",
    "was",      "for",      "with",    "has",     "not",     "after",    "before",   "again",
    "please",   "confirm",  "status",  "since",   "cannot",  "update",   "shared",   "summary"};

// A sentence of a support conversation: words by a skewed draw, an identifier now and then.
void append_sentence(std::string& text, base::Random& random) {
  const std::uint64_t words = 5 + random.below(12);
  for (std::uint64_t i = 0; i < words; ++i) {
    const double u = random.unit();
    text += kWords[static_cast<std::size_t>(u * u * static_cast<double>(kWords.size()))];
    text += ' ';
    if (random.below(6) == 0) text += '#' + std::to_string(random.below(1'000'000'000)) + ' ';
  }
  text += ".\n";
}

}  // namespace

Payload::Payload(std::uint64_t seed) {
  base::Random random(base::derive(seed, 0x7061796c6f6164));
  std::string text;
  text.reserve(kPrepared + 256);
  while (text.size() < kPrepared) append_sentence(text, random);
  text_.resize(kPrepared);
  std::memcpy(text_.data(), text.data(), kPrepared);
}

void Payload::fill(std::span<std::byte> out, std::uint32_t key, std::uint64_t n) const {
  std::size_t from = base::mix64(n * 0x9e3779b97f4a7c15ULL + key) % kPrepared;
  while (!out.empty()) {
    const std::size_t part = std::min(out.size(), kPrepared - from);
    std::memcpy(out.data(), text_.data() + from, part);
    out = out.subspan(part);
    from = 0;
  }
}

}  // namespace freshet::workloads
