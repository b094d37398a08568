#include "harness/results/summary_rows.h"

#include <fmt/core.h>

#include <iterator>

namespace freshet::results {
namespace {

// kNever and -1 are no numbers to people who read JSON.
Json or_null(Nanos ns) {
  return ns < 0 || ns == base::kNever ? Json() : Json(ns);
}

const char* word_of(OffsetFallRow::Of of) {
  switch (of) {
    case OffsetFallRow::Of::log_end:
      return "log end";
    case OffsetFallRow::Of::committed:
      return "committed";
    case OffsetFallRow::Of::position:
      return "position";
  }
  return "";
}

const char* word_of(MoveRow::How how) {
  switch (how) {
    case MoveRow::How::revoked:
      return "revoked";
    case MoveRow::How::lost:
      return "lost";
    case MoveRow::How::killed:
      return "killed";
    case MoveRow::How::paused:
      return "paused";
  }
  return "";
}

Json or_null(int index) {
  return index < 0 ? Json() : Json(index);
}

std::string field(Nanos ns) {
  return ns < 0 || ns == base::kNever ? std::string() : fmt::format("{}", ns);
}

// Of the class at the group.
Nanos bound_of(const plan::Plan& plan, int stream, int pass) {
  for (const plan::GroupStream& read : plan.groups[static_cast<std::size_t>(pass)].streams) {
    if (read.stream == static_cast<std::size_t>(stream)) return read.bound;
  }
  return 0;
}

void append_phase(std::string& out, const plan::Plan& plan, const Names& names, const DisturbanceRow& row) {
  const plan::Phase& phase = plan.phases[static_cast<std::size_t>(row.phase)];
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                 plan::word_of(phase.kind), phase.name, phase.begin, phase.end, names.stream(row.stream),
                 names.pass(row.pass), bound_of(plan, row.stream, row.pass), row.reached ? 1 : 0,
                 row.time_to_fresh, row.peak, row.debt, row.backlog,
                 row.capacity > 0 ? fmt::format("{}", row.capacity) : std::string(),
                 row.ideal_known ? field(row.ideal_fresh) : std::string(),
                 row.ideal_known ? field(row.ideal_drain) : std::string());
}

void append_fault(std::string& out, const Settled& settled, const Names& names, const FaultGroupRow& row) {
  const plan::Plan& plan = settled.plan;
  const plan::Phase& phase = plan.phases[plan.faults[static_cast<std::size_t>(row.fault)].phase];
  for (const FaultRow& fault : settled.figures.faults) {
    if (fault.fault != row.fault || fault.stream != row.stream) continue;
    fmt::format_to(std::back_inserter(out), "command,{},{},{},{},{},{},{},{},{},,,,,\n", phase.name,
                   fault.begin, fault.in_force, names.stream(row.stream), names.pass(row.pass),
                   bound_of(plan, row.stream, row.pass), row.reached ? 1 : 0, row.time_to_fresh, row.peak);
  }
}

}  // namespace

Json to_json(const Names& names, const DisturbanceRow& row) {
  return {{"phase", names.phase(row.phase)},
          {"stream", names.stream(row.stream)},
          {"group", names.pass(row.pass)},
          {"reached", row.reached},
          {"time_to_fresh_ns", row.time_to_fresh},
          {"peak_ns", row.peak},
          {"debt_s2", row.debt},
          {"backlog", row.backlog},
          {"capacity_per_second", row.capacity > 0 ? Json(row.capacity) : Json()},
          {"ideal_time_to_fresh_ns", row.ideal_known ? or_null(row.ideal_fresh) : Json()},
          {"ideal_drain_ns", row.ideal_known ? or_null(row.ideal_drain) : Json()}};
}

Json to_json(const Names&, const CommandRow& row) {
  return {{"fault", row.fault},         {"undo", row.undo},      {"command", row.command},
          {"began", row.began},         {"ended", row.ended},    {"begin_ns", row.begin},
          {"end_ns", row.end},          {"status", row.status},  {"timed_out", row.timed_out},
          {"last_line", row.last_line}, {"failed", row.failed()}};
}

