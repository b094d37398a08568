#include "harness/cli/check_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "harness/base/text.h"
#include "harness/cli/check_phases.h"
#include "harness/plan/reads.h"
#include "reports/names.h"

namespace freshet::cli {
namespace {

using base::format_bytes;
using base::format_duration;
using base::format_rate;
using base::format_share;
using reports::Paint;
using reports::painted;
using reports::Style;
using reports::Table;

std::string rounded(double n) {
  return base::format_count(static_cast<std::uint64_t>(std::llround(n)));
}

std::string head(const Prepared& prepared, const Style& style) {
  const plan::Plan& plan = prepared.plan;
  const plan::PlanFacts& facts = prepared.facts;
  std::string text = painted(plan.name, Paint::bold, style) + "\n";
  if (!plan.about.empty()) text += reports::wrapped("  " + plan.about, 2, style);
  text += "\n";
  const auto line = [&](const char* name, const std::string& value) {
    text += reports::wrapped(reports::pad_right(fmt::format("  {}", name), 12) + value, 12, style);
  };
  line("runs for", fmt::format("{}, then drains for at most {}", format_duration(plan.end()),
                               format_duration(plan.drain)));
  line("events", fmt::format("about {}, {} of values", rounded(facts.events), format_bytes(facts.bytes)));
  line("peak rate", fmt::format("{} over all streams", format_rate(facts.peak_rate)));
  if (facts.prefill.events > 0) {
    line("prefill", fmt::format("about {} events before the run, {} of values", rounded(facts.prefill.events),
                                format_bytes(facts.prefill.bytes)));
  }
  line("keys", base::format_count(facts.keys));
  line("memory", fmt::format("about {} (lanes {}, views {}, recorders {})",
                             format_bytes(facts.memory.total()), format_bytes(facts.memory.lanes),
                             format_bytes(facts.memory.views), format_bytes(facts.memory.recorders)));
  if (const std::string profiles = reports::profiles_text(prepared.profiles); !profiles.empty())
    line("profile", profiles);
  line("seed", fmt::format("{}; load hash {}, scenario hash {}", plan.seed, plan::load_hash(plan),
                           plan::scenario_hash(plan)));
  return text;
}

std::string topics(const Prepared& prepared, const Style& style) {
  Table table("Topics", {"partitions", "replicas", "lanes", "rate", "bound", "critical"});
  for (const plan::Stream& stream : prepared.plan.streams) {
    table.row(stream.name,
              {std::to_string(stream.partitions), std::to_string(stream.replication),
               std::to_string(stream.lanes), format_rate(stream.rate),
               stream.bound > 0 ? format_duration(stream.bound) : "", stream.critical ? "yes" : ""});
    if (stream.prefill > 0) {
      const plan::Prefill prefill = plan::prefill_of(stream);
      table.heading(fmt::format("prefill of {}: about {} events, {}", format_duration(stream.prefill),
                                rounded(prefill.events), format_bytes(prefill.bytes)),
                    3);
    }
    for (const auto& [key, value] : stream.topic_config) table.heading(key + "=" + value, 3);
  }
  return table.text(style);
}

std::string load(const Prepared& prepared, const Style& style) {
  Table table("Load", {"events", "volume", "peak", "enterprise", "hot accts"});
  Table hot("Hottest", {"key", "of events", "partition", "of events", "at peak"});
  std::size_t stream = static_cast<std::size_t>(-1);
  for (const plan::StreamLoad& row : prepared.facts.streams) {
    if (!stands_for_itself(prepared.plan, row.phase)) continue;
    if (row.stream != stream) {
      stream = row.stream;
      table.heading(prepared.plan.streams[stream].name, 1);
      hot.heading(prepared.plan.streams[stream].name, 1);
    }
    const std::string& phase = prepared.plan.phases[row.phase].name;
    table.row(phase,
              {rounded(row.events), format_bytes(row.bytes), format_rate(row.peak_rate),
               format_share(row.enterprise_share),
               row.hot_accounts_share > 0 ? format_share(row.hot_accounts_share) : ""},
              2);
    hot.row(phase,
            {row.hottest_key, format_share(row.hottest_key_share), std::to_string(row.hottest_partition),
             format_share(row.hottest_partition_share), format_rate(row.hottest_partition_peak_rate)},
            2);
  }
  return table.text(style) + "\n" + hot.text(style);
}

std::string group_text(const plan::Group& group) {
  std::string text =
      fmt::format("{}, {} {}, {} an event{}", group.name, group.members,
                  group.members == 1 ? "member" : "members", format_duration(group.service_time),
                  group.service == workloads::ServiceKind::exponential ? " (exponential)" : "");
  if (group.static_membership) text += ", static";
  if (!group.racks.empty()) text += fmt::format(", racks {}", fmt::join(group.racks, " "));
  for (const char* setting : {"group.protocol", "partition.assignment.strategy", "group.remote.assignor"}) {
    const auto found = group.client_settings.find(setting);
    if (found != group.client_settings.end()) text += fmt::format(", {}={}", setting, found->second);
  }
  return text;
}

std::string utilisation(const Prepared& prepared, const Style& style) {
  Table table("Busy at peak", {"group", "worst member", "partition", "backlog", "wait", "drains in"});
  std::size_t group = static_cast<std::size_t>(-1);
  for (const plan::GroupLoad& row : prepared.facts.groups) {
    if (!stands_for_itself(prepared.plan, row.phase)) continue;
    if (row.group != group) {
      group = row.group;
      const plan::Group& g = prepared.plan.groups[group];
      table.heading(group_text(g), 1);
    }
    const bool waits = row.backlog >= 1;
    const std::string drains = row.drain_time == base::kNever ? "never" : format_duration(row.drain_time);
    table.row(prepared.plan.phases[row.phase].name,
              {format_share(row.utilisation), format_share(row.worst_member),
               format_share(row.hottest_partition), waits ? rounded(row.backlog) : "",
               waits ? format_duration(row.longest_wait) : "", waits ? drains : ""},
              2, row.worst_member >= 1 ? Paint::warning : Paint::plain);
  }
  return table.empty() ? "" : table.text(style);
}

std::string delay_text(const plan::Read& read) {
  if (read.delay_min == read.delay_max) return format_duration(read.delay_min);
  return format_duration(read.delay_min) + " to " + format_duration(read.delay_max);
}

std::string reads(const Prepared& prepared, const Style& style) {
  const plan::Plan& plan = prepared.plan;
  Table table("Reads", {"of", "reads", "keys each"});
  for (const plan::Read& read : plan.reads) {
    table.row(read.name,
              {plan.groups[read.group].name, rounded(plan::expected_reads(plan, read, 0, plan.end())),
               std::to_string(plan::keys_of(plan, read))});
    std::vector<std::string> classes;
    for (const std::size_t stream : read.streams) classes.push_back(plan.streams[stream].klass);
    const std::string when = read.triggered
                                 ? fmt::format("{} after {} of the events of {}", delay_text(read),
                                               format_share(read.share), plan.streams[read.after].klass)
                                 : fmt::format("at {} in the background", format_rate(read.rate));
    table.heading(
        fmt::format("{}, {}{}", fmt::join(classes, " "), when, read.decide.empty() ? "" : ", decides"), 3);
  }
  return table.empty() ? "" : table.text(style);
}

std::string slos(const Prepared& prepared, const Style& style) {
  std::string text = painted("SLOs", Paint::bold, style) + "\n";
  if (prepared.facts.slos.empty()) return text + "  none: a run gives figures and no verdict on them\n";
  for (const plan::SloInstance& instance : prepared.facts.slos) {
    text += reports::wrapped("  " + plan::describe(prepared.plan, instance), 4, style);
  }
  return text;
}

std::string params(const Prepared& prepared, const Style& style) {
  if (prepared.plan.params.empty()) return "";
  std::string text = painted("Params", Paint::bold, style) + " (-P name=value)\n";
  for (const plan::Param& param : prepared.plan.params) {
    std::string line = fmt::format("  {} = {} ({}", param.name, param.value, param.type);
    if (param.value != param.fallback) line += ", default " + param.fallback;
    text += reports::wrapped(line + ")" + (param.about.empty() ? "" : ": " + param.about), 4, style);
  }
  return text;
}

}  // namespace

std::string check_text(const Prepared& prepared, const Style& style) {
  std::string text = head(prepared, style);
  const std::string parts[] = {phases_text(prepared, style), topics(prepared, style), load(prepared, style),
                               utilisation(prepared, style), reads(prepared, style),  slos(prepared, style),
                               params(prepared, style)};
  for (const std::string& part : parts) {
    if (!part.empty()) text += "\n" + part;
  }
  std::string warned;
  for (const std::string& line : warnings(prepared)) {
    warned += painted(reports::wrapped("warning: " + line, 2, style), Paint::warning, style);
  }
  return warned.empty() ? text : text + "\n" + warned;
}

std::string load_text(const Prepared& prepared) {
  const plan::Plan& plan = prepared.plan;
  std::string text = fmt::format("  {}: about {} events, {}, up to {}, in {}\n", plan.name,
                                 rounded(prepared.facts.events), format_bytes(prepared.facts.bytes),
                                 format_rate(prepared.facts.peak_rate), format_duration(plan.end()));
  if (prepared.facts.prefill.events > 0) {
    text += fmt::format("  before it about {} events, {}, as fast as they can be written\n",
                        rounded(prepared.facts.prefill.events), format_bytes(prepared.facts.prefill.bytes));
  }
  for (const plan::Stream& stream : plan.streams) {
    text += fmt::format("  topic …{}: {} partitions, replication {}\n", stream.name, stream.partitions,
                        stream.replication);
  }
  return text;
}

}  // namespace freshet::cli
