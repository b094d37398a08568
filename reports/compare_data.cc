#include "reports/compare_data.h"

#include <algorithm>

#include "harness/plan/plan_json.h"
#include "reports/compare_rows.h"
#include "reports/html_data.h"
#include "reports/html_page.h"
#include "reports/html_timeline.h"
#include "reports/names.h"

namespace freshet::reports {
namespace {

using nlohmann::json;

json runs_of(const std::vector<ComparedRun>& runs) {
  json all = json::array();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const results::Identity& id = runs[i].settled.figures.identity;
    all.push_back({{"name", letter_of(i)},
                   {"folder", runs[i].folder},
                   {"scenario", id.scenario},
                   {"target", id.target},
                   {"started", id.started},
                   {"load_hash", id.load_hash},
                   {"outcome", judge::to_json(runs[i].verdict)["outcome"]},
                   {"reason", runs[i].verdict.reason}});
  }
  return all;
}

// The entry of `all` that has these names; a new one when there is none.
json& entry(json& all, const json& names, std::size_t runs) {
  for (json& one : all) {
    if (std::ranges::all_of(names.items(), [&](const auto& name) { return one[name.key()] == name.value(); }))
      return one;
  }
  all.push_back(names);
  all.back()["runs"] = std::vector<json>(runs);
  return all.back();
}

json pairs_of(const std::vector<ComparedRun>& runs, const std::vector<json>& timelines) {
  json all = json::array();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const plan::Plan& plan = runs[i].settled.plan;
    for (const json& series : timelines[i]["series"]) {
      const int stream = series["stream"], group = series["group"];
      const json names = {{"class", class_name(plan, stream)}, {"group", pass_name(plan, group)}};
      json& pair = entry(all, names, runs.size());
      for (const plan::GroupStream& read : plan.groups[static_cast<std::size_t>(group)].streams) {
        if (static_cast<int>(read.stream) == stream && !pair.contains("bound_ns"))
          pair["bound_ns"] = read.bound;
      }
      pair["runs"][i] = {{"p99", series["p99"]}, {"max", series["max"]}, {"freshness", series["freshness"]}};
    }
  }
  return all;
}

// How much later `other` is at each percentile that both curves have, as far as anything is known of it.
json curve_difference(const results::Spectrum& first, const results::Spectrum& other) {
  json us = json::array(), sides = json::array();
  for (std::size_t k = 0; k < std::min(first.points.size(), other.points.size()); ++k) {
    const Difference at = difference(first.points[k], other.points[k]);
    if (at.kind == Difference::Kind::not_available) break;
    us.push_back(at.ns / base::kMicrosecond);
    sides.push_back(side_of(at));
  }
  const Difference most = difference(first.maximum, other.maximum);
  const bool known = most.kind != Difference::Kind::not_available;
  return {{"us", us},
          {"sides", sides},
          {"maximum_us", known ? json(most.ns / base::kMicrosecond) : json()},
          {"maximum_side", side_of(most)}};
}

// A class at a group in a phase; null: the run has no such curve.
struct ComparedCurves {
  json names;
  std::vector<const results::Spectrum*> runs;
};

std::vector<ComparedCurves> compared_curves(const std::vector<ComparedRun>& runs) {
  std::vector<ComparedCurves> all;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const plan::Plan& plan = runs[i].settled.plan;
    for (const results::Spectrum& spectrum : runs[i].settled.spectra) {
      const auto phase = static_cast<std::size_t>(spectrum.phase);
      if (spectrum.tier >= 0 || (spectrum.phase >= 0 && !plan.phases[phase].measured())) continue;
      json names = {{"class", class_name(plan, spectrum.stream)},
                    {"group", pass_name(plan, spectrum.pass)},
                    {"phase", spectrum.phase < 0 ? "" : plan.phases[phase].name}};
      auto found = std::ranges::find(all, names, &ComparedCurves::names);
      if (found == all.end())
        found = all.insert(
            all.end(), ComparedCurves{std::move(names), std::vector<const results::Spectrum*>(runs.size())});
      found->runs[i] = &spectrum;
    }
  }
  return all;
}

json spectra_of(const std::vector<ComparedRun>& runs) {
  json all = json::array();
  for (const ComparedCurves& curves : compared_curves(runs)) {
    json one = curves.names;
    const results::Spectrum* first = curves.runs[0];
    for (const results::Spectrum* curve : curves.runs) {
      one["runs"].push_back(curve ? html_spectrum(*curve) : json());
      const bool both = first && curve && curve != first;
      one["differences"].push_back(both ? curve_difference(*first, *curve) : json());
    }
    all.push_back(std::move(one));
  }
  return all;
}

json tables_of(const std::vector<ComparedRun>& runs) {
  json all = json::array();
  for (const ComparedTable& table : compared_tables(runs)) {
    json lines = json::array();
    for (const ComparedTable::Line& line : table.lines)
      lines.push_back({{"of", line.of}, {"label", line.label}, {"cells", line.cells}});
    all.push_back({{"phase", table.phase}, {"title", table.title}, {"heads", table.heads}, {"lines", lines}});
  }
  return all;
}

}  // namespace

json compare_data(const std::vector<ComparedRun>& runs) {
  TimeGrid grid;
  for (const ComparedRun& run : runs) {
    const TimeGrid own = time_grid(run.settled, kTimelineValues / runs.size());
    grid = {std::max(grid.seconds, own.seconds), std::max(grid.width, own.width)};
  }
  std::vector<json> timelines;
  for (const ComparedRun& run : runs) timelines.push_back(html_timeline(run.settled, grid));
  return {{"caveats", comparison_caveats(runs)},
          {"same_load", same_load(runs)},
          {"runs", runs_of(runs)},
          {"plan", {{"phases", plan::to_json(runs[0].settled.plan)["phases"]}}},
          {"timeline", {{"second", timelines[0]["second"]}, {"width", grid.width}}},
          {"marks", {{"marks", json::array()}, {"left_out", 0}}},
          {"pairs", pairs_of(runs, timelines)},
          {"spectrum_steps", results::kSpectrumSteps},
          {"spectra", spectra_of(runs)},
          {"tables", tables_of(runs)}};
}

std::string comparison_html(const std::vector<ComparedRun>& runs) {
  return html_page(compare_page(), compare_data(runs));
}

}  // namespace freshet::reports
