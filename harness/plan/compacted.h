// Whether the log keeps only the last event of each key for sure.
#pragma once

#include <string>

#include "harness/plan/plan.h"

namespace freshet::plan {

inline bool is_compacted(const Stream& stream) {
  const auto policy = stream.topic_config.find("cleanup.policy");
  return policy != stream.topic_config.end() && policy->second.find("compact") != std::string::npos;
}

}  // namespace freshet::plan
