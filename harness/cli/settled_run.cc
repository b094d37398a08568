#include "harness/cli/settled_run.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "harness/base/text.h"
#include "harness/results/line_file.h"
#include "harness/scenario/decisions.h"
#include "reports/html.h"
#include "reports/junit.h"
#include "reports/markdown.h"
#include "reports/terminal.h"

namespace freshet::cli {
namespace {

constexpr std::array<std::pair<const char*, Format>, 6> kFormats = {{{"text", Format::text},
                                                                     {"json", Format::json},
                                                                     {"junit", Format::junit},
                                                                     {"markdown", Format::markdown},
                                                                     {"github", Format::github},
                                                                     {"html", Format::html}}};

std::string json_of(const SettledRun& run) {
  nlohmann::json json = results::figures_to_json(run.settled.plan, run.settled.figures);
  json["verdict"] = judge::to_json(run.verdict);
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

base::Result<SettledRun> settled_run(const std::filesystem::path& folder) {
  auto settled = results::settle(folder, scenario::decisions_of);
  if (!settled) return settled.error();
  SettledRun run{folder, std::move(settled).value(), {}};
  run.verdict = judge::judge(run.settled.plan, run.settled.figures);
  return run;
}

base::Status write_reports(const SettledRun& run) {
  // The summary comes last: its presence says that all are there.
  for (const auto& [name, text] :
       {std::pair{"report.html", reports::html(run.settled, run.verdict)},
        std::pair{"junit.xml", reports::junit(run.settled, run.verdict)},
        std::pair{"summary.md", reports::markdown(run.settled, run.verdict, shown(run.folder))}}) {
    if (const base::Status written = results::replace_file(run.folder / name, text); !written) return written;
  }
  return results::write_summary(run.folder, run.settled, judge::to_json(run.verdict));
}

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const auto& [word, format] : kFormats) names.emplace_back(word);
  return names;
}

base::Result<Format> parse_format(const std::string& name) {
  for (const auto& [word, format] : kFormats) {
    if (name == word) return format;
  }
  const std::vector<std::string> names = format_names();
  const std::string near = base::nearest(name, names);
  return base::usage_error(fmt::format("--format {}: expected one of {}{}", name, fmt::join(names, ", "),
                                       near.empty() ? "" : "; nearest: " + near));
}

std::string formatted(const SettledRun& run, Format format, const reports::Style& style, bool clients) {
  switch (format) {
    case Format::text:
      return reports::summary(run.settled, run.verdict, shown(run.folder), style, clients);
    case Format::json:
      return json_of(run);
    case Format::junit:
      return reports::junit(run.settled, run.verdict);
    case Format::markdown:
      return reports::markdown(run.settled, run.verdict, shown(run.folder));
    case Format::github:
      return reports::github_annotations(run.verdict, run.settled.plan.scenario_file);
    case Format::html:
      return reports::html(run.settled, run.verdict);
  }
  return "";
}

base::Result<std::string> tell_github(const SettledRun& run) {
  if (const char* file = std::getenv("GITHUB_STEP_SUMMARY"); file != nullptr && *file != '\0') {
    std::ofstream out(file, std::ios::app | std::ios::binary);
    out << formatted(run, Format::markdown, {});
    if (!out.flush()) return base::io_error(fmt::format("$GITHUB_STEP_SUMMARY: cannot append to {}", file));
  }
  const char* actions = std::getenv("GITHUB_ACTIONS");
  if (actions == nullptr || std::string(actions) != "true") return std::string();
  return formatted(run, Format::github, {});
}

std::string shown(const std::filesystem::path& folder) {
  std::error_code failed;
  const std::filesystem::path whole = std::filesystem::weakly_canonical(folder, failed);
  if (failed) return folder.string();
  const std::filesystem::path here = std::filesystem::current_path(failed);
  const std::filesystem::path beneath = whole.lexically_relative(here);
  if (failed || beneath.empty() || *beneath.begin() == "..") return whole.string();
  return beneath.string();
}

}  // namespace freshet::cli
