#include "harness/cli/version.h"

namespace freshet::cli {

std::string freshet_version() {
  return FRESHET_VERSION;
}

std::string lua_version() {
  return FRESHET_LUA_VERSION;
}

std::string compiler() {
#if defined(__clang__)
  const std::string name = "clang++ " __clang_version__;
#else
  const std::string name = "g++ " __VERSION__;
#endif
  return name + ", " FRESHET_BUILD_TYPE;
}

}  // namespace freshet::cli
