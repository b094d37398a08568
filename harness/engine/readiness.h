// What has to be true before τ = 0 (T6): every partition owned once and fairly, probed from end to end, and a
// start offset written for each live group. Each question answers "" or what is missing, in words.
#pragma once

#include <string>
#include <vector>

#include "harness/engine/context.h"
#include "harness/engine/reports.h"

namespace freshet::engine {

class Readiness {
 public:
  // timeout: of one question to the cluster.
  Readiness(Context& context, cluster::Admin& admin, std::vector<Reports*> reports, Nanos timeout);

  // Each partition of the pass is owned once.
  std::string unowned(const Pass& pass) const;
  // That of every live pass, each member with at least ⌊P/M⌋ of each topic.
  std::string missing_assignment() const;
  // A probe of every partition was acknowledged, and seen by every live group.
  std::string missing_probe() const;
  // Asks the cluster and waits for its answer: only before τ = 0.
  std::string missing_start_offset();
  // One to every partition. A flag marks them; no figure counts them.
  void send_probes(const base::Clock& clock);

 private:
  Context& context_;
  cluster::Admin& admin_;
  std::vector<Reports*> reports_;
  Nanos timeout_;
};

}  // namespace freshet::engine
