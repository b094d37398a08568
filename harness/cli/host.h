// The machine a run was made on, for its manifest.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace freshet::cli {

// {"cpu":…,"cores":…,"memory_bytes":…,"kernel":…}; what cannot be read is left out.
nlohmann::json describe_host();
// {"monotonic":"CLOCK_MONOTONIC","source":"tsc"}
nlohmann::json describe_clocks();

}  // namespace freshet::cli
