// What the clients counted of themselves and the settings that decide how long they take to get over a lost
// broker. Each gives "" where there is nothing to tell: the built-in log has no such clients.
#pragma once

#include <string>

#include "harness/results/settle.h"
#include "reports/text.h"

namespace freshet::reports {

// One row a producer or group over all brokers; with `by_broker` also one a broker, and what else they count.
std::string client_tables(const results::Settled& settled, bool by_broker, const Style& style);
// The settings with the values in force, the client's own defaults included.
std::string failover_table(const results::Settled& settled, const Style& style);

}  // namespace freshet::reports
