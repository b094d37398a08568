#include <algorithm>

#include "harness/plan/slo_instances.h"
#include "harness/results/quantile.h"
#include "harness/results/rows.h"

namespace freshet::results {
namespace {

// Reads that were planned and not done: nothing is known of what they would have seen but that it was not
// fresher than fresh.
measure::Histogram not_done(std::uint64_t reads) {
  measure::Histogram none;
  if (reads > 0) none.record_us(0, reads);
  return none;
}

ViewRow view_row(const Settling& s, std::size_t index, std::size_t place, int phase) {
  const plan::Read& read = s.plan.reads[index];
  const ReadCell reads = s.reads.read(index, phase);
  const ViewCell view = s.reads.view(index, place, phase);
  ViewRow row{.read = static_cast<int>(index), .phase = phase, .reads = reads.planned, .done = reads.done};
  row.stream = static_cast<int>(read.streams[place]);
  row.bound = plan::bound_of(s.plan, read.group, read.streams[place]);
  row.stale = view.stale;
  const measure::Histogram missing = not_done(reads.planned - reads.done);
  row.quantiles = quantiles({&view.staleness, &missing});
  row.caused = view.caused;
  row.caused_critical = view.caused_critical;
  row.caused_wrong = view.caused_wrong;
  row.wrong_known = s.reads.wrong_known(index);
  row.unseen_most = view.most_unseen;
  if (reads.done == 0) return row;
  row.mean = view.sum / static_cast<double>(reads.done);
  row.unseen_mean = static_cast<double>(view.unseen) / static_cast<double>(reads.done);
  return row;
}

template <class F>
void each_phase(const plan::Plan& plan, F&& f) {
  for (int phase = -1; phase < static_cast<int>(plan.phases.size()); ++phase) f(phase);
}

bool looked_at(const plan::Plan& plan, std::size_t stream, std::size_t group) {
  return std::ranges::any_of(plan.reads, [&](const plan::Read& read) {
    return read.group == group && std::ranges::find(read.streams, stream) != read.streams.end();
  });
}

}  // namespace

std::vector<ViewRow> view_rows(const Settling& s) {
  std::vector<ViewRow> rows;
  for (std::size_t read = 0; read < s.plan.reads.size(); ++read) {
    for (std::size_t place = 0; place < s.plan.reads[read].streams.size(); ++place)
      each_phase(s.plan, [&](int phase) { rows.push_back(view_row(s, read, place, phase)); });
  }
  return rows;
}

std::vector<DecisionRow> decision_rows(const Settling& s) {
  std::vector<DecisionRow> rows;
  for (std::size_t read = 0; read < s.plan.reads.size(); ++read) {
    each_phase(s.plan, [&](int phase) {
      const ReadCell cell = s.reads.read(read, phase);
      DecisionRow row{.read = static_cast<int>(read), .phase = phase};
      row.reads = cell.planned;
      row.done = cell.done;
      row.stale = cell.stale;
      row.critical = cell.critical;
      row.decides = !s.plan.reads[read].decide.empty();
      row.wrong_known = s.reads.wrong_known(read);
      row.wrong = cell.wrong;
      row.critical_wrong = cell.critical_wrong;
      row.delay = quantiles({&cell.delay, nullptr});
      rows.push_back(std::move(row));
    });
  }
  return rows;
}

std::vector<CriticalRow> critical_rows(const Settling& s) {
  std::vector<CriticalRow> rows;
  for (std::size_t pass = 0; pass < s.plan.groups.size(); ++pass) {
    for (const plan::GroupStream& reads : s.plan.groups[pass].streams) {
      if (!s.plan.streams[reads.stream].critical) continue;
      each_phase(s.plan, [&](int phase) {
        const Outcomes o = s.sums.outcomes(reads.stream, pass, -1, phase);
        CriticalRow row{
            .stream = static_cast<int>(reads.stream), .pass = static_cast<int>(pass), .phase = phase};
        row.planned = o.planned;
        row.late = s.reads.late(reads.stream, pass, phase);
        row.missed = o.planned - o.visible - o.superseded - o.unclassified;
        row.looked_at = looked_at(s.plan, reads.stream, pass);
        rows.push_back(row);
      });
    }
  }
  return rows;
}

}  // namespace freshet::results
