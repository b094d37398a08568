// The rows of summary.json about clients, durability and payloads.
#pragma once

#include "harness/results/figures.h"
#include "harness/results/names.h"
#include "harness/results/run_folder.h"

namespace freshet::results {

Json to_json(const Names& names, const ClientRow& row);
Json to_json(const Names& names, const DurabilityRow& row);
Json to_json(const Names& names, const PayloadRow& row);

}  // namespace freshet::results
