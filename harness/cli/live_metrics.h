// What a run tells Prometheus while it goes: takes how it stands from the engine and, once it is judged, its
// verdict, and serves the latest of it.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/metrics_server.h"
#include "harness/cli/settled_run.h"
#include "harness/plan/slo_instances.h"

namespace freshet::cli {

class LiveMetrics {
 public:
  // Listens from now on. `plan` must outlive it. Error: usage.
  static base::Result<std::unique_ptr<LiveMetrics>> open(const MetricsAddress& address,
                                                         const plan::Plan& plan, const std::string& target,
                                                         bool loopback);

  // From one thread at a time; scrapes come from others.
  void show(const results::Live& live);
  void show(const SettledRun& run);
  // Waits until the last figures have been served for that long, or `stop` says otherwise.
  void hold(base::Nanos time, const std::atomic<int>& stop) const;

  const std::string& url() const { return server_->url(); }

 private:
  explicit LiveMetrics(const plan::Plan& plan)
      : plan_(plan), instances_(plan::slo_instances(plan).instances) {}
  void publish();

  const plan::Plan& plan_;
  std::vector<plan::SloInstance> instances_;
  reports::Watched watched_;  // the writer's own
  std::mutex mutex_;          // of what follows: held to copy or to set a pointer
  std::shared_ptr<const reports::Watched> latest_;
  std::unique_ptr<MetricsServer> server_;  // the first to go
};

}  // namespace freshet::cli
