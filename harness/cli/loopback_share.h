// Runs of parts of the plan on the built-in loopback log before it is run on a cluster, each recorded as a
// run folder within the run's: the isolation windows, for the harness's own share of the index (D2), and a
// few seconds of the steady load, for its noise floor (V).
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
std::string calibration_notice();

// Whether the target answers: to be known before time is spent.
base::Status answers(Target& target, base::Nanos timeout);

struct LoopbackShare {
  std::filesystem::path folder;  // of the run
  nlohmann::json manifest;
  int senders = 1;
  double trace = 0;  // as in engine::RunOptions
  const std::atomic<int>* stop = nullptr;
  std::function<void(const engine::Progress&)> on_progress = nullptr;

  // `part` of the plan, into the folder of that name within the run's. False: interrupted, nothing is left;
  // nor is it after an error.
  base::Result<bool> operator()(const plan::Plan& part, const char* into) const;
};

}  // namespace freshet::cli
