#include "harness/cli/settled_run.h"

#include "harness/judge/verdict.h"
#include "harness/results/settle.h"
#include "reports/terminal.h"

namespace freshet::cli {

base::Result<Told> tell(const std::filesystem::path& folder, bool write, const reports::Style& style,
                        bool clients) {
  const auto settled = results::settle(folder);
  if (!settled) return settled.error();
  const judge::Verdict verdict = judge::judge(settled->plan, settled->figures);
  nlohmann::json json = results::figures_to_json(settled->plan, settled->figures);
  json["verdict"] = judge::to_json(verdict);
  if (write) {
    const base::Status written = results::write_summary(folder, *settled, json["verdict"]);
    if (!written) return written.error();
  }
  return Told{reports::summary(*settled, verdict, shown(folder), style, clients),
              json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
              verdict.exit_status()};
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
