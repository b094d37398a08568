// A scenario file, evaluated and checked: what `run` and `check` have in common. Nothing that cannot be
// decided (E8) or is illegal gets further than here.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "harness/base/result.h"
#include "harness/cli/client_settings.h"
#include "harness/cli/options.h"
#include "harness/plan/check_plan.h"
#include "harness/plan/plan.h"

namespace freshet::cli {

struct Prepared {
  plan::Plan plan;
  plan::PlanFacts facts;
  Profiles profiles;
  nlohmann::json payload;  // by how much each stream's records compress (V8), as the manifest will have it
};

// -P, --seed and --profile.
void add_scenario_options(OptionSpec& spec);

// Error: usage; its message has a line "file:line: what is wrong" for each thing that is.
base::Result<Prepared> prepare(const std::string& file, const po::variables_map& values);

// What should be said of a plan that is legal but in trouble: SLOs that the modelled load alone breaks,
// queues that outlast the poll interval (T3, T4), records that do not compress as asked (V8). A line each,
// without an end.
std::vector<std::string> warnings(const Prepared& prepared);

}  // namespace freshet::cli
