#include "tests/oracle/oracle_run.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>

namespace freshet::test {

OracleSaid ask_oracle(const std::filesystem::path& run, const std::string& program) {
  const std::string command =
      std::string(FRESHET_PYTHON " -B " FRESHET_ORACLE "/") + program + " '" + run.string() + "' 2>&1";
  OracleSaid said;
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return said;
  std::array<char, 4096> chunk;
  for (std::size_t n; (n = fread(chunk.data(), 1, chunk.size(), pipe)) > 0;)
    said.text.append(chunk.data(), n);
  const int status = pclose(pipe);
  said.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return said;
}

}  // namespace freshet::test
