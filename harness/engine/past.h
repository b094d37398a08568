// Everything that is written before the run (E4): a Prefill role for each stream that has a past, all at
// once.
#pragma once

#include <memory>
#include <vector>

#include "harness/cluster/cluster.h"
#include "harness/engine/context.h"
#include "harness/engine/driver.h"
#include "harness/engine/prefill.h"
#include "harness/engine/run.h"

namespace freshet::engine {

class Past {
 public:
  Past(Context& context, cluster::Cluster& cluster, Driver& driver, const RunOptions& options)
      : context_(context), cluster_(cluster), driver_(driver), options_(options) {}

  // Blocks until all of it is acknowledged. `places`: by stream, where its producer's reports are handled. An
  // error when an event could not be written, or when a person asked to stop.
  base::Status write(const std::vector<std::size_t>& places);

 private:
  bool stop_asked() const { return options_.stop && options_.stop->load() != kGoOn; }
  void tell();

  Context& context_;
  cluster::Cluster& cluster_;
  Driver& driver_;
  const RunOptions& options_;
  std::vector<std::unique_ptr<Prefill>> roles_;
  Nanos began_ = 0, told_ = 0;
};

}  // namespace freshet::engine
