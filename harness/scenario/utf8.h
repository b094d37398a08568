// Is a text UTF-8? Internal to scenario/.
#pragma once

#include <cstddef>
#include <string_view>

namespace freshet::scenario {

// The first byte that is not part of well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF);
// text.size() when all is well.
std::size_t invalid_utf8_at(std::string_view text);

}  // namespace freshet::scenario
