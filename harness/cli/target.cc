#include "harness/cli/target.h"

#include <fmt/format.h>

#include <utility>

#include "harness/base/text.h"
#include "harness/cli/check_text.h"
#include "harness/cluster/kafka/kafka.h"
#include "harness/cluster/loopback/loopback.h"

namespace freshet::cli {
namespace {

using Texts = std::vector<std::string>;

struct NamedFile {
  std::string name, file;
};

base::Result<NamedFile> named_file(const Texts& texts) {
  if (texts.size() > 1) return base::usage_error("--target is given twice; a run has one target");
  const std::string& text = texts.front();
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    return base::usage_error(
        fmt::format("--target takes NAME=FILE, for example kafka=client.properties, found \"{}\"", text));
  }
  return NamedFile{text.substr(0, equals), text.substr(equals + 1)};
}

base::Result<cluster::KafkaOptions> kafka_options(const po::variables_map& values, std::string& name) {
  cluster::KafkaOptions options;
  if (values.count("bootstrap")) options.bootstrap = values["bootstrap"].as<std::string>();
  if (values.count("target")) {
    const auto named = named_file(values["target"].as<Texts>());
    if (!named) return named.error();
    name = named->name;
    auto settings = cluster::read_properties(named->file);
    if (!settings) return settings.error();
    options.file_settings = std::move(settings).value();
  }
  if (values.count("setting")) {
    auto settings = key_values("-X", values["setting"].as<Texts>());
    if (!settings) return settings.error();
    options.command_line_settings = std::move(settings).value();
  }
  return options;
}

}  // namespace

void add_cluster_options(po::options_description& options) {
  options.add_options()("bootstrap,b", po::value<std::string>()->value_name("HOST:PORT"),
                        "a Kafka-compatible cluster; without any target: the built-in loopback log")(
      "target", po::value<Texts>()->composing()->value_name("NAME=FILE"),
      "the same, with librdkafka's settings from a properties file (key=value lines, as kcat reads them)")(
      "setting,X", po::value<Texts>()->composing()->value_name("KEY=VALUE"),
      "a client setting of librdkafka; stronger than the file's and the scenario's");
}

void add_target_options(po::options_description& options) {
  add_cluster_options(options);
  options.add_options()(
      "yes-load-this-cluster", po::bool_switch(),
      "needed for a target on another machine once the load exceeds 100 events/s at its peak, 100 kB/s on "
      "average or 10 000 events");
}

base::Result<Target> open_target(const po::variables_map& values, std::uint64_t seed,
                                 const base::Clock& clock) {
  if (!values.count("bootstrap") && !values.count("target") && !values.count("setting")) {
    cluster::LoopbackOptions options;
    options.seed = seed;
    return Target{"loopback", cluster::make_loopback(clock, std::move(options)), {}, {}};
  }
  std::string name = "kafka";
  auto options = kafka_options(values, name);
  if (!options) return options.error();
  std::vector<std::string> secrets;
  for (const auto* settings : {&options->file_settings, &options->command_line_settings}) {
    for (const auto& [key, value] : *settings) {
      if (cluster::is_secret(key)) secrets.push_back(value);
    }
  }
  auto cluster = cluster::make_kafka(clock, *options);
  if (!cluster) return cluster.error();
  return Target{std::move(name), std::move(cluster).value(), std::move(options).value(), std::move(secrets)};
}

base::Result<base::Nanos> connect_timeout(const po::variables_map& values) {
  const auto timeout = base::parse_duration(values["connect-timeout"].as<std::string>());
  if (!timeout) return base::usage_error("--connect-timeout: " + timeout.error().message);
  if (*timeout <= 0) return base::usage_error("--connect-timeout is 0; expected a time such as 10s");
  return *timeout;
}

int exit_status_of(const base::Error& error) {
  return error.kind == base::ErrorKind::cluster ? kExitCluster : kExitUsage;
}

bool is_small(const Prepared& prepared) {
  const double seconds = static_cast<double>(prepared.plan.end()) / static_cast<double>(base::kSecond);
  return prepared.facts.peak_rate <= kSmallRate &&
         prepared.facts.events + prepared.facts.prefill.events <= kSmallEvents &&
         prepared.facts.bytes + prepared.facts.prefill.bytes <= kSmallBytes * seconds;
}

std::optional<std::string> refusal(const Prepared& prepared, const Target& target,
                                   const po::variables_map& values) {
  if (target.cluster->is_loopback_log() || target.cluster->shares_this_machine()) return std::nullopt;
  if (values["yes-load-this-cluster"].as<bool>() || is_small(prepared)) return std::nullopt;
  return fmt::format(
      "{} is not this machine, and this run would load it with\n{}"
      "which is over {:.0f} events/s at the peak, {} on average or {} events.\n"
      "Nothing was sent. If that cluster may be loaded so, add --yes-load-this-cluster",
      target.cluster->address(), load_text(prepared), kSmallRate, base::format_bytes(kSmallBytes) + "/s",
      base::format_count(static_cast<std::uint64_t>(kSmallEvents)));
}

std::optional<std::string> ceiling_refusal(const Target& target, const po::variables_map& values) {
  if (target.cluster->is_loopback_log() || target.cluster->shares_this_machine()) return std::nullopt;
  if (values["yes-load-this-cluster"].as<bool>()) return std::nullopt;
  return fmt::format(
      "{} is not this machine, and --ceiling writes to it as fast as it takes records for ten seconds.\n"
      "Nothing was sent. If that cluster may be loaded so, add --yes-load-this-cluster",
      target.cluster->address());
}

}  // namespace freshet::cli
