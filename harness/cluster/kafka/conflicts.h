// Settings that cannot be had at once, and what to use instead.
#pragma once

#include <optional>
#include <string>

#include "harness/cluster/cluster.h"

namespace freshet::cluster {

// Of a producer's settings, complete and by canonical names; a sentence, or nothing when there is no
// conflict. A group's are base::group_settings_conflict().
std::optional<std::string> producer_settings_conflict(const Settings& settings);

}  // namespace freshet::cluster
