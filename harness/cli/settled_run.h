// From a run folder to what is said of it and its exit status: the same for `run`, once it is over, and
// `report`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/console.h"
#include "harness/judge/verdict.h"
#include "harness/results/settle.h"

namespace freshet::cli {

struct SettledRun {
  std::filesystem::path folder;
  results::Settled settled;
  judge::Verdict verdict;
};

// Settles the folder and judges it; decide functions are run again from the scenario's text that it holds.
// Errors: usage when it is no run folder, io when it cannot be read.
base::Result<SettledRun> settled_run(const std::filesystem::path& folder);

// summary.json and the tables beside it, report.html, junit.xml, summary.md: each is whole or the one before.
base::Status write_reports(const SettledRun& run);

// What can be made of a run: text for people, the rest for machines.
enum class Format { text, json, junit, markdown, github, html };
std::vector<std::string> format_names();
// The name of one, as --format takes it. Error: usage, with the nearest name.
base::Result<Format> parse_format(const std::string& name);
// `clients`: as reports::summary() has it, of the text only.
std::string formatted(const SettledRun& run, Format format, const reports::Style& style,
                      bool clients = false);

// Inside a job of GitHub's: appends the Markdown to the file that $GITHUB_STEP_SUMMARY names, and gives the
// annotations that go to stdout. Elsewhere nothing and "".
base::Result<std::string> tell_github(const SettledRun& run);

// The folder as a reader may type it: relative to the working directory when it lies beneath it.
std::string shown(const std::filesystem::path& folder);

}  // namespace freshet::cli
