// Which settings are secrets.
#pragma once

#include <string>

namespace freshet::base {

// Client settings by librdkafka's names, in any case, whose values never reach a log, a manifest or a report.
bool is_secret(const std::string& setting);

}  // namespace freshet::base
