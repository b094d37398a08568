// freshet compare: recorded runs side by side, from their folders alone.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/console.h"
#include "harness/cli/settled_run.h"
#include "harness/results/line_file.h"
#include "reports/compare.h"
#include "reports/compare_rows.h"

namespace freshet::cli {
namespace {

const std::vector<std::string> kFormats = {"text", "markdown", "html"};

OptionSpec spec() {
  OptionSpec spec;
  spec.positional = "RUN";
  spec.positional_is_many = true;
  spec.options.add_options()("help,h", "this text")(
      "format", po::value<std::string>()->value_name("FORMAT"),
      "text, markdown (for a pull request), or html (one page with charts). Default: what the name after -o "
      "ends in, else text")("out,o", po::value<std::string>()->value_name("FILE"),
                            "write to this file instead of stdout; a name in .html or .md says the format")(
      "force", po::bool_switch(), "compare also runs whose load differs; the first line then says so");
  add_look(spec.options);
  spec.words["format"] = kFormats;
  return spec;
}

std::string help() {
  return R"(usage: freshet compare RUN RUN… [OPTION…]

Prints the staleness and the highest lags of each class at each group in each
phase of the runs, how long each took to be fresh again, and the difference of
every run to the first, at each quantile. Runs that did not
send the same events (their load hashes differ) are refused unless --force is
given. The exit status is 0 when there was something to compare.
Single runs are an anecdote, and the output says what would be evidence.

)" + option_help(spec()) +
         R"(
Examples:
  freshet compare runs/before runs/after
  freshet compare --format markdown runs/before runs/after >> comment.md
  freshet compare -o compared.html runs/before runs/after
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

// What --format asks for, or the file's name.
base::Result<std::string> format_of(const po::variables_map& values, const std::filesystem::path& file) {
  if (!values.count("format")) {
    const std::string ending = file.extension().string();
    return std::string(ending == ".html" ? "html" : ending == ".md" ? "markdown" : "text");
  }
  const std::string format = values["format"].as<std::string>();
  if (std::ranges::find(kFormats, format) != kFormats.end()) return format;
  const std::string near = base::nearest(format, kFormats);
  return base::usage_error(fmt::format("--format {}: expected one of {}{}", format, fmt::join(kFormats, ", "),
                                       near.empty() ? "" : "; nearest: " + near));
}

std::string told(const std::vector<reports::ComparedRun>& runs, const std::string& format,
                 const reports::Style& style) {
  if (format == "html") return reports::comparison_html(runs);
  return format == "markdown" ? reports::comparison_markdown(runs) : reports::comparison(runs, style);
}

int run(const po::variables_map& values, const Args&) {
  const auto look = look_of(values);
  if (!look) return fail(look.error().message, kExitUsage);
  const std::filesystem::path file = values.count("out") ? values["out"].as<std::string>() : "";
  const auto format = format_of(values, file);
  if (!format) return fail(format.error().message, kExitUsage);
  const auto runs = read_runs(values[kPositional].as<std::vector<std::string>>());
  if (!runs) return fail(runs.error().message, kExitUsage);
  if (!reports::same_load(*runs) && !values["force"].as<bool>()) {
    return fail("these runs did not send the same events; their load hashes are" + hashes(*runs) +
                    "\nTo compare them all the same, add --force",
                kExitUsage);
  }
  if (reports::compared_rows(*runs).empty())
    return fail("these runs have no planned events to compare", kExitUsage);
  reports::Style style = stdout_style(*look);
  if (file.empty()) {
    print(told(*runs, *format, style));
    return kExitOk;
  }
  style.colour = false;
  const base::Status written = results::replace_file(file, told(*runs, *format, style));
  return written ? kExitOk : fail("-o: " + written.error().message, kExitUsage);
}

}  // namespace

const Command kCompareCommand = {"compare", "put recorded runs side by side", help, spec, run};

}  // namespace freshet::cli
