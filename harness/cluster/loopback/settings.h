// Client settings by the names that librdkafka has for them, as far as they matter to the loopback.
#pragma once

#include <initializer_list>

#include "harness/cluster/loopback/log.h"
#include "harness/cluster/loopback/loopback.h"
#include "harness/cluster/loopback/member.h"
#include "harness/cluster/loopback/producer.h"

namespace freshet::cluster::loopback {

// Each is a usage error that names the setting when a value is not a number. Names that mean nothing here are
// passed over: a scenario runs on any target unchanged.
base::Result<ProducerSettings> read_producer_settings(const Settings& given, const LoopbackOptions& options);
base::Result<MemberSettings> read_member_settings(const Settings& given, const LoopbackOptions& options);
// Of a topic's configuration. retention.bytes and segment.bytes are per partition, as in Kafka.
base::Result<Retention> read_retention(const TopicSpec& topic, const LoopbackOptions& options);

}  // namespace freshet::cluster::loopback
