#include "harness/cli/help_clients.h"

#include <fmt/format.h>

#include "harness/cluster/kafka/profiles.h"
#include "reports/text.h"

namespace freshet::cli {
namespace {

constexpr const char* kBegin =
    R"(The clients are librdkafka's, with its own defaults but for what is said here.
A profile is a named set of settings. --profile NAME gives it to every client;
else a scenario may name one, for all or for one stream or group:

  client = { profile = "low-latency" }

By rising strength: the library's default, what freshet sets unless told
otherwise, the profile, the scenario's client settings, a stream's or group's
own, the file of --target, -X. The manifest names each client's profile and
every setting that is not the library's default; freshet report --clients shows
those that decide how long a failover takes.

)";

constexpr const char* kExclusive =
    R"(Settings that exclude each other are refused before anything is sent (exit 2),
with what to use instead: session.timeout.ms, heartbeat.interval.ms and
partition.assignment.strategy with group.protocol=consumer; acks other than all,
max.in.flight over 5 or retries=0 with idempotence; max.poll.interval.ms below
session.timeout.ms; message.timeout.ms below linger.ms.
)";

std::string table(std::span<const cluster::ReasonedSetting> settings) {
  const reports::Style narrow{.width = 80, .colour = false};
  std::string text;
  for (const cluster::ReasonedSetting& setting : settings) {
    const std::string value = *setting.value == '\0' ? "" : fmt::format("={}", setting.value);
    text += fmt::format("  {}{}\n", setting.name, value);
    text += reports::wrapped(fmt::format("      {}", setting.why), 6, narrow);
  }
  return text;
}

}  // namespace

std::string help_clients() {
  std::string text = kBegin;
  for (const cluster::Profile& profile : cluster::profiles()) {
    text += fmt::format("{}: {}\n", profile.name, profile.about) + table(profile.settings) + "\n";
  }
  text += "Set in every client unless it is set to something else:\n" + table(cluster::observing_defaults());
  text +=
      "\nSet by freshet and by nobody else, for observing needs them or the scenario has\nits own words:\n";
  return text + table(cluster::observing_needs()) + "\n" + kExclusive;
}

}  // namespace freshet::cli
