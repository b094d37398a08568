// freshet version: what was built, of what.
#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/cli/version.h"
#include "harness/cluster/kafka/kafka.h"

namespace freshet::cli {
namespace {

OptionSpec spec() {
  OptionSpec spec;
  spec.options.add_options()("help,h", "this text");
  return spec;
}

std::string help() {
  return R"(usage: freshet version

Prints the version of freshet and of what it is made of: librdkafka with its
features, Lua, the compiler.

)" + option_help(spec());
}

int run(const po::variables_map&, const Args&) {
  print(fmt::format("freshet {}\nlibrdkafka {} ({})\nLua {}\n{}\n", freshet_version(),
                    cluster::rdkafka_version(), cluster::rdkafka_features(), lua_version(), compiler()));
  return kExitOk;
}

}  // namespace

const Command kVersionCommand = {"version", "print versions", help, spec, run};

}  // namespace freshet::cli
