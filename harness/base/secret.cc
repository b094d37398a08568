#include "harness/base/secret.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace freshet::base {

bool is_secret(const std::string& setting) {
  std::string name = setting;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 8> kParts = {
      "password",    "secret",     "sasl.jaas", "key.pem",
      "private.key", "passphrase", "token",     "sasl.oauthbearer.config"};
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return name.find(part) != std::string::npos; });
}

}  // namespace freshet::base
