// From a run folder to what is printed of it and its exit status: the same for `run`, once it is over, and
// `report`.
#pragma once

#include <filesystem>
#include <string>

#include "harness/base/result.h"
#include "harness/cli/console.h"

namespace freshet::cli {

struct Told {
  std::string text;  // for people
  std::string json;  // for machines: summary.json
  int exit_status = 0;
};

// Settles the folder, judges it, writes summary.json and timeline.csv into it when `write` is set. Errors:
// usage when it is no run folder, io when it cannot be read or written. `clients`: as reports::summary() has
// it.
base::Result<Told> tell(const std::filesystem::path& folder, bool write, const reports::Style& style,
                        bool clients = false);

// The folder as a reader may type it: relative to the working directory when it lies beneath it.
std::string shown(const std::filesystem::path& folder);

}  // namespace freshet::cli
