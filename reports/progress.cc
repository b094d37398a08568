#include "reports/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.h"

namespace freshet::reports {
namespace {

using base::format_duration;

std::string whole_seconds(Nanos t) {
  return fmt::format("{}", t / base::kSecond);
}

// "1.2 M of 10 M events (12 %), 150 k/s, 58 s to go"
std::string prefill_words(const Progress& progress) {
  const auto done = static_cast<double>(progress.prefilled), all = static_cast<double>(progress.to_prefill);
  std::string text = fmt::format("{} of {} events", base::format_count(progress.prefilled),
                                 base::format_count(progress.to_prefill));
  if (all > 0) text += " (" + base::format_share(done / all) + ")";
  if (progress.elapsed <= 0 || done <= 0) return text;
  const double rate = done * static_cast<double>(base::kSecond) / static_cast<double>(progress.elapsed);
  const auto left = static_cast<Nanos>((all - done) / rate * static_cast<double>(base::kSecond));
  return text +
         fmt::format(", {}, {} s to go", base::format_rate(rate), whole_seconds(left + base::kSecond / 2));
}

std::string pass_words(const Progress::Pass& pass) {
  const auto done = static_cast<double>(pass.read), all = static_cast<double>(pass.to_read);
  std::string text = pass.name + " " + (all > 0 ? base::format_share(done / all) : "0 %");
  if (pass.elapsed <= 0) return text;
  return text + " at " +
         base::format_rate(done * static_cast<double>(base::kSecond) / static_cast<double>(pass.elapsed));
}

std::string place(const Progress& progress) {
  if (progress.stage == "prefilling") return "prefilling " + prefill_words(progress);
  if (progress.phase.empty()) return progress.stage;
  std::string text = progress.stage == "running" ? progress.phase : progress.stage + ", " + progress.phase;
  text +=
      fmt::format(" {} of {} s", whole_seconds(progress.phase_elapsed), whole_seconds(progress.phase_length));
  return text +
         fmt::format(", run {} of {} s", whole_seconds(progress.elapsed), whole_seconds(progress.length));
}

std::string bar(const Progress& progress, std::size_t columns) {
  if (progress.length <= 0) return "";
  const double part =
      std::clamp(static_cast<double>(progress.elapsed) / static_cast<double>(progress.length), 0.0, 1.0);
  const auto full = static_cast<std::size_t>(part * static_cast<double>(columns));
  return "[" + std::string(full, '=') + std::string(columns - full, ' ') + "]";
}

std::string rates(const Progress& progress) {
  return fmt::format("offered {}  sent {}  acked {}  received {}", base::format_rate(progress.offered),
                     base::format_rate(progress.sent), base::format_rate(progress.acked),
                     base::format_rate(progress.received));
}

std::string p99_words(const Progress::Row& row) {
  const std::string now = row.p99 < 0 ? "-" : format_duration(row.p99);
  return row.bound > 0 ? now + " of " + format_duration(row.bound) : now;
}

double part_of_bound(const Progress::Row& row) {
  return row.bound > 0 ? static_cast<double>(row.p99) / static_cast<double>(row.bound)
                       : static_cast<double>(row.p99);
}

// Cuts a line that would be broken by the terminal.
std::string fitted(std::string line, std::size_t width) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((static_cast<unsigned char>(line[i]) & 0xc0) == 0x80) continue;
    if (++columns > width) return line.substr(0, i);
  }
  return line;
}

std::string row_line(const Progress::Row& row, std::size_t name, const Style& style) {
  const bool over = row.bound > 0 && (row.p99 > row.bound || row.freshness_lag > row.bound);
  const std::string line =
      fmt::format("  {}  p99 now {}  lag {}", pad_right(row.klass + " at " + row.group, name),
                  pad_right(p99_words(row), 18), format_duration(row.freshness_lag));
  return painted(fitted(line, style.width), over ? Paint::bad : Paint::plain, style);
}

}  // namespace

std::string progress_block(const Progress& progress, std::size_t height, const Style& style) {
  constexpr std::size_t kHead = 2;
  std::string text =
      painted(fitted(place(progress) + "  " + bar(progress, 20), style.width), Paint::bold, style) + "\n";
  if (progress.phase.empty() || height < kHead) return text;
  text += fitted("  " + rates(progress), style.width) + "\n";
  std::size_t name = 0;
  for (const Progress::Row& row : progress.rows)
    name = std::max(name, columns_of(row.klass + " at " + row.group));
  for (std::size_t i = 0; i < progress.rows.size() && i + kHead < height; ++i) {
    text += row_line(progress.rows[i], name, style) + "\n";
  }
  for (std::size_t i = 0; i < progress.passes.size() && i + progress.rows.size() + kHead < height; ++i) {
    text += fitted("  pass " + pass_words(progress.passes[i]), style.width) + "\n";
  }
  return text;
}

std::string progress_line(const Progress& progress) {
  std::string line = place(progress);
  if (progress.phase.empty()) return line;
  line += "  " + rates(progress);
  const auto worst = std::max_element(
      progress.rows.begin(), progress.rows.end(),
      [](const Progress::Row& a, const Progress::Row& b) { return part_of_bound(a) < part_of_bound(b); });
  for (const Progress::Pass& pass : progress.passes) line += "  " + pass_words(pass);
  if (worst == progress.rows.end()) return line;
  line += fmt::format("  p99 {} ({} at {})", p99_words(*worst), worst->klass, worst->group);
  std::vector<std::pair<std::string, Nanos>> lags;  // few groups: a search a row is nothing
  for (const Progress::Row& row : progress.rows) {
    auto at = std::find_if(lags.begin(), lags.end(), [&](const auto& lag) { return lag.first == row.group; });
    if (at == lags.end()) at = lags.insert(lags.end(), {row.group, 0});
    at->second = std::max(at->second, row.freshness_lag);
  }
  line += "  lag";
  for (std::size_t i = 0; i < lags.size(); ++i) {
    line += fmt::format("{} {} {}", i == 0 ? "" : ",", lags[i].first, format_duration(lags[i].second));
  }
  return line;
}

std::string erase_block(const std::string& block) {
  const auto lines = std::count(block.begin(), block.end(), '\n');
  return lines == 0 ? "" : fmt::format("\x1b[{}A\r\x1b[J", lines);
}

}  // namespace freshet::reports
