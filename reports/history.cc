#include "reports/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/results/interval_log.h"
#include "reports/names.h"

namespace freshet::reports {
namespace {

using Fields = std::vector<std::string>;
using results::tag_part;
using Kind = results::Quantile::Kind;

const Fields kAbout = {"time",    "run",       "scenario", "target",      "commit",
                       "version", "load_hash", "verdict",  "lower_bounds"};
constexpr std::size_t kRun = 1, kLoad = 6;  // of them
constexpr double kHighest = 0.99;           // quantiles beyond it are too rough for a trend

double ln_us(base::Nanos ns) {
  return std::log(static_cast<double>(std::max(ns, base::kMicrosecond)) /
                  static_cast<double>(base::kMicrosecond));
}

struct Row {
  Fields heads = kAbout, values;
};

void add_quantiles(Row& row, std::size_t& lower_bounds, const plan::Plan& plan,
                   const results::StalenessRow& staleness) {
  const plan::Phase& phase = plan.phases[static_cast<std::size_t>(staleness.phase)];
  for (const results::Quantile& quantile : staleness.quantiles) {
    if (quantile.kind == Kind::not_available || quantile.p > kHighest) continue;
    row.heads.push_back(fmt::format("{}/{}/{}/p{:.0f}", tag_part(phase.name),
                                    tag_part(class_name(plan, staleness.stream)),
                                    tag_part(pass_name(plan, staleness.pass)), quantile.p * 100));
    row.values.push_back(fmt::format("{:.6f}", ln_us(quantile.value)));
    if (quantile.kind == Kind::at_least) ++lower_bounds;
  }
}

Row row_of(const results::Settled& settled, const judge::Verdict& verdict, const std::string& commit) {
  const results::Identity& id = settled.figures.identity;
  Row row;
  std::size_t lower_bounds = 0;
  for (const results::StalenessRow& staleness : settled.figures.staleness) {
    const bool measured =
        staleness.phase >= 0 && settled.plan.phases[static_cast<std::size_t>(staleness.phase)].measured();
    if (measured && staleness.tier == -1) add_quantiles(row, lower_bounds, settled.plan, staleness);
  }
  const Fields about = {id.started,
                        tag_part(id.id),
                        tag_part(id.scenario),
                        tag_part(id.target),
                        tag_part(commit),
                        tag_part(id.version),
                        id.load_hash,
                        verdict.outcome == judge::Outcome::pass ? "pass" : "fail",
                        std::to_string(lower_bounds)};
  row.values.insert(row.values.begin(), about.begin(), about.end());
  return row;
}

std::string joined(const Fields& fields) {
  return fmt::format("{}\n", fmt::join(fields, ","));
}

Fields split(std::string_view line) {
  Fields fields(1);
  for (const char c : line) {
    if (c == ',') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

// Whether the row may follow what the file holds.
base::Status fits(const std::string& file, const Row& row) {
  if (!file.ends_with('\n')) return base::usage_error("it ends within a line");
  std::size_t at = file.find('\n') + 1;
  if (file.substr(0, at) != joined(row.heads)) {
    return base::usage_error(
        "its columns are those of other phases, classes or groups; a change of the scenario begins a new "
        "file");
  }
  while (at < file.size()) {
    const std::size_t end = file.find('\n', at);
    const Fields fields = split(std::string_view(file).substr(at, end - at));
    if (fields.size() != row.heads.size()) return base::usage_error("it has a row of another length");
    if (fields[kRun] == row.values[kRun])
      return base::usage_error(fmt::format("run {} is in it already", fields[kRun]));
    if (fields[kLoad] != row.values[kLoad]) {
      return base::usage_error(
          fmt::format("it holds runs of load {}, this one is of {}; another load begins a new file",
                      fields[kLoad], row.values[kLoad]));
    }
    at = end + 1;
  }
  return base::Ok{};
}

}  // namespace

base::Result<std::string> with_history_row(const std::string& file, const results::Settled& settled,
                                           const judge::Verdict& verdict, const std::string& commit) {
  if (verdict.outcome != judge::Outcome::pass && verdict.outcome != judge::Outcome::fail)
    return base::usage_error("the run deserves no trust, so no trend: " + verdict.reason);
  const Row row = row_of(settled, verdict, commit);
  if (row.heads.size() == kAbout.size()) return base::usage_error("the run has no figure to keep");
  if (file.empty()) return joined(row.heads) + joined(row.values);
  if (const base::Status fit = fits(file, row); !fit) return fit.error();
  return file + joined(row.values);
}

}  // namespace freshet::reports
