// freshet clean: removes what killed runs left on a cluster.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/console.h"
#include "harness/cli/leftovers.h"
#include "harness/cli/options.h"
#include "harness/cli/target.h"

namespace freshet::cli {
namespace {

OptionSpec spec() {
  OptionSpec spec;
  spec.options.add_options()("help,h", "this text");
  add_cluster_options(spec.options);
  spec.options.add_options()("prefix", po::value<std::string>()->value_name("TEXT"),
                             "topics and groups whose names begin with it, as runs with --prefix make them. "
                             "Default: freshet- and eight hexadecimal digits")(
      "yes,y", po::bool_switch(), "remove what is shown without asking")(
      "force", po::bool_switch(), "remove also the topics of runs that have group members still")(
      "connect-timeout", po::value<std::string>()->default_value("10s")->value_name("TIME"),
      "how long the cluster may take to answer each question")(
      "json", po::bool_switch(), "what was found and what became of it as JSON on stdout; asks nothing");
  add_look(spec.options);
  return spec;
}

std::string help() {
  return R"(usage: freshet clean [-b HOST:PORT | --target NAME=FILE] [OPTION…]

Shows the topics and groups that runs left on a cluster because they were killed
or could not clean up, and removes them once told to: by an answer on a terminal
or --yes. Names that do not begin as a run's do are never touched.
A run whose groups have members, or whose topics are being written to, is taken
to be on and is kept unless --force is given. The members of a run that was
killed leave with their session timeout: 45 seconds, unless the scenario says
otherwise.

)" + option_help(spec()) +
         R"(
Examples:
  freshet clean -b 127.0.0.1:9092
  freshet clean -b 127.0.0.1:9092 --yes
  freshet clean --target kafka=client.properties --prefix bake-off- --yes

Exit status: 0 when nothing is left that should have been removed, 5 when the
cluster could not be reached or something could not be removed.
)";
}

// Nobody there to ask is a no.
bool asked_and_told() {
  if (!isatty(STDIN_FILENO) || !stderr_is_terminal()) return false;
  notice("remove them? [y/N] ");
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "y" || answer == "Y" || answer == "yes");
}

int tell(const Leftovers& leftovers, bool json, int status) {
  if (json) print(to_json(leftovers).dump(2) + "\n");
  return status;
}

int clean(cluster::Admin& admin, Leftovers& leftovers, const po::variables_map& values, const Look& look,
          base::Nanos timeout) {
  const bool json = values["json"].as<bool>();
  const bool force = values["force"].as<bool>();
  if (!json) print(leftovers_text(leftovers, force, stdout_style(look)));
  if (leftovers.removable(force) == 0) return tell(leftovers, json, kExitOk);
  if (!values["yes"].as<bool>() && (json || !asked_and_told())) {
    if (!json) notice("nothing was removed; --yes removes what is shown\n");
    return tell(leftovers, json, kExitOk);
  }
  remove(admin, leftovers, force, timeout);
  for (const auto& [name, why] : leftovers.left) notice(fmt::format("{} is left: {}\n", name, why));
  if (!json) print(fmt::format("removed {} of {}\n", leftovers.removed, leftovers.removable(force)));
  return tell(leftovers, json, leftovers.left.empty() ? kExitOk : kExitCluster);
}

int run(const po::variables_map& values, const Args&) {
  const auto look = look_of(values);
  if (!look) return fail(look.error().message, kExitUsage);
  const auto timeout = connect_timeout(values);
  if (!timeout) return fail(timeout.error().message, kExitUsage);
  const std::string prefix = values.count("prefix") ? values["prefix"].as<std::string>() : "";
  if (values.count("prefix") && prefix.empty()) return fail("--prefix needs a text", kExitUsage);
  const base::RealClock clock;
  const auto target = open_target(values, 1, clock);
  if (!target) return fail(target.error().message, exit_status_of(target.error()));
  if (target->cluster->is_loopback_log()) {
    return fail("the built-in loopback log keeps nothing to clean; name a cluster: -b HOST:PORT", kExitUsage);
  }
  base::EventWake wake;
  const auto admin = target->cluster->make_admin(wake);
  if (!admin) return fail(admin.error().message, exit_status_of(admin.error()));
  auto leftovers = find_leftovers(**admin, prefix, *timeout);
  if (!leftovers) return fail(leftovers.error().message, exit_status_of(leftovers.error()));
  leftovers->address = target->cluster->address();
  return clean(**admin, *leftovers, values, *look, *timeout);
}

}  // namespace

const Command kCleanCommand = {"clean", "remove what killed runs left on a cluster", help, spec, run};

}  // namespace freshet::cli
