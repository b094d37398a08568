#include "reports/names.h"

#include <fmt/format.h>

#include <set>

#include "harness/base/text.h"

namespace freshet::reports {
namespace {

std::string seconds(base::Nanos t) {
  return fmt::format("{} s", t / base::kSecond);
}

}  // namespace

std::string class_name(const plan::Plan& plan, int stream) {
  const plan::Stream& s = plan.streams[static_cast<std::size_t>(stream)];
  return s.klass == s.name ? s.klass : s.klass + "/" + s.name;
}

std::string pass_name(const plan::Plan& plan, int pass) {
  const auto index = static_cast<std::size_t>(pass);
  return index < plan.groups.size() ? plan.groups[index].name : plan.replays[index - plan.groups.size()].name;
}

std::string tier_name(const plan::Plan& plan, int stream, int tier) {
  const plan::Stream& s = plan.streams[static_cast<std::size_t>(stream)];
  return plan.populations[s.population].tiers[static_cast<std::size_t>(tier)].name;
}

std::string phase_name(const plan::Plan& plan, int phase) {
  if (phase < 0) return "the measured phases";
  const plan::Phase& p = plan.phases[static_cast<std::size_t>(phase)];
  return fmt::format("{} ({} to {})", p.name, seconds(p.begin), seconds(p.end));
}

std::string cell(const results::Quantile& quantile) {
  switch (quantile.kind) {
    case results::Quantile::Kind::exact:
      return base::format_duration(quantile.value) + (quantile.near_floor ? "*" : "");
    case results::Quantile::Kind::at_least:
      return "≥" + base::format_duration(quantile.value);
    case results::Quantile::Kind::not_available:
      return "n/a";
  }
  return "n/a";
}

std::vector<std::string> cells(const std::vector<results::Quantile>& quantiles) {
  std::vector<std::string> row(kQuantileHeads.size());
  for (std::size_t i = 0; i < row.size() && i < quantiles.size(); ++i) row[i] = cell(quantiles[i]);
  return row;
}

std::string share_cell(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "n/a";
  return base::format_share(static_cast<double>(part) / static_cast<double>(whole));
}

std::string profiles_text(const std::map<std::string, std::string>& profiles) {
  std::set<std::string> names;
  std::string others;
  for (const auto& [client, name] : profiles) {
    names.insert(name);
    if (name != "default") others += fmt::format("{}{} ({})", others.empty() ? "" : ", ", name, client);
  }
  return names.size() == 1 && !others.empty() ? *names.begin() : others;
}

}  // namespace freshet::reports
