// A user's text as a message may show it.
#pragma once

#include <string>
#include <string_view>

namespace freshet::base {

// In double quotes, in printable ASCII (so that cutting cannot break a character), of bounded length.
std::string quoted(std::string_view text);

}  // namespace freshet::base
