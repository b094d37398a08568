// What each fault did: how long partitions acknowledged nothing, when groups were fresh again, what was lost,
// and which offsets fell.
#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "harness/results/json_fields.h"
#include "harness/results/lags.h"
#include "harness/results/rows.h"

namespace freshet::results {
namespace {

struct Window {
  Nanos begin = 0, in_force = 0, until = 0;
};

// nullopt: its command was never begun.
std::optional<Window> window_of(const Settling& s, std::size_t fault) {
  const std::vector<CommandRow> commands = command_rows(s.plan, s.facts);
  std::optional<Window> window;
  Nanos until = s.facts.killed() ? s.facts.known_until : s.facts.ended_at;
  for (const CommandRow& row : commands) {
    if (row.undo || !row.began) continue;
    const auto f = static_cast<std::size_t>(row.fault);
    if (f == fault) window = Window{row.begin, row.ended ? row.end : row.begin, 0};
    if (f > fault) until = std::min(until, row.begin);
  }
  if (!window) return std::nullopt;
  for (std::size_t p = s.plan.faults[fault].phase + 1; p < s.plan.phases.size(); ++p) {
    if (s.plan.phases[p].disturbance()) until = std::min(until, s.plan.phases[p].begin);
  }
  window->until = std::max(until, window->begin);
  window->in_force = std::min(window->in_force, window->until);
  return window;
}

struct Gap {
  int partition = 0;
  Nanos from = 0, to = 0;
  Nanos last = -1;  // the acknowledgement before it; -1: none
  bool open = false;
};

std::vector<Gap> gaps_of(const Facts& facts, std::size_t stream) {
  std::vector<Gap> gaps;
  for (const Json& event : facts.events) {
    if (text_at(event, "kind") != "ack_gap") continue;
    if (integer_at(event, "stream", -1) != static_cast<std::int64_t>(stream)) continue;
    Gap gap{static_cast<int>(integer_at(event, "partition", -1)), integer_at(event, "from", 0),
            integer_at(event, "to", -1), integer_at(event, "last", -1)};
    gap.open = gap.to < 0;
    if (gap.open) gap.to = integer_at(event, "t", gap.from);
    gaps.push_back(gap);
  }
  return gaps;
}

FaultRow fault_row(const Settling& s, std::size_t fault, const Window& window, std::size_t stream) {
  FaultRow row{.fault = static_cast<int>(fault), .stream = static_cast<int>(stream)};
  row.begin = window.begin;
  row.in_force = window.in_force;
  row.until = window.until;
  row.partitions = s.plan.streams[stream].partitions;
  std::map<int, PartitionOutage> outages;
  for (const Gap& gap : gaps_of(s.facts, stream)) {
    if (gap.partition < 0 || gap.partition >= row.partitions) continue;
    if (gap.to <= window.begin || gap.from >= window.until) continue;
    PartitionOutage& outage =
        outages.try_emplace(gap.partition, PartitionOutage{gap.partition}).first->second;
    outage.longest = std::max(outage.longest, gap.to - gap.from);
    outage.total += gap.to - gap.from;
    outage.open = outage.open || gap.open;
    if (gap.to - gap.from > row.longest) {
      row.longest = gap.to - gap.from;
      row.longest_from = gap.from;
      row.longest_partition = gap.partition;
      row.longest_open = gap.open;
    }
    // The first acknowledgement after the fault came into force is the one that ends this gap.
    if (gap.last > window.in_force || gap.to <= window.in_force) continue;
    row.first_ack = std::max(row.first_ack, gap.to - std::max(gap.from, window.in_force));
    row.first_ack_open = row.first_ack_open || gap.open;
  }
  row.interrupted = static_cast<int>(outages.size());
  for (const auto& [partition, outage] : outages) row.outages.push_back(outage);
  return row;
}

FaultGroupRow group_row(const Settling& s, std::size_t fault, const Window& window, std::size_t stream,
                        std::size_t pass) {
  FaultGroupRow row{
      .fault = static_cast<int>(fault), .stream = static_cast<int>(stream), .pass = static_cast<int>(pass)};
  const Freshening fresh =
      freshening(s.plan, s.facts, static_cast<std::uint16_t>(stream), static_cast<std::uint16_t>(pass),
                 window.begin, window.in_force, window.until);
  row.reached = fresh.reached;
  row.time_to_fresh = fresh.time_to_fresh;
  row.peak = fresh.peak;
  const StreamOutcomes& outcomes = s.outcomes[stream];
  const std::int64_t last = std::min(outcomes.seconds, base::second_of(window.until + base::kSecond - 1));
  for (std::int64_t second = base::second_of(window.begin); second < last; ++second) {
    for (std::size_t tier = 0; tier < outcomes.tiers; ++tier) {
      add(row.outcomes, outcomes.cell(pass, second, tier).outcomes);
    }
  }
  return row;
}

// The end of the log as the cluster told it, second by second (L3): the furthest that any pass was told.
Seconds<std::int64_t> log_ends(const plan::Plan& plan, const Facts& facts, std::size_t stream,
                               std::size_t partition) {
  Seconds<std::int64_t> ends;
  for (std::size_t pass = 0; pass < plan.passes(); ++pass) {
    for (const auto& [second, row] : facts.offsets.of(stream, pass, partition)) {
      if (row.high_watermark < 0) continue;
      std::int64_t& end = ends.get(second, -1);
      end = std::max(end, row.high_watermark);
    }
  }
  return ends;
}

void log_ends_that_fell(const plan::Plan& plan, const Facts& facts, std::vector<OffsetFallRow>& rows) {
  for (std::size_t stream = 0; stream < plan.streams.size(); ++stream) {
    for (std::size_t partition = 0; partition < facts.offsets.parts(stream); ++partition) {
      std::int64_t before = -1;
      for (const auto& [second, end] : log_ends(plan, facts, stream, partition)) {
        if (end < before) {
          rows.push_back({.of = OffsetFallRow::Of::log_end,
                          .stream = static_cast<int>(stream),
                          .partition = static_cast<int>(partition),
                          .at = second * base::kSecond,
                          .from = before,
                          .to = end});
        }
        before = end;
      }
    }
  }
}

int index_of(const plan::Plan& plan, const std::string& group) {
  for (std::size_t g = 0; g < plan.groups.size(); ++g) {
    if (plan.groups[g].name == group) return static_cast<int>(g);
  }
  return -1;
}

// A partition is given with the committed offset: each assignment starts where the one before did, or later.
void starts_that_fell(const plan::Plan& plan, const Facts& facts, std::vector<OffsetFallRow>& rows) {
  std::map<std::tuple<int, std::int64_t, std::int64_t>, std::int64_t> starts;
  for (const Json& event : facts.events) {
    if (text_at(event, "kind") != "assigned") continue;
    const int group = index_of(plan, text_at(event, "group"));
    const Json* partitions = field_at(event, "partitions");
    if (group < 0 || !partitions || !partitions->is_array()) continue;
    for (const Json& p : *partitions) {
      const std::int64_t stream = integer_at(p, "topic", -1), partition = integer_at(p, "partition", -1),
                         start = integer_at(p, "start", -1);
      if (start < 0) continue;
      const auto [known, fresh] = starts.try_emplace({group, stream, partition}, start);
      if (!fresh && start < known->second) {
        rows.push_back({.of = OffsetFallRow::Of::committed,
                        .stream = static_cast<int>(stream),
                        .partition = static_cast<int>(partition),
                        .pass = group,
                        .at = integer_at(event, "t", 0),
                        .from = known->second,
                        .to = start});
      }
      known->second = std::max(known->second, start);
    }
  }
}

// P4: a member's position lay above the end of the log.
void positions_that_fell(const plan::Plan& plan, const Facts& facts, std::vector<OffsetFallRow>& rows) {
  for (const Json& event : facts.events) {
    if (text_at(event, "kind") != "reset" || text_at(event, "cause") != "truncated") continue;
    OffsetFallRow row{.of = OffsetFallRow::Of::position};
    for (std::size_t i = 0; i < plan.streams.size(); ++i) {
      if (plan.streams[i].name == text_at(event, "stream")) row.stream = static_cast<int>(i);
    }
    row.partition = static_cast<int>(integer_at(event, "partition", 0));
    row.pass = index_of(plan, text_at(event, "group"));
    row.at = integer_at(event, "t", 0);
    row.from = integer_at(event, "position", 0);
    row.to = integer_at(event, "goes_on_at", 0);
    rows.push_back(row);
  }
}

}  // namespace

std::vector<FaultRow> fault_rows(const Settling& s) {
  std::vector<FaultRow> rows;
  for (std::size_t f = 0; f < s.plan.faults.size(); ++f) {
    const auto window = window_of(s, f);
    if (!window) continue;
    for (std::size_t stream = 0; stream < s.plan.streams.size(); ++stream)
      rows.push_back(fault_row(s, f, *window, stream));
  }
  return rows;
}

std::vector<FaultGroupRow> fault_group_rows(const Settling& s) {
  std::vector<FaultGroupRow> rows;
  for (std::size_t f = 0; f < s.plan.faults.size(); ++f) {
    const auto window = window_of(s, f);
    if (!window) continue;
    for (std::size_t pass = 0; pass < s.plan.groups.size(); ++pass) {
      for (const std::size_t stream : streams_of(s.plan, pass))
        rows.push_back(group_row(s, f, *window, stream, pass));
    }
  }
  return rows;
}

std::vector<OffsetFallRow> offset_fall_rows(const Settling& s) {
  std::vector<OffsetFallRow> rows;
  log_ends_that_fell(s.plan, s.facts, rows);
  starts_that_fell(s.plan, s.facts, rows);
  positions_that_fell(s.plan, s.facts, rows);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const OffsetFallRow& a, const OffsetFallRow& b) { return a.at < b.at; });
  return rows;
}

}  // namespace freshet::results
