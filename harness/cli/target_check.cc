#include "harness/cli/target_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "harness/base/random.h"
#include "harness/base/text.h"
#include "harness/cli/console.h"
#include "harness/engine/ceiling.h"
#include "harness/engine/run.h"
#include "harness/engine/threads.h"
#include "harness/plan/durability.h"

namespace freshet::cli {
namespace {

using base::format_bytes;
using base::format_duration;

// Of the measured phases; null where there are none.
const plan::StreamLoad* hottest(const Prepared& prepared) {
  const plan::StreamLoad* hottest = nullptr;
  for (const plan::StreamLoad& load : prepared.facts.streams) {
    if (!prepared.plan.phases[load.phase].measured()) continue;
    if (!hottest || load.hottest_partition_peak_bytes > hottest->hottest_partition_peak_bytes)
      hottest = &load;
  }
  return hottest;
}

// What the scenario asks for in so many words, stream by stream.
std::string durability_text(const plan::Plan& plan) {
  std::vector<std::string> parts;
  for (const plan::Stream& stream : plan.streams) {
    const plan::Durability asked = plan::asked_durability(plan, stream);
    std::string text = fmt::format("{} replication {}", stream.name, stream.replication);
    if (asked.min_insync) text += fmt::format(", min.insync.replicas {}", *asked.min_insync);
    if (asked.acks) text += *asked.acks < 0 ? ", acks all" : fmt::format(", acks {}", *asked.acks);
    parts.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

base::Result<engine::RunOutcome> rehearse(const Prepared& prepared, Target& target,
                                          const TargetCheck& check) {
  engine::RunOptions options;
  options.folder =
      std::filesystem::temp_directory_path() / fmt::format("freshet-check-{}", static_cast<int>(getpid()));
  options.target = target.name;
  options.connect_timeout = check.connect_timeout;
  options.stop = check.stop;
  options.rehearse = true;
  engine::Threads driver;
  return engine::run(prepared.plan, *target.cluster, driver, options);
}

class Lines {
 public:
  explicit Lines(const reports::Style& style) : style_(style) {
    text_ = reports::painted("Target", reports::Paint::bold, style) + "\n";
  }
  void add(const char* name, const std::string& value) {
    constexpr std::size_t kInset = 15;
    text_ += reports::wrapped(reports::pad_right(fmt::format("  {}", name), kInset) + value, kInset, style_);
  }
  void warn(const std::string& warning) {
    text_ += painted(reports::wrapped("warning: " + warning, 2, style_), reports::Paint::warning, style_);
  }
  const std::string& text() const { return text_; }

 private:
  const reports::Style& style_;
  std::string text_;
};

void add_rehearsal(Lines& lines, const Prepared& prepared, const Target& target,
                   const engine::RunOutcome& outcome) {
  const engine::Rehearsal& found = *outcome.rehearsal;
  const std::size_t brokers = found.cluster.brokers.size();
  lines.add("reached",
            fmt::format("{}, {} broker{}{}{}", target.cluster->address(), brokers, brokers == 1 ? "" : "s",
                        found.cluster.id.empty() ? "" : ", cluster ", found.cluster.id));
  lines.add("rights",
            "topics created and described, every partition written and read, groups joined, offsets "
            "committed");
  lines.add("durability", "as asked: " + durability_text(prepared.plan));
  std::vector<std::string> joined;
  for (const auto& [group, took] : found.joined)
    joined.push_back(fmt::format("{} {}", group, format_duration(took)));
  lines.add("groups ready", fmt::format("{}", fmt::join(joined, ", ")));
  lines.add("run ready", fmt::format("after {}: groups ready, held, and probed from end to end",
                                     format_duration(found.ready_after)));
  for (const std::string& warning : outcome.warnings) lines.warn(warning);
}

base::Status add_ceiling(Lines& lines, const Prepared& prepared, Target& target, const TargetCheck& check,
                         const base::Clock& clock) {
  const plan::StreamLoad* load = hottest(prepared);
  if (!load) return base::Ok{};
  const plan::Stream& stream = prepared.plan.streams[load->stream];
  engine::CeilingOptions options;
  options.topic = fmt::format("freshet-{:08x}-ceiling",
                              base::derive(static_cast<std::uint64_t>(clock.wall()), 1) & 0xffffffffU);
  options.timeout = check.connect_timeout;
  options.stop = check.stop;
  const auto ceiling = engine::measure_ceiling(prepared.plan, stream, *target.cluster, clock, options);
  if (!ceiling) return ceiling.error();
  const double needed = load->hottest_partition_peak_bytes;
  lines.add("ceiling",
            fmt::format("one partition takes {}/s, {} of {}'s events; it must take {}/s",
                        format_bytes(ceiling->bytes_per_second),
                        base::format_rate(ceiling->events_per_second), stream.name, format_bytes(needed)));
  if (ceiling->bytes_per_second < needed)
    lines.warn(fmt::format("the hottest partition must take {:.3g} times what one can take here",
                           needed / std::max(ceiling->bytes_per_second, 1.0)));
  if (!ceiling->warning.empty()) lines.warn(ceiling->warning);
  return base::Ok{};
}

}  // namespace

std::string hottest_text(const Prepared& prepared) {
  const plan::StreamLoad* load = hottest(prepared);
  if (!load) return "";
  return fmt::format("one partition must take {}/s in {} ({}, partition {})",
                     format_bytes(load->hottest_partition_peak_bytes), prepared.plan.phases[load->phase].name,
                     prepared.plan.streams[load->stream].name, load->hottest_partition);
}

base::Result<std::string> check_target(const Prepared& prepared, Target& target, const TargetCheck& check,
                                       const base::Clock& clock, const reports::Style& style) {
  const auto outcome = rehearse(prepared, target, check);
  if (!outcome) return outcome.error();
  if (!outcome->rehearsal || !outcome->started) return base::cluster_error("interrupted");
  Lines lines(style);
  add_rehearsal(lines, prepared, target, *outcome);
  if (check.ceiling) {
    if (const base::Status measured = add_ceiling(lines, prepared, target, check, clock); !measured)
      return measured.error();
  }
  return lines.text();
}

}  // namespace freshet::cli
