// Texts against golden files. FRESHET_UPDATE_GOLDEN=1 writes the files anew: read the difference before
// committing it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace freshet::test {

inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string file = std::string(FRESHET_GOLDEN) + "/" + name;
  if (std::getenv("FRESHET_UPDATE_GOLDEN")) std::ofstream(file) << text;
  std::ifstream in(file);
  ASSERT_TRUE(in) << file;
  std::stringstream golden;
  golden << in.rdbuf();
  EXPECT_EQ(text, golden.str());
}

}  // namespace freshet::test
