// The rows of summary.json about clients and durability.
#pragma once

#include "harness/results/figures.h"
#include "harness/results/names.h"
#include "harness/results/run_folder.h"

namespace freshet::results {

Json to_json(const Names& names, const ClientRow& row);
Json to_json(const Names& names, const DurabilityRow& row);

}  // namespace freshet::results
