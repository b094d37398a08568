// The validity rules in words: the README's table is that of the program.
#include "harness/judge/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace freshet::judge {
namespace {

std::vector<std::string> table_of(const char* file) {
  std::vector<std::string> rows;
  std::ifstream readme(file);
  for (std::string line; std::getline(readme, line);) {
    if (line.starts_with("| V")) rows.push_back(line);
  }
  return rows;
}

// To renew it: what is printed as expected.
TEST(Rules, AreThoseOfTheReadme) {
  std::vector<std::string> expected;
  for (const Rule& rule : rules())
    expected.push_back("| " + std::string(rule.id) + " | " + std::string(rule.sentence) + " | " +
                       std::string(rule.limit) + " |");
  EXPECT_EQ(expected.size(), 9U);
  EXPECT_THAT(table_of(FRESHET_README), testing::ElementsAreArray(expected));
}

TEST(Rules, AreFoundByTheirNumbers) {
  for (const Rule& one : rules()) EXPECT_EQ(&rule(one.id.substr(0, one.id.find(' '))), &one);
}

}  // namespace
}  // namespace freshet::judge
