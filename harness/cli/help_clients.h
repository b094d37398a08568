// freshet help clients: profiles, what observing needs, and which setting is stronger, from the tables that
// the program itself goes by.
#pragma once

#include <string>

namespace freshet::cli {

std::string help_clients();

}  // namespace freshet::cli
