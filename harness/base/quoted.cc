#include "harness/base/quoted.h"

#include <fmt/format.h>

namespace freshet::base {

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string shown;
  for (const char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return fmt::format("\"{}{}\"", shown, text.size() > kLongest ? "…" : "");
}

}  // namespace freshet::base
