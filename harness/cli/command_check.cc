// freshet check: what a run would do, without doing it.
#include <fmt/format.h>

#include <optional>

#include "harness/cli/check_text.h"
#include "harness/cli/commands.h"
#include "harness/cli/console.h"
#include "harness/cli/load.h"
#include "harness/cli/options.h"
#include "harness/cli/signals.h"
#include "harness/cli/target.h"
#include "harness/cli/target_check.h"

namespace freshet::cli {
namespace {

OptionSpec spec() {
  OptionSpec spec;
  spec.positional = "SCENARIO";
  spec.options.add_options()("help,h", "this text");
  add_target_options(spec.options);
  add_scenario_options(spec);
  spec.options.add_options()(
      "ceiling", po::bool_switch(),
      "measure on the target what one partition can take: ten seconds at full speed on a topic of its own, "
      "which is deleted")("connect-timeout",
                          po::value<std::string>()->default_value("10s")->value_name("TIME"),
                          "how long the cluster may take to answer before it is given up (exit 5)");
  add_look(spec.options);
  return spec;
}

std::string help() {
  return R"(usage: freshet check SCENARIO [OPTION…]

Says what a run of the scenario would do, without doing it: events, bytes and
keys, the rate of each phase, the hottest key and partition, how busy each group
would be, and every SLO as it would be judged. A scenario that is illegal, or
whose SLOs its load cannot decide, is refused with every error that is in it
(exit 2).
With a target it also goes through all of a run's start there and takes it down
again: is the cluster reachable, are the rights there, is it as durable as the
scenario asks, how long do the groups take. What a run would be refused for is
refused here (exit 5). Nothing of the scenario's load is sent.

)" + option_help(spec()) +
         R"(
Examples:
  freshet check scenarios/incident_burst.lua
  freshet check scenarios/incident_burst.lua -P chat_rate=5000/s
  freshet check scenarios/incident_burst.lua -b 127.0.0.1:9092 --ceiling
)";
}

int check_on_target(const Prepared& prepared, const po::variables_map& values, const Look& look) {
  const auto timeout = connect_timeout(values);
  if (!timeout) return fail(timeout.error().message, kExitUsage);
  const base::RealClock clock;
  auto target = open_target(values, prepared.plan.seed, clock);
  if (!target) return fail(target.error().message, exit_status_of(target.error()));
  if (const base::Status fit = check_clients(prepared.plan, target->options); !fit)
    return fail(fit.error().message, kExitUsage);
  if (values["ceiling"].as<bool>()) {
    if (const auto refused = ceiling_refusal(*target, values)) return fail(*refused, kExitUsage);
  }
  const StopOnSignal signals;
  TargetCheck check;
  check.connect_timeout = *timeout;
  check.ceiling = values["ceiling"].as<bool>();
  check.stop = &signals.requested();
  const auto found = check_target(prepared, *target, check, clock, stdout_style(look));
  if (signals.requested().load() != 0) return fail("interrupted", kExitInterrupted);
  if (!found) return fail(found.error().message, exit_status_of(found.error()));
  print("\n" + *found);
  return kExitOk;
}

int run(const po::variables_map& values, const Args&) {
  const auto look = look_of(values);
  if (!look) return fail(look.error().message, kExitUsage);
  const auto prepared = prepare(values[kPositional].as<std::vector<std::string>>().front(), values);
  if (!prepared) {
    notice(prepared.error().message + "\n");
    return kExitUsage;
  }
  const bool target = values.count("bootstrap") || values.count("target");
  const bool ceiling = values["ceiling"].as<bool>();
  if (ceiling && !target) return fail("--ceiling needs a cluster to measure: -b HOST:PORT", kExitUsage);
  print(check_text(*prepared, stdout_style(*look)));
  const reports::Style style = stdout_style(*look);
  const std::string how = ceiling ? "" : "; give --ceiling to measure what one can take";
  if (const std::string hottest = hottest_text(*prepared); !hottest.empty())
    print("\n" + reports::wrapped(hottest + how, 2, style));
  return target ? check_on_target(*prepared, values, *look) : kExitOk;
}

}  // namespace

const Command kCheckCommand = {"check", "say what a scenario would do, without doing it", help, spec, run};

}  // namespace freshet::cli
