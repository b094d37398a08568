#include "harness/results/flushes.h"

#include "harness/results/line_file.h"

namespace freshet::results {
namespace {

std::optional<Flush> parse_flush(std::string_view line) {
  const std::size_t comma = line.rfind(',');
  if (comma == std::string_view::npos) return std::nullopt;
  Flush flush;
  Fields fields(line);
  fields >> flush.now;
  for (Flush::File& file : flush.files) fields >> file.size >> file.crc;
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
  const std::string head = preamble(kFlushesFile);
  if (!text || !text->starts_with(head)) {
    flushes.damage.push_back("is missing, cannot be read or is of another format");
    return flushes;
  }
  Lines lines(std::string_view(*text).substr(head.size()));
  std::uint64_t bad = 0;
  for (std::string_view line; lines.next(line);) {
    const std::optional<Flush> flush = parse_flush(line);
    if (flush) flushes.last = flush;
    if (!flush) ++bad;
  }
  if (bad > 0) flushes.damage.push_back(fmt::format("{} damaged lines left out", bad));
  if (!lines.rest().empty()) flushes.damage.push_back("the last line is cut");
  if (!flushes.last) flushes.damage.push_back("no flush was completed");
  return flushes;
}

}  // namespace freshet::results
