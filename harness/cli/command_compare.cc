// freshet compare: recorded runs side by side, from their folders alone.
#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/console.h"
#include "harness/cli/settled_run.h"
#include "reports/compare.h"

namespace freshet::cli {
namespace {

const std::vector<std::string> kFormats = {"text", "markdown"};

OptionSpec spec() {
  OptionSpec spec;
  spec.positional = "RUN";
  spec.positional_is_many = true;
  spec.options.add_options()("help,h", "this text")(
      "format", po::value<std::string>()->default_value("text")->value_name("FORMAT"),
      "text, or markdown (for a pull request)")(
      "force", po::bool_switch(), "compare also runs whose load differs; the first line then says so");
  add_look(spec.options);
  spec.words["format"] = kFormats;
  return spec;
}

std::string help() {
  return R"(usage: freshet compare RUN RUN… [OPTION…]

Prints the staleness of each class at each group in each phase of the runs, and
the difference of every run to the first, at each quantile. Runs that did not
send the same events (their load hashes differ) are refused unless --force is
given. The exit status is 0 when there was something to compare.
Single runs are an anecdote, and the output says what would be evidence.

)" + option_help(spec()) +
         R"(
Examples:
  freshet compare runs/before runs/after
  freshet compare --format markdown runs/before runs/after >> comment.md
)";
}

std::string hashes(const std::vector<reports::ComparedRun>& runs) {
  std::string text;
  for (const reports::ComparedRun& run : runs)
    text += fmt::format("\n  {}  {}", run.settled.figures.identity.load_hash, run.folder);
  return text;
}

base::Result<std::vector<reports::ComparedRun>> read_runs(const std::vector<std::string>& folders) {
  std::vector<reports::ComparedRun> runs;
  for (const std::string& folder : folders) {
    auto run = settled_run(folder);
    if (!run) return run.error();
    runs.push_back({shown(folder), std::move(run->settled), std::move(run->verdict)});
  }
  return runs;
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
  const std::string format = (*values)["format"].as<std::string>();
  if (format != "text" && format != "markdown") {
    const std::string near = base::nearest(format, kFormats);
    return fail(fmt::format("--format {}: expected text or markdown{}", format,
                            near.empty() ? "" : "; nearest: " + near),
                kExitUsage);
  }
  const auto runs = read_runs((*values)[kPositional].as<std::vector<std::string>>());
  if (!runs) return fail(runs.error().message, kExitUsage);
  if (!reports::same_load(*runs) && !(*values)["force"].as<bool>()) {
    return fail("these runs did not send the same events; their load hashes are" + hashes(*runs) +
                    "\nTo compare them all the same, add --force",
                kExitUsage);
  }
  if (reports::compared_staleness(*runs).empty())
    return fail("these runs have no planned events to compare", kExitUsage);
  print(format == "text" ? reports::comparison(*runs, stdout_style(*look))
                         : reports::comparison_markdown(*runs));
  return kExitOk;
}

}  // namespace

const Command kCompareCommand = {"compare", "put recorded runs side by side", help, spec, run};

}  // namespace freshet::cli