Json to_json(const Names& names, const FaultRow& row) {
  Json outages = Json::array();
  for (const PartitionOutage& outage : row.outages) {
    outages.push_back({{"partition", outage.partition},
                       {"longest_ns", outage.longest},
                       {"total_ns", outage.total},
                       {"open", outage.open}});
  }
  return {{"fault", row.fault},
          {"stream", names.stream(row.stream)},
          {"begin_ns", row.begin},
          {"in_force_ns", row.in_force},
          {"until_ns", row.until},
          {"partitions", row.partitions},
          {"interrupted", row.interrupted},
          {"longest_unavailable_ns", row.longest},
          {"longest_from_ns", row.longest > 0 ? Json(row.longest_from) : Json()},
          {"longest_partition", or_null(row.longest_partition)},
          {"longest_open", row.longest_open},
          {"first_ack_ns", row.first_ack},
          {"first_ack_open", row.first_ack_open},
          {"outages", outages}};
}

Json to_json(const Names& names, const FaultGroupRow& row) {
  return {{"fault", row.fault},
          {"stream", names.stream(row.stream)},
          {"group", names.pass(row.pass)},
          {"reached", row.reached},
          {"time_to_fresh_ns", row.time_to_fresh},
          {"peak_ns", row.peak},
          {"outcomes", to_json(row.outcomes)}};
}

Json to_json(const Names& names, const OffsetFallRow& row) {
  return {{"of", word_of(row.of)},
          {"stream", names.stream(row.stream)},
          {"partition", row.partition},
          {"group", row.pass < 0 ? Json() : Json(names.pass(row.pass))},
          {"at_ns", row.at},
          {"from", row.from},
          {"to", row.to}};
}

Json to_json(const Names& names, const GroupChangeRow& row) {
  return {{"group", names.pass(row.pass)},
          {"change", or_null(row.change)},
          {"at_ns", row.at},
          {"partitions", row.partitions},
          {"unresumed", row.unresumed},
          {"longest_pause_ns", row.longest},
          {"longest_stream", row.partition < 0 ? Json() : Json(names.stream(row.stream))},
          {"longest_partition", or_null(row.partition)},
          {"longest_open", row.longest_open},
          {"redelivered", row.redelivered}};
}

Json to_json(const Names& names, const MoveRow& row) {
  return {{"group", names.pass(row.pass)},
          {"stream", names.stream(row.stream)},
          {"partition", row.partition},
          {"how", word_of(row.how)},
          {"from_member", or_null(row.from_member)},
          {"to_member", or_null(row.to_member)},
          {"change", or_null(row.change)},
          {"released_ns", row.released},
          {"assigned_ns", or_null(row.assigned)},
          {"resumed_ns", or_null(row.resumed)},
          {"pause_ns", row.pause}};
}

Json to_json(const Names& names, const ResetRow& row) {
  return {{"stream", names.stream(row.stream)},
          {"group", names.pass(row.pass)},
          {"partition", row.partition},
          {"cause", kResetCauses[static_cast<std::size_t>(row.cause)].first},
          {"position", row.position},
          {"goes_on_at", row.goes_on_at},
          {"at_ns", row.at}};
}

std::string disturbances_csv(const Settled& settled) {
  const Names names(settled.plan);
  std::string out =
      "kind,phase,begin_ns,end_ns,stream,group,bound_ns,reached,time_to_fresh_ns,peak_ns,debt_s2,backlog,"
      "capacity_per_second,ideal_time_to_fresh_ns,ideal_drain_ns\n";
  for (const DisturbanceRow& row : settled.figures.disturbances) append_phase(out, settled.plan, names, row);
  for (const FaultGroupRow& row : settled.figures.fault_groups) append_fault(out, settled, names, row);
  return out;
}

}  // namespace freshet::results
