// freshet check: what a run would do, without doing it.
#include "harness/cli/check_text.h"
#include "harness/cli/commands.h"
#include "harness/cli/console.h"
#include "harness/cli/load.h"
#include "harness/cli/options.h"

namespace freshet::cli {
namespace {

OptionSpec spec() {
  OptionSpec spec;
  spec.positional = "SCENARIO";
  spec.options.add_options()("help,h", "this text");
  add_scenario_options(spec.options);
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

)" + option_help(spec()) +
         R"(
Examples:
  freshet check scenarios/incident_burst.lua
  freshet check scenarios/incident_burst.lua -P chat_rate=5000/s
)";
}

int run(const Args& args, const Args&) {
  const auto values = parse(spec(), args);
  if (!values) return fail(values.error().message, kExitUsage);
  if (values->count("help")) {
    print(help());
    return kExitOk;
  }
  const auto look = look_of(*values);
  if (!look) return fail(look.error().message, kExitUsage);
  const auto prepared = prepare((*values)[kPositional].as<std::vector<std::string>>().front(), *values);
  if (!prepared) {
    notice(prepared.error().message + "\n");
    return kExitUsage;
  }
  print(check_text(*prepared, stdout_style(*look)));
  return kExitOk;
}

}  // namespace

const Command kCheckCommand = {"check", "say what a scenario would do, without doing it", help, run};

}  // namespace freshet::cli
