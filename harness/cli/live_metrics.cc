#include "harness/cli/live_metrics.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/base/clock.h"
#include "harness/cli/version.h"
#include "harness/cluster/kafka/kafka.h"
#include "harness/engine/run.h"

namespace freshet::cli {

base::Result<std::unique_ptr<LiveMetrics>> LiveMetrics::open(const MetricsAddress& address,
                                                             const plan::Plan& plan,
                                                             const std::string& target, bool loopback) {
  std::unique_ptr<LiveMetrics> metrics(new LiveMetrics(plan));
  metrics->watched_.version = freshet_version();
  metrics->watched_.librdkafka = cluster::rdkafka_version();
  metrics->watched_.target = target;
  metrics->watched_.loopback = loopback;
  metrics->show(results::Tally(plan).now(0));
  auto server = MetricsServer::open(address, [&of = *metrics](reports::Exposition form) {
    std::shared_ptr<const reports::Watched> latest;
    {
      const std::lock_guard lock(of.mutex_);
      latest = of.latest_;
    }
    return reports::metrics_page(of.plan_, *latest, form);
  });
  if (!server) return server.error();
  metrics->server_ = std::move(server).value();
  return metrics;
}

void LiveMetrics::show(const results::Live& live) {
  watched_.live = live;
  watched_.slos = judge::slos_so_far(plan_, instances_, live);
  publish();
}

// A run that was stopped is not judged: its SLOs stay as they stood.
void LiveMetrics::show(const SettledRun& run) {
  const results::Figures& figures = run.settled.figures;
  watched_.verdict = judge::to_json(run.verdict).at("outcome").get<std::string>();
  if (run.verdict.outcome != judge::Outcome::interrupted)
    watched_.slos = judge::slos_at_end(plan_, instances_, figures, run.verdict);
  std::ranges::copy_if(figures.staleness, std::back_inserter(watched_.outcomes),
                       [](const results::StalenessRow& row) { return row.phase < 0 && row.tier < 0; });
  publish();
}

void LiveMetrics::publish() {
  auto latest = std::make_shared<const reports::Watched>(watched_);
  const std::lock_guard lock(mutex_);
  latest_.swap(latest);
}

void LiveMetrics::hold(base::Nanos time, const std::atomic<int>& stop) const {
  constexpr base::Nanos kLook = 50 * base::kMillisecond;
  const base::RealClock clock;
  base::EventWake nobody;
  const base::Nanos until = clock.now() + time;
  while (clock.now() < until && stop.load(std::memory_order_acquire) == engine::kGoOn)
    nobody.wait_until(clock, std::min(until, clock.now() + kLook));
}

}  // namespace freshet::cli
