#include "harness/cli/loopback_share.h"

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/cluster/loopback/loopback.h"
#include "harness/engine/threads.h"
#include "harness/plan/calibration.h"
#include "harness/plan/isolation.h"
#include "harness/results/run_folder.h"

namespace freshet::cli {

base::Status answers(Target& target, base::Nanos timeout) {
  base::EventWake wake;
  const auto admin = target.cluster->make_admin(wake);
  if (!admin) return admin.error();
  const auto described = (*admin)->describe_cluster(timeout);
  return described ? base::Status(base::Ok{}) : base::Status(described.error());
}

bool needs_loopback_share(const plan::Plan& plan, const Target& target) {
  return plan::has_isolation(plan) && !target.cluster->is_loopback_log();
}

std::string loopback_notice(const plan::Plan& plan) {
  return fmt::format("first the isolation windows on the loopback log, for the harness's own share: {}\n",
                     base::format_duration(plan::isolation_part(plan).end()));
}

std::string calibration_notice() {
  return fmt::format(
      "first the steady load on the loopback log, for the noise floor: {} (--no-calibration)\n",
      base::format_duration(plan::kCalibrationWarmup + plan::kCalibration));
}

base::Result<bool> LoopbackShare::operator()(const plan::Plan& part, const char* into) const {
  if (const base::Status free = results::free_for_a_run(folder); !free) return free.error();
  engine::Threads driver;
  const auto loopback = cluster::make_loopback(driver.clock(), {.seed = part.seed});
  engine::RunOptions options;
  options.folder = folder / into;
  options.manifest = manifest;
  options.target = "loopback";
  options.senders = senders;
  options.trace.share = trace;
  options.stop = stop;
  options.on_progress = on_progress;
  options.host_usage = base::read_host_usage;
  const auto outcome = engine::run(part, *loopback, driver, options);
  const bool whole = outcome && outcome->started && !outcome->interrupted;
  if (whole) return true;
  std::error_code ignored;
  std::filesystem::remove_all(options.folder, ignored);
  std::filesystem::remove(folder, ignored);  // only when nothing else is in it
  if (!outcome) return outcome.error();
  return false;
}

}  // namespace freshet::cli
