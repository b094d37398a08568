// By how much the records of a run compress, found before its start on batches of the plan's own first events
// (V8).
#pragma once

#include "harness/engine/context.h"

namespace freshet::engine {

// For the manifest: one object a stream, see FORMAT.md. `in_force`: the clients' settings.
Json compressibility(const Context& context, const cluster::Settings& in_force);
// The same before there is a run, by the plan's own settings. `lanes`: by stream.
Json compressibility(const plan::Plan& plan, const std::vector<plan::StreamLanes>& lanes);

}  // namespace freshet::engine
