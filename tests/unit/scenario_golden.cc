// All the messages about one thoroughly wrong scenario, word by word, so that a change of a message is seen.
// FRESHET_UPDATE_GOLDEN=1 writes what is said now.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/unit/scenario_fixture.h"

namespace freshet::scenario {
namespace {

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ScenarioGolden, EveryMessageAboutAWrongScenario) {
  const std::string folder = std::string(FRESHET_GOLDEN) + "/scenario/";
  Options options;
  options.params = {{"rtae", "5/s"}};
  std::string said;
  for (const ScenarioError& error :
       load_scenario_text(read(folder + "wrong.lua"), "wrong.lua", options).errors) {
    said += format_error("wrong.lua", error) + "\n";
  }
  if (std::getenv("FRESHET_UPDATE_GOLDEN") != nullptr) std::ofstream(folder + "wrong.txt") << said;
  EXPECT_EQ(said, read(folder + "wrong.txt"));
}

}  // namespace
}  // namespace freshet::scenario
