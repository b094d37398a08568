#include "harness/results/over_bound.h"

#include <algorithm>

#include "harness/results/lags.h"

namespace freshet::results {
namespace {

OverBoundRow row_of(const Spans& spans, Nanos begin, Nanos end) {
  OverBoundRow row;
  auto span = std::ranges::partition_point(spans, [&](const auto& s) { return s.second <= begin; });
  for (; span != spans.end() && span->first < end; ++span) {
    const Nanos length = std::min(span->second, end) - std::max(span->first, begin);
    if (length <= 0) continue;
    row.time += length;
    row.longest = std::max(row.longest, length);
    ++row.spells;
  }
  return row;
}

}  // namespace

Spans over_bound(const Facts& facts, std::size_t stream, std::size_t pass) {
  const auto found = facts.over.find({static_cast<std::uint16_t>(stream), static_cast<std::uint16_t>(pass)});
  if (found == facts.over.end()) return {};
  Spans spans;
  for (const measure::OverBound& span : found->second) spans.emplace_back(span.from, span.until);
  std::sort(spans.begin(), spans.end());
  Spans apart;
  for (const auto& [from, until] : spans) {
    if (!apart.empty() && from <= apart.back().second) {
      apart.back().second = std::max(apart.back().second, until);
    } else {
      apart.emplace_back(from, until);
    }
  }
  return apart;
}

Nanos length_within(const Spans& spans, Nanos begin, Nanos end) {
  return row_of(spans, begin, end).time;
}

std::vector<OverBoundRow> over_bound_rows(const plan::Plan& plan, const Facts& facts) {
  std::vector<OverBoundRow> rows;
  for (std::size_t pass = 0; pass < plan.groups.size(); ++pass) {
    for (const plan::GroupStream& read : plan.groups[pass].streams) {
      const Spans spans = over_bound(facts, read.stream, pass);
      const std::size_t first = rows.size();
      OverBoundRow all{.stream = static_cast<int>(read.stream), .pass = static_cast<int>(pass)};
      rows.push_back(all);
      for (std::size_t phase = 0; phase < plan.phases.size(); ++phase) {
        const Nanos end = std::min(plan.phases[phase].end, planned_until(plan, facts));
        OverBoundRow row = row_of(spans, plan.phases[phase].begin, end);
        row.stream = all.stream;
        row.pass = all.pass;
        row.phase = static_cast<int>(phase);
        rows.push_back(row);
        if (!plan.phases[phase].measured()) continue;
        // What goes on over the turn of a phase is a spell of each.
        rows[first].time += row.time;
        rows[first].longest = std::max(rows[first].longest, row.longest);
        rows[first].spells += row.spells;
      }
    }
  }
  return rows;
}

}  // namespace freshet::results
