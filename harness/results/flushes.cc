#include "harness/results/flushes.h"

#include <fmt/core.h>

#include <algorithm>

#include "harness/results/line_file.h"

namespace freshet::results {
namespace {

// The files that the columns name, by place in kFlushedFiles; false when they are not such columns.
bool parse_columns(std::string_view line, std::vector<std::size_t>& files) {
  Fields columns(line);
  if (columns.text() != "now_ns") return false;
  for (std::string_view column = columns.text(); column != "line crc32"; column = columns.text()) {
    const std::string_view name = column.substr(0, column.find(' '));
    const auto found = std::ranges::find(kFlushedFiles, name);
    if (found == kFlushedFiles.end() || column != fmt::format("{} bytes", name) ||
        columns.text() != fmt::format("{} crc32", name))
      return false;
    files.push_back(static_cast<std::size_t>(found - kFlushedFiles.begin()));
  }
  return columns.complete();
}

std::optional<Flush> parse_flush(std::string_view line, const std::vector<std::size_t>& files) {
  const std::size_t comma = line.rfind(',');
  if (comma == std::string_view::npos) return std::nullopt;
  Flush flush;
  for (Flush::File& file : flush.files) file.written = false;
  Fields fields(line);
  fields >> flush.now;
  for (const std::size_t i : files) {
    fields >> flush.files[i].size >> flush.files[i].crc;
    flush.files[i].written = true;
  }
  std::uint32_t crc = 0;
  fields >> crc;
  if (!fields.complete() || crc != crc_of(line.substr(0, comma))) return std::nullopt;
  return flush;
}

}  // namespace

std::string flush_line(const Flush& flush) {
  std::string line = fmt::format("{}", flush.now);
  for (const Flush::File& file : flush.files) line += fmt::format(",{},{}", file.size, file.crc);
  return fmt::format("{},{}\n", line, crc_of(line));
}

Flushes read_flushes(const std::filesystem::path& path) {
  Flushes flushes;
  const base::Result<std::string> text = read_file(path);
  Lines lines(text ? std::string_view(*text) : std::string_view());
  std::string_view line;
  std::vector<std::size_t> files;
  if (!lines.next(line) || line != kFlushesFormat || !lines.next(line) || !parse_columns(line, files)) {
    flushes.damage.push_back("is missing, cannot be read or is of another format");
    return flushes;
  }
  std::uint64_t bad = 0;
  while (lines.next(line)) {
    const std::optional<Flush> flush = parse_flush(line, files);
    if (flush) flushes.last = flush;
    if (!flush) ++bad;
  }
  if (bad > 0) flushes.damage.push_back(fmt::format("{} damaged lines left out", bad));
  if (!lines.rest().empty()) flushes.damage.push_back("the last line is cut");
  if (!flushes.last) flushes.damage.push_back("no flush was completed");
  return flushes;
}

}  // namespace freshet::results
