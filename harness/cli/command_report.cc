// freshet report: a recorded run, told again from its folder alone.
#include "harness/cli/commands.h"
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/cli/settled_run.h"

namespace freshet::cli {
namespace {

OptionSpec spec() {
  OptionSpec spec;
  spec.positional = "RUN";
  spec.options.add_options()("help,h", "this text")("json", po::bool_switch(), "the same as --format json")(
      "format", po::value<std::string>()->default_value("text")->value_name("FORMAT"),
      "text, json, junit (XML for test views), markdown (for a pull request), github (annotations of the "
      "scenario's lines), or html (one page with charts)")(
      "clients", po::bool_switch(),
      "also what the clients counted by broker, their queues, and the settings that decide how long a "
      "failover "
      "takes");
  add_look(spec.options);
  return spec;
}

std::string help() {
  return R"(usage: freshet report RUN [OPTION…]

Prints what the run printed when it ended, from its folder alone: every figure
is computed again from what was recorded. A run that was killed is told as far
as it got. The exit status is that of its verdict.

)" + option_help(spec()) +
         R"(
Examples:
  freshet report runs/20260102-030405-incident-burst
  freshet report --clients runs/20260102-030405-incident-burst
  freshet report --json runs/20260102-030405-incident-burst | jq .verdict
  freshet report --format html runs/20260102-030405-incident-burst > report.html
  freshet report --format junit runs/20260102-030405-incident-burst > junit.xml
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
  const std::string folder = (*values)[kPositional].as<std::vector<std::string>>().front();
  const auto format =
      parse_format((*values)["json"].as<bool>() ? "json" : (*values)["format"].as<std::string>());
  if (!format) return fail(format.error().message, kExitUsage);
  const auto run = settled_run(folder);
  if (!run) return fail(run.error().message, kExitUsage);
  print(formatted(*run, *format, stdout_style(*look), (*values)["clients"].as<bool>()));
  return run->verdict.exit_status();
}

}  // namespace

const Command kReportCommand = {"report", "print a recorded run again", help, run};

}  // namespace freshet::cli
