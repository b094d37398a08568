// flushes.csv: after each flush one line says how long each of the host's files was then, and their
// checksums. So a reader takes a flush as a whole or not at all.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/time.h"
#include "harness/results/layout.h"

namespace freshet::results {

struct Flush {
  base::Nanos now = 0;  // since start
  struct File {
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
    bool written = true;  // false: the run is older than the file (kAddedFiles)
  };
  std::array<File, kFlushedFiles.size()> files;
};

std::string flush_line(const Flush& flush);

struct Flushes {
  std::optional<Flush> last;  // of those that are whole
  std::vector<std::string> damage;
};
Flushes read_flushes(const std::filesystem::path& path);

}  // namespace freshet::results
