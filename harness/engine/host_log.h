// Writes down what this process and its machine used, about once a second (V). Belongs to the writer.
#pragma once

#include <functional>

#include "harness/base/host_usage.h"
#include "harness/engine/context.h"
#include "harness/results/run_folder.h"

namespace freshet::engine {

// None: nothing is known, as in a simulation.
using ReadHostUsage = std::function<base::HostUsage()>;

class HostLog {
 public:
  HostLog(const Context& context, results::FactsWriter& facts, ReadHostUsage read)
      : context_(context), facts_(facts), read_(std::move(read)) {}
  // Once the run has started: at each turn of a second, as far as it is called so often.
  void write(const base::Clock& clock);

 private:
  const Context& context_;
  results::FactsWriter& facts_;
  ReadHostUsage read_;
  base::HostUsage before_;
  Nanos at_ = -1;  // since start, when `before_` was read
};

}  // namespace freshet::engine
