// What a run folder says of who ran what, where and with which versions; the engine adds the cluster, its
// topics and the client settings in force.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/base/time.h"
#include "harness/plan/plan.h"

namespace freshet::cli {

// `wall`: ns since 1970. `command_line`: as typed; values of secret settings are masked here.
nlohmann::json manifest(const plan::Plan& plan, const std::vector<std::string>& command_line,
                        base::Nanos wall);

// "-X", "sasl.password=hunter2" -> "-X", "sasl.password=****", in every way it can be typed.
std::vector<std::string> masked(const std::vector<std::string>& command_line);

std::string iso_utc(base::Nanos wall);      // "2026-01-02T03:04:05Z"
std::string compact_utc(base::Nanos wall);  // "20260102-030405"

}  // namespace freshet::cli
