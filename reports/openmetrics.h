// How a run stands, as a page that Prometheus scrapes: OpenMetrics 1.0, or the older text format 0.0.4. Pure.
// Names and units follow their conventions: base units, counters that end in _total, one HELP line each.
#pragma once

#include <string>
#include <vector>

#include "harness/judge/so_far.h"
#include "harness/plan/plan.h"
#include "harness/results/figures.h"
#include "harness/results/live.h"

namespace freshet::reports {

enum class Exposition { prometheus, openmetrics };

// "application/openmetrics-text; version=1.0.0; charset=utf-8"
std::string content_type(Exposition form);

// What somebody who watches is told.
struct Watched {
  std::string version, librdkafka;  // of this program
  std::string target;
  bool loopback = false;  // the built-in log: figures are the harness's own noise floor
  results::Live live;
  std::vector<judge::SloSoFar> slos;
  // Once the run is over and judged; "open" and none before.
  std::string verdict = "open";
  std::vector<results::StalenessRow> outcomes;  // of all measured phases together, all tiers
};

std::string metrics_page(const plan::Plan& plan, const Watched& watched, Exposition form);

}  // namespace freshet::reports
