#include "harness/cluster/kafka/profiles.h"

#include <algorithm>
#include <array>

namespace freshet::cluster {
namespace {

constexpr std::array kLowLatency = {
    ReasonedSetting{
        "linger.ms", "0",
        "a record is sent at once instead of waiting 5 ms for others; under load batches form all "
        "the same, behind the five requests that may be open"},
    ReasonedSetting{
        "fetch.wait.max.ms", "100",
        "a cluster that does not wake a waiting fetch answers it after this time, not after 500 ms"},
    ReasonedSetting{
        "fetch.error.backoff.ms", "10",
        "after an error, as when a leader moves, the partition is fetched again at once, not after "
        "500 ms"},
    ReasonedSetting{"fetch.queue.backoff.ms", "10",
                    "a full local queue is looked at again at once, not after 1000 ms"},
    ReasonedSetting{"reconnect.backoff.max.ms", "1000",
                    "a broker that comes back is found within a second, not within ten"},
};

constexpr std::array kThroughput = {
    ReasonedSetting{
        "linger.ms", "50",
        "fewer and larger batches: less work a record for client and cluster, 50 ms of staleness"},
    ReasonedSetting{"compression.type", "lz4", "fewer bytes on the network and on the cluster's disks"},
    ReasonedSetting{"queue.buffering.max.messages", "1000000",
                    "a burst finds room in the client, where 100000 records would be a full queue"},
    ReasonedSetting{"fetch.min.bytes", "65536", "a fetch brings many records instead of the first that came"},
    ReasonedSetting{"fetch.wait.max.ms", "100", "and waits for them no longer than that"},
    ReasonedSetting{"max.partition.fetch.bytes", "8388608",
                    "a hot partition, or one that is far behind, is read in larger pieces than 1 MB"},
};

constexpr std::array kProfiles = {
    Profile{"default", "the library's own settings, as most programs run with", {}},
    Profile{"low-latency", "as fresh as the client can be, at the cost of more requests", kLowLatency},
    Profile{"throughput", "as much as the client can do, at the cost of freshness", kThroughput},
};

constexpr std::array kDefaults = {
    ReasonedSetting{"enable.idempotence", "true",
                    "a repeated send is no duplicate and no new order, so that what the ledger finds is the "
                    "cluster's doing; off where weaker acks are asked for"},
    ReasonedSetting{"acks", "all", "only what is acknowledged by all in-sync replicas may count as lost"},
    ReasonedSetting{"message.timeout.ms", "",
                    "the drain's length: every delivery report comes before the run is over (T5)"},
    ReasonedSetting{"enable.metrics.push", "false", "nobody else's measurements run beside these"},
};

constexpr std::array kNeeds = {
    ReasonedSetting{"enable.partition.eof", "true",
                    "the end of a partition is the only sign that a lost last record was passed (E6)"},
    ReasonedSetting{"enable.auto.offset.store", "false",
                    "offsets are stored when an event is visible, not when it is received (T3)"},
    ReasonedSetting{"auto.offset.reset", "error",
                    "a position outside the log has to be counted, not skipped (P4); a group's start says "
                    "where it begins"},
    ReasonedSetting{"statistics.interval.ms", "1000",
                    "what each client counts of itself is recorded every second (K3)"},
    ReasonedSetting{"delivery.report.only.error", "false", "every event's report is counted (E5)"},
    ReasonedSetting{"enable.auto.commit", "", "a group's commit policy says it"},
    ReasonedSetting{"auto.commit.interval.ms", "", "a group's commit policy says it"},
    ReasonedSetting{"isolation.level", "", "a group's isolation level says it"},
    ReasonedSetting{"group.id", "", "groups are named by the run"},
    ReasonedSetting{"group.instance.id", "", "each member would need one of its own"},
    ReasonedSetting{"transactional.id", "", "transactional ids are named by the run"},
    ReasonedSetting{"enabled_events", "", "events are how the client is observed"},
};

}  // namespace

std::span<const Profile> profiles() {
  return kProfiles;
}

const Profile* find_profile(const std::string& name) {
  const auto found = std::ranges::find_if(kProfiles, [&](const Profile& p) { return name == p.name; });
  return found == kProfiles.end() ? nullptr : &*found;
}

std::vector<std::string> profile_names() {
  std::vector<std::string> names;
  for (const Profile& profile : kProfiles) names.emplace_back(profile.name);
  return names;
}

std::span<const ReasonedSetting> observing_defaults() {
  return kDefaults;
}

std::span<const ReasonedSetting> observing_needs() {
  return kNeeds;
}

}  // namespace freshet::cluster
