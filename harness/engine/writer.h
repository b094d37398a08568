// The writer: takes what the roles have recorded and writes it down, at least twice a second. Also keeps what
// progress shows of the staleness just now, and tells those who watch how the run stands.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "harness/engine/client_log.h"
#include "harness/engine/context.h"
#include "harness/engine/host_log.h"
#include "harness/engine/live_teller.h"
#include "harness/engine/role.h"
#include "harness/results/run_folder.h"

namespace freshet::engine {

class Writer final : public Role {
 public:
  // `on_live`: whom to tell, on this role's thread; none: nobody watches.
  Writer(Context& context, cluster::Cluster& cluster, results::FactsWriter& facts, ReadHostUsage host_usage,
         std::function<void(const results::Live&)> on_live)
      : context_(context),
        facts_(facts),
        clients_(context, cluster, facts),
        host_(context, facts, std::move(host_usage)) {
    if (on_live) live_.emplace(context, std::move(on_live));
  }
  Stepped step(const base::Clock& clock) override;

  // p99 of the staleness recorded since the last call, ns; -1: none. From any thread.
  Nanos recent_p99(std::uint16_t stream, std::uint16_t pass);
  // After the roles have stopped: takes what is left.
  void drain(const base::Clock& clock);

 private:
  bool collect();
  void write_notes(const base::Clock& clock);

  Context& context_;
  results::FactsWriter& facts_;
  ClientLog clients_;
  measure::LoggedRead read_;
  HostLog host_;
  std::optional<LiveTeller> live_;
  std::mutex recent_mutex_;
  std::map<std::pair<std::uint16_t, std::uint16_t>, measure::Histogram> recent_;
};

}  // namespace freshet::engine
