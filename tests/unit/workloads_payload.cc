// What records say: the same everywhere, of the tenant, never the same noise twice, in bounded memory.
#include "workloads/payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "harness/base/random.h"

namespace freshet::workloads {
namespace {

std::string content(const Payload& payload, std::size_t size, std::uint32_t tenant, std::uint64_t id) {
  std::string text(size, '\0');
  payload.fill(std::as_writable_bytes(std::span(text)), tenant, id);
  return text;
}

std::uint64_t hash(const std::string& text) {
  std::uint64_t hash = 0;
  for (const char c : text) hash = base::mix64(hash + static_cast<unsigned char>(c));
  return hash;
}

// Written down once: another machine, compiler or library has to come to the same bytes, and who changes them
// has to raise plan::kGeneratorVersion.
TEST(Payload, IsTheSameOnEveryMachine) {
  std::uint64_t all = 0;
  for (const double ratio : {1.0, 1.4, 2.0, 4.0, 8.0}) {
    const Payload payload(7, ratio, 512);
    for (std::uint64_t id = 0; id < 100; ++id)
      all = base::mix64(all ^ hash(content(payload, 28 + 37 * id, static_cast<std::uint32_t>(id % 7), id)));
  }
  EXPECT_EQ(all, 0x7dec04dba31f19e9ULL);
}

TEST(Payload, HangsOnSeedTenantAndEvent) {
  const Payload payload(7, 4, 512);
  const std::string text = content(payload, 440, 3, 5);
  EXPECT_EQ(text, content(payload, 440, 3, 5));
  EXPECT_EQ(text, content(Payload(7, 4, 512), 440, 3, 5));
  EXPECT_NE(text, content(payload, 440, 4, 5));
  EXPECT_NE(text, content(payload, 440, 3, 6));
  EXPECT_NE(text, content(Payload(8, 4, 512), 440, 3, 5));
}

// A tenant's events have words in common that another tenant's have not.
TEST(Payload, HasWordsOfTheTenants) {
  const Payload payload(7, 4, 4096);
  const auto words = [&](std::uint32_t tenant, std::uint64_t id) {
    std::set<std::string> found;
    const std::string text = content(payload, 4000, tenant, id);
    for (std::size_t at = 0; at + 8 <= text.size(); ++at) {
      if (text[at + 7] == ' ') found.insert(text.substr(at, 8));
    }
    return found;
  };
  const auto shared = [](const std::set<std::string>& a, const std::set<std::string>& b) {
    std::size_t both = 0;
    for (const std::string& word : a) both += b.count(word);
    return both;
  };
  EXPECT_GE(shared(words(1, 10), words(1, 11)), shared(words(1, 10), words(2, 11)) + Payload::kTemplates);
}

TEST(Payload, IsPrintableUnlessItIsToBeNoise) {
  for (const double ratio : {2.0, 4.0, 8.0}) {
    for (const char c : content(Payload(7, ratio, 512), 100'000, 1, 2))
      ASSERT_TRUE(c >= ' ' && c < 127) << int{c};
  }
}

// Longer than all that is prepared: no stretch comes back.
TEST(Payload, NeverRepeatsItsNoise) {
  const Payload payload(7, 1, 1 << 20);
  std::set<std::string> stretches;
  std::size_t count = 0;
  for (std::uint64_t id = 0; id < 4; ++id) {
    const std::string noise = content(payload, 8 * Payload::kNoise, 0, id);
    for (std::size_t at = 0; at + 8 <= noise.size(); at += 8, ++count) stretches.insert(noise.substr(at, 8));
  }
  EXPECT_EQ(stretches.size(), count);
}

TEST(Payload, FillsEverySizeAndNotAByteMore) {
  for (const double ratio : {1.0, 3.0, 8.0, 1000.0}) {
    const Payload payload(7, ratio, 300);
    for (std::size_t size = 0; size < 700; ++size) {
      std::string text(size + 16, '\1');
      payload.fill(std::as_writable_bytes(std::span(text).first(size)), 1, size);
      ASSERT_EQ(text.substr(size), std::string(16, '\1'));
    }
  }
}

TEST(Payload, ReachesLessWithSmallRecords) {
  EXPECT_GT(reach(100).least, 1.5);
  EXPECT_LT(reach(100).most, 3);
  EXPECT_LT(reach(4096).least, 1.1);
  EXPECT_GT(reach(4096).most, 15);
  for (const double size : {72.0, 100.0, 512.0, 65'536.0}) EXPECT_LT(reach(size).least, reach(size).most);
}

}  // namespace
}  // namespace freshet::workloads
