#include "harness/results/flushes.h"

#include <algorithm>

#include "harness/results/line_file.h"

namespace freshet::results {
namespace {

// Which file each pair of columns is of, in order; empty when the head is none of ours.
std::vector<std::size_t> files_of(std::string_view columns) {
  std::vector<std::size_t> files;
  Fields fields(columns);
  if (fields.text() != "now_ns") return {};
  for (std::size_t i = 0; i < kFlushedFiles.size(); ++i) {
    const std::string pair = fmt::format("{0} bytes,{0} crc32,", kFlushedFiles[i]);
    if (columns.find(pair) != std::string_view::npos) {
      if (fields.text() != fmt::format("{} bytes", kFlushedFiles[i])) return {};
      fields.text();
      files.push_back(i);
    } else if (std::ranges::find(kAddedFiles, kFlushedFiles[i]) == kAddedFiles.end()) {
      return {};
    }
  }
  if (fields.text() != "line crc32" || !fields.complete()) return {};
  return files;
}

std::optional<Flush> parse_flush(std::string_view line, const std::vector<std::size_t>& in_order) {
  const std::size_t comma = line.rfind(',');
  if (comma == std::string_view::npos) return std::nullopt;
  Flush flush;
  for (Flush::File& file : flush.files) file.written = false;
  Fields fields(line);
  fields >> flush.now;
  for (const std::size_t i : in_order) {
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
  std::string_view format, columns;
  Lines lines(text ? std::string_view(*text) : std::string_view());
  const bool head = lines.next(format) && lines.next(columns) && format == kFlushesFormat;
  const std::vector<std::size_t> in_order = head ? files_of(columns) : std::vector<std::size_t>{};
  if (in_order.empty()) {
    flushes.damage.push_back("is missing, cannot be read or is of another format");
    return flushes;
  }
  std::uint64_t bad = 0;
  for (std::string_view line; lines.next(line);) {
    const std::optional<Flush> flush = parse_flush(line, in_order);
    if (flush) flushes.last = flush;
    if (!flush) ++bad;
  }
  if (bad > 0) flushes.damage.push_back(fmt::format("{} damaged lines left out", bad));
  if (!lines.rest().empty()) flushes.damage.push_back("the last line is cut");
  if (!flushes.last) flushes.damage.push_back("no flush was completed");
  return flushes;
}

}  // namespace freshet::results
