// Shipped scenarios, damaged at random (from a fixed seed): each gives a plan that can be run or errors with
// lines of the file, and never harms the process.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "harness/base/random.h"
#include "harness/plan/sound.h"
#include "harness/scenario/lexer.h"
#include "harness/scenario/scenario.h"

namespace freshet::scenario {
namespace {

constexpr std::array kFiles = {"smoke.lua",           "hot_enterprise.lua", "incident_burst.lua",
                               "replay_storm.lua",    "broker_loss.lua",    "rolling_restart.lua",
                               "traffic_doubles.lua", "rebalance.lua",      "replay_isolation.lua",
                               "cold_start.lua",      "agent_reads.lua"};

// What a mutation may put somewhere: what a person might write, and what breaks readers.
constexpr std::array kScraps = {"0",           "-1",       "1e308",
                                "0/0",         "nil",      "true",
                                "{}",          "\"\"",     "\"0s\"",
                                "\"1s\"",      "\"5/s\"",  "\"%\"",
                                "function(",   "end",      "{",
                                "}",           ",",        "=",
                                "(",           ")",        "..",
                                "[[",          "]]",       "--[[",
                                "while",       "do",       "support",
                                "slo",         "param",    "math.",
                                "[5]=1,",      "\\",       "\"\\0\"",
                                "\xff",        "#",        "...",
                                "return",      "local ",   "1 << 62",
                                "\"é\"",       "replay",   "fault",
                                "change",      "backlog",  "isolation = true,",
                                "\"10m ago\"", "\"2GiB\"", "prefill = \"1h\",",
                                "decide = ",   "view",     "function(view) return view[1] end"};

std::string read(const std::string& name) {
  std::ifstream file(std::string(FRESHET_SCENARIOS) + "/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(random_.next() % n); }

  void mutate(std::string& text) {
    const std::size_t at = below(text.size() + 1),
                      length = below(std::min<std::size_t>(text.size() - at + 1, 40));
    switch (below(6)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, kScraps[below(kScraps.size())]);
        break;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
      case 3:
        text.insert(below(text.size() + 1), text.substr(at, length));
        break;
      default:
        replace_token(text);
    }
  }

 private:
  // A token by another one of the text or by a scrap: stays Lua more often than not.
  void replace_token(std::string& text) {
    const std::vector<Token> tokens = tokenize(text);
    if (tokens.empty()) return;
    const std::string& from = tokens[below(tokens.size())].text;
    const std::string to = below(2) == 0 ? tokens[below(tokens.size())].text : kScraps[below(kScraps.size())];
    const std::size_t at = from.empty() ? std::string::npos : text.find(from, below(text.size()));
    if (at != std::string::npos) text.replace(at, from.size(), to);
  }

  base::Random random_;
};

// Returns whether it was legal.
bool try_one(const std::string& text) {
  const Loaded loaded = load_scenario_text(text, "mutant.lua", {});
  // To Lua a carriage return ends a line, too.
  const auto lines = static_cast<int>(std::ranges::count(text, '\n') + std::ranges::count(text, '\r')) + 1;
  for (const ScenarioError& error : loaded.errors) {
    EXPECT_GE(error.line, 0);
    EXPECT_LE(error.line, lines) << error.message;
    EXPECT_FALSE(error.message.empty());
  }
  if (!loaded.ok()) return false;
  const auto sound = plan::sound(loaded.plan);
  EXPECT_TRUE(sound.ok()) << (sound.ok() ? "" : sound.error().message);
  EXPECT_FALSE(loaded.plan.streams.empty());
  EXPECT_FALSE(loaded.plan.groups.empty());
  EXPECT_FALSE(loaded.plan.phases.empty());
  return true;
}

TEST(ScenarioMutations, GiveAPlanOrErrorsAndDoNoHarm) {
  int legal = 0, refused = 0;
  for (std::size_t file = 0; file < kFiles.size(); ++file) {
    const std::string original = read(kFiles[file]);
    ASSERT_FALSE(original.empty());
    Mutator mutator(1000 + file);
    for (int round = 0; round < 3000; ++round) {
      std::string text = original;
      for (std::size_t left = 1 + mutator.below(3); left > 0; --left) mutator.mutate(text);
      ++(try_one(text) ? legal : refused);
      if (testing::Test::HasFailure()) FAIL() << kFiles[file] << ", round " << round << ":\n" << text;
    }
  }
  EXPECT_GT(legal, 500) << "mutants that only break the syntax test nothing else";
  EXPECT_GT(refused, 500);
}

TEST(ScenarioMutations, EveryPrefixIsRefused) {
  const std::string original = read("incident_burst.lua");
  const std::size_t end = original.find_last_of('}');
  for (std::size_t length = 0; length < end; length += 7)
    EXPECT_FALSE(try_one(original.substr(0, length))) << length;
}

}  // namespace
}  // namespace freshet::scenario
