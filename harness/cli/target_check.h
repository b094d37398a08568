// What a cluster says to a scenario before a run: is it there, may we, is it as durable as asked, how long do
// the groups take, can one partition take its part.
#pragma once

#include <atomic>
#include <string>

#include "harness/base/result.h"
#include "harness/cli/load.h"
#include "harness/cli/target.h"
#include "reports/text.h"

namespace freshet::cli {

struct TargetCheck {
  base::Nanos connect_timeout = 10 * base::kSecond;
  bool ceiling = false;
  const std::atomic<int>* stop = nullptr;
};

// The hottest partition at its worst: "one partition must take 9.1 MB/s in incident (chat_turn)".
std::string hottest_text(const Prepared& prepared);

// Goes through all of a run's start on the cluster and takes it down again; gives what it found. Errors are
// those that the run would end with.
base::Result<std::string> check_target(const Prepared& prepared, Target& target, const TargetCheck& check,
                                       const base::Clock& clock, const reports::Style& style);

}  // namespace freshet::cli
