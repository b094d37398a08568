// The manual page, made from what --help prints.
#pragma once

#include <string>

namespace freshet::cli {

// Every command with its options and examples, and every topic, as roff source for man(1), section 1.
std::string man_page();

}  // namespace freshet::cli
