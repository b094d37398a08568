// The settings that decide how long a client takes to get over a broker that went away.
#pragma once

#include <librdkafka/rdkafka.h>

#include "harness/cluster/cluster.h"

namespace freshet::cluster {

// With the values in force in `client`, the library's defaults included.
Settings failover_settings_of(rd_kafka_t* client);

}  // namespace freshet::cluster
