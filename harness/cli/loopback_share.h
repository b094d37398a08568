// The harness's own share of an isolation index (D2): the same windows on the built-in loopback log, before
// they are run on a cluster, recorded as a run folder within the run's.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/base/result.h"
#include "harness/cli/target.h"
#include "harness/engine/run.h"
#include "harness/plan/plan.h"

namespace freshet::cli {

// The plan has isolation windows, and the target is a cluster.
bool needs_loopback_share(const plan::Plan& plan, const Target& target);
// What a person is told before it begins: it doubles the time that the windows take.
std::string loopback_notice(const plan::Plan& plan);

struct LoopbackShare {
  std::filesystem::path folder;  // of the run
  nlohmann::json manifest;
  int senders = 1;
  double trace = 0;  // as in engine::RunOptions
  base::Nanos connect_timeout = 0;
  const std::atomic<int>* stop = nullptr;
  std::function<void(const engine::Progress&)> on_progress = nullptr;

  // False: interrupted, nothing is left. A target that does not answer is told before the time is spent.
  base::Result<bool> operator()(const plan::Plan& plan, Target& target) const;
};

}  // namespace freshet::cli
