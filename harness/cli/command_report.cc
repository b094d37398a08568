// freshet report: a recorded run, told again from its folder alone.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "harness/cli/commands.h"
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/cli/settled_run.h"
#include "harness/results/line_file.h"
#include "reports/history.h"

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
      "takes")("append-history", po::value<std::string>()->value_name("FILE"),
               "also add the run to a table of runs, a row a run, as Apache Otava reads it to find changes; "
               "refused for a run that deserves no trust");
  add_look(spec.options);
  spec.words["format"] = format_names();
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
  freshet report --append-history trend.csv runs/20260102-030405-incident-burst
)";
}

// What was tested, as the CI system that runs us calls it.
std::string commit() {
  for (const char* name : {"GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT"}) {
    if (const char* value = std::getenv(name); value && *value) return value;
  }
  return "";
}

base::Status append_history(const std::filesystem::path& file, const SettledRun& run) {
  std::string before;
  if (std::filesystem::exists(file)) {
    auto read = results::read_file(file);
    if (!read) return read.error();
    before = std::move(read).value();
  }
  const auto after = reports::with_history_row(before, run.settled, run.verdict, commit());
  if (!after)
    return base::usage_error(fmt::format("--append-history {}: {}", file.string(), after.error().message));
  return results::replace_file(file, *after);
}

int run(const po::variables_map& values, const Args&) {
  const auto look = look_of(values);
  if (!look) return fail(look.error().message, kExitUsage);
  const std::string folder = values[kPositional].as<std::vector<std::string>>().front();
  const auto format = parse_format(values["json"].as<bool>() ? "json" : values["format"].as<std::string>());
  if (!format) return fail(format.error().message, kExitUsage);
  const auto run = settled_run(folder);
  if (!run) return fail(run.error().message, kExitUsage);
  if (values.count("append-history")) {
    const base::Status added = append_history(values["append-history"].as<std::string>(), *run);
    if (!added) return fail(added.error().message, kExitUsage);
  }
  print(formatted(*run, *format, stdout_style(*look), values["clients"].as<bool>()));
  return run->verdict.exit_status();
}

}  // namespace

const Command kReportCommand = {"report", "print a recorded run again", help, spec, run};

}  // namespace freshet::cli
