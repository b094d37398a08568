// By how much the records of a run compress, found before its start on batches of the plan's own first events
// (V8).
#pragma once

#include "harness/engine/context.h"

namespace freshet::engine {

// For the manifest: one object a stream, see FORMAT.md. `in_force`: the clients' settings.
Json compressibility(const Context& context, const cluster::Settings& in_force);

}  // namespace freshet::engine
