// The oracle as a test calls it.
#pragma once

#include <filesystem>
#include <string>

namespace freshet::test {

struct OracleSaid {
  int exit_status = -1;
  std::string text;
};
// `program`: oracle.py, or notices.py, which sees to it that the oracle can fail.
OracleSaid ask_oracle(const std::filesystem::path& run, const std::string& program = "oracle.py --quiet");

}  // namespace freshet::test
