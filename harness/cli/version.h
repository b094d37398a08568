// What this program was built from; the numbers come from CMake.
#pragma once

#include <string>

namespace freshet::cli {

std::string freshet_version();  // "0.1.0"
std::string lua_version();      // "5.4.4"
std::string compiler();         // "g++ 12.2.0, RelWithDebInfo"

}  // namespace freshet::cli
