#include "reports/disturbance_tables.h"

#include <fmt/format.h>

#include "harness/base/text.h"
#include "reports/names.h"

namespace freshet::reports {
namespace {

using base::format_count;
using base::format_duration;
using results::Settled;

std::string at_group(const plan::Plan& plan, int stream, int pass) {
  return class_name(plan, stream) + " at " + pass_name(plan, pass);
}

std::string at_least(bool open, base::Nanos ns) {
  return (open ? "> " : "") + format_duration(ns);
}

std::string ideal_cell(const results::DisturbanceRow& row) {
  if (!row.ideal_known) return "n/a";
  return row.ideal_fresh == base::kNever ? "never" : format_duration(row.ideal_fresh);
}

// Gaps below a quarter of a second are not seen.
std::string gap_cell(bool open, base::Nanos ns) {
  return ns == 0 ? "< 250 ms" : at_least(open, ns);
}

std::string fault_heading(const Settled& settled, int fault) {
  for (const results::CommandRow& row : settled.figures.commands) {
    if (row.fault == fault && !row.undo)
      return fmt::format("{}, at {}", row.command, format_duration(row.begin));
  }
  return "";
}

std::string unavailable_table(const Settled& settled, const Style& style) {
  Table table("Unavailable to producers", {"partitions", "longest", "partition", "first ack"});
  int fault = -1;
  for (const results::FaultRow& row : settled.figures.faults) {
    if (row.fault != fault) table.heading(fault_heading(settled, fault = row.fault), 1);
    const bool bad = row.longest_open || row.first_ack_open;
    table.row(
        class_name(settled.plan, row.stream),
        {fmt::format("{} of {}", row.interrupted, row.partitions), gap_cell(row.longest_open, row.longest),
         row.longest_partition < 0 ? "" : fmt::format("{}", row.longest_partition),
         gap_cell(row.first_ack_open, row.first_ack)},
        2, bad ? Paint::bad : Paint::plain);
  }
  return table.empty() ? "" : table.text(style);
}

std::string fault_group_table(const Settled& settled, const Style& style) {
  Table table("After the fault", {"fresh after", "peak lag", "planned", "lost", "undelivered", "not acked"});
  int fault = -1;
  for (const results::FaultGroupRow& row : settled.figures.fault_groups) {
    if (row.fault != fault) table.heading(fault_heading(settled, fault = row.fault), 1);
    const results::Outcomes& o = row.outcomes;
    table.row(at_group(settled.plan, row.stream, row.pass),
              {at_least(!row.reached, row.time_to_fresh), format_duration(row.peak), format_count(o.planned),
               format_count(o.lost), format_count(o.undelivered),
               format_count(o.failed + o.indeterminate + o.not_sent_cluster)},
              2, row.reached && o.lost == 0 ? Paint::plain : Paint::bad);
  }
  return table.empty() ? "" : table.text(style);
}

std::string command_end(const results::CommandRow& row) {
  if (!row.began) return "not run";
  if (!row.ended) return "did not end";
  if (row.timed_out) return "timed out";
  return fmt::format("status {}", row.status);
}

std::string change_name(const plan::Plan& plan, const results::GroupChangeRow& row) {
  const std::string at = pass_name(plan, row.pass);
  if (row.change < 0) return at + ", not asked for";
  const plan::Change& change = plan.changes[static_cast<std::size_t>(row.change)];
  return fmt::format("{}, {} {} at {}", at, plan::word_of(change.kind), change.members,
                     format_duration(change.at));
}

}  // namespace

std::string time_to_fresh_table(const Settled& settled, const Style& style) {
  const plan::Plan& plan = settled.plan;
  Table table("Time to fresh", {"fresh after", "ideal", "peak lag", "debt", "backlog"});
  int phase = -1;
  for (const results::DisturbanceRow& row : settled.figures.disturbances) {
    if (row.phase != phase) {
      phase = row.phase;
      table.heading("after " + plan.phases[static_cast<std::size_t>(phase)].name, 1);
    }
    table.row(at_group(plan, row.stream, row.pass),
              {at_least(!row.reached, row.time_to_fresh), ideal_cell(row), format_duration(row.peak),
               fmt::format("{:.3g} s²", row.debt), format_count(row.backlog)},
              2, row.reached ? Paint::plain : Paint::bad);
  }
  return table.empty() ? "" : table.text(style);
}

std::string command_table(const Settled& settled, const Style& style) {
  Table table("Commands of the faults", {"began", "took", "ended"});
  for (const results::CommandRow& row : settled.figures.commands) {
    table.row((row.undo ? "undo: " : "") + row.command,
              {row.began ? format_duration(row.begin) : "",
               row.ended ? format_duration(row.end - row.begin) : "", command_end(row)},
              1, row.failed() ? Paint::bad : Paint::plain);
  }
  return table.empty() ? "" : table.text(style);
}

std::string fault_tables(const Settled& settled, const Style& style) {
  const std::string unavailable = unavailable_table(settled, style);
  const std::string groups = fault_group_table(settled, style);
  return unavailable + (unavailable.empty() || groups.empty() ? "" : "\n") + groups;
}

std::string offset_fall_table(const Settled& settled, const Style& style) {
  Table table("Offsets that went back", {"seen at", "from", "to"});
  for (const results::OffsetFallRow& row : settled.figures.offset_falls) {
    using Of = results::OffsetFallRow::Of;
    const std::string what = row.of == Of::log_end     ? "end of the log"
                             : row.of == Of::committed ? "committed by " + pass_name(settled.plan, row.pass)
                                                       : "position of " + pass_name(settled.plan, row.pass);
    table.row(fmt::format("{} {}: {}", class_name(settled.plan, row.stream), row.partition, what),
              {format_duration(row.at), fmt::format("{}", row.from), fmt::format("{}", row.to)}, 1,
              Paint::bad);
  }
  return table.empty() ? "" : table.text(style);
}

std::string group_change_table(const Settled& settled, const Style& style) {
  Table table("Group changes", {"moves", "longest pause", "partition", "redelivered"});
  for (const results::GroupChangeRow& row : settled.figures.group_changes) {
    const std::string where =
        row.partition < 0 ? "" : fmt::format("{} {}", class_name(settled.plan, row.stream), row.partition);
    table.row(
        change_name(settled.plan, row),
        {format_count(row.partitions), row.partitions == 0 ? "" : at_least(row.longest_open, row.longest),
         where, format_count(row.redelivered)},
        1, row.longest_open ? Paint::bad : Paint::plain);
  }
  return table.empty() ? "" : table.text(style);
}

}  // namespace freshet::reports
