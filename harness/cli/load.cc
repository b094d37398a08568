#include "harness/cli/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "harness/base/text.h"
#include "harness/cluster/kafka/profiles.h"
#include "harness/engine/compressibility.h"
#include "harness/judge/rules.h"
#include "harness/plan/misplaced.h"
#include "harness/scenario/scenario.h"

namespace freshet::cli {
namespace {

base::Result<scenario::Options> scenario_options(const po::variables_map& values) {
  scenario::Options options;
  if (values.count("param")) {
    auto params = key_values("-P", values["param"].as<std::vector<std::string>>());
    if (!params) return params.error();
    options.params = std::move(params).value();
  }
  if (values.count("seed")) options.seed = values["seed"].as<std::uint64_t>();
  return options;
}

void add_line(std::string& lines, const std::string& line) {
  if (!lines.empty()) lines += "\n";
  lines += line;
}

}  // namespace

void add_scenario_options(OptionSpec& spec) {
  spec.words["profile"] = cluster::profile_names();
  spec.options.add_options()("param,P",
                             po::value<std::vector<std::string>>()->composing()->value_name("NAME=VALUE"),
                             "set a param of the scenario; once for each (freshet check lists them)")(
      "seed", po::value<std::uint64_t>()->value_name("N"),
      "seed of everything that is random: the same seed gives the same events")(
      "profile", po::value<std::string>()->value_name("NAME"),
      "settings of all clients: default, low-latency or throughput, instead of the scenario's profiles "
      "(freshet help clients)");
}

base::Result<Prepared> prepare(const std::string& file, const po::variables_map& values) {
  const auto options = scenario_options(values);
  if (!options) return options.error();
  scenario::Loaded loaded = scenario::load_scenario(file, *options);
  std::string lines;
  for (const scenario::ScenarioError& error : loaded.errors)
    add_line(lines, scenario::format_error(file, error));
  if (!lines.empty()) return base::usage_error(lines);

  const std::string profile = values.count("profile") ? values["profile"].as<std::string>() : "";
  auto profiles = settle_client_settings(loaded.plan, profile);
  if (!profiles) return base::usage_error(fmt::format("{}: {}", file, profiles.error().message));
  if (const base::Status fit = check_clients(loaded.plan, {}); !fit)
    return base::usage_error(fmt::format("{}: {}", file, fit.error().message));

  std::vector<plan::StreamLanes> lanes;  // given up again before the run, which makes its own
  for (std::size_t s = 0; s < loaded.plan.streams.size(); ++s) lanes.emplace_back(loaded.plan, s);
  Prepared prepared{std::move(loaded.plan), {}, std::move(profiles).value(), {}};
  prepared.facts = plan::check_plan(prepared.plan, lanes);
  for (const plan::PlanError& error : prepared.facts.errors) {
    add_line(lines, scenario::format_error(file, {error.line, error.message}));
  }
  if (!lines.empty()) return base::usage_error(lines);
  prepared.payload = engine::compressibility(prepared.plan, lanes);
  return prepared;
}

namespace {

// V8, before anything is sent: the run would be invalid, or the rule has nothing to go by.
void warn_of_payload(const nlohmann::json& stream, std::vector<std::string>& lines) {
  const std::string name = stream.at("stream");
  const std::uint64_t batch = stream.value("batch_bytes", std::uint64_t{0});
  if (batch < judge::kJudgedBatch) {
    lines.push_back(fmt::format(
        "all records of {} together make a batch of {}: how they compress is not judged (V8 needs {})", name,
        base::format_bytes(static_cast<double>(batch)),
        base::format_bytes(static_cast<double>(judge::kJudgedBatch))));
    return;
  }
  const double asked = stream.at("asked"), reached = stream.at("ratio");
  if (std::abs(reached / asked - 1) <= judge::kPayloadOff) return;
  lines.push_back(
      fmt::format("records of {} are to compress by {:.3g}:1, and with {} they reach {:.2f}:1: the run will "
                  "be invalid (V8); "
                  "zstd reaches {:.2f}:1, lz4 {:.2f}:1",
                  name, asked, stream.at("codec").get<std::string>(), reached,
                  stream.at("zstd").get<double>(), stream.at("lz4").get<double>()));
}

}  // namespace

std::vector<std::string> warnings(const Prepared& prepared) {
  std::vector<std::string> lines;
  for (const plan::BrokenSlo& broken : prepared.facts.broken) {
    lines.push_back("this load alone breaks an SLO, whatever the cluster: " + broken.sentence);
  }
  std::set<std::size_t> told;
  for (const plan::GroupLoad& load : prepared.facts.groups) {
    if (!load.queue_outlasts_poll_interval || !told.insert(load.group).second) continue;
    lines.push_back(
        fmt::format("a full queue of group {} takes longer to work off than max.poll.interval.ms nearly "
                    "allows: the cluster may take its partitions away",
                    prepared.plan.groups[load.group].name));
  }
  for (const plan::PassLoad& load : prepared.facts.passes) {
    if (load.finish != base::kNever) continue;
    const plan::Replay& pass = prepared.plan.replays[load.replay];
    lines.push_back(fmt::format("{} {} never catches up: it reads at most {}, and {} flow in",
                                plan::word_of(pass.kind), pass.name, base::format_rate(pass.rate),
                                base::format_rate(load.inflow)));
  }
  for (std::size_t g = 0; g < prepared.plan.groups.size(); ++g) {
    const plan::Group& group = prepared.plan.groups[g];
    int partitions = 0;
    for (const plan::GroupStream& reads : group.streams)
      partitions = std::max(partitions, prepared.plan.streams[reads.stream].partitions);
    const int members = plan::most_members(prepared.plan, g);
    if (members <= partitions) continue;
    lines.push_back(
        fmt::format("group {} has {} members, and none of its topics more than {} partitions: some members "
                    "may own nothing",
                    group.name, members, partitions));
  }
  for (const nlohmann::json& stream : prepared.payload) warn_of_payload(stream, lines);
  return lines;
}

}  // namespace freshet::cli
