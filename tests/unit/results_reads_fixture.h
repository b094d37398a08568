// A plan with reads, and reads made up by hand.
#pragma once

#include <vector>

#include "harness/measure/view.h"
#include "harness/plan/reads.h"
#include "tests/unit/results_fixture.h"

namespace freshet::results {

using measure::kNothingYet;
using measure::LoggedRead;

// A second stream with two keys an account, critical; one background read of both streams.
inline plan::Plan plan_with_reads(double rate = 40) {
  plan::Plan plan = small_plan();
  plan.streams.push_back(plan::stream_of("lock", 30, kSecond / 2));
  plan.streams[1].critical = true;
  plan.streams[1].key = plan::KeyKind::kase;
  plan.streams[1].keys_per_account = 2;
  plan.groups[0].streams.push_back({1, kSecond / 2});
  plan.reads = {{.name = "opens", .group = 0, .streams = {0, 1}, .rate = rate}};
  plan::fill_segments(plan);
  return plan;
}

struct PlannedEvent {
  std::size_t stream;
  std::uint32_t key;
  Nanos tau;
};

inline std::vector<PlannedEvent> events_of(const MadeRun& run) {
  std::vector<PlannedEvent> events;
  for (std::size_t stream = 0; stream < run.plan().streams.size(); ++stream) {
    for (plan::MergeCursor c(run.lanes(stream), 0, 1); !c.done(); c.advance())
      events.push_back({stream, c.event().key, c.tau()});
  }
  return events;
}

inline std::vector<plan::StreamLanes> lanes_of(const plan::Plan& plan) {
  std::vector<plan::StreamLanes> lanes;
  for (std::size_t stream = 0; stream < plan.streams.size(); ++stream) lanes.emplace_back(plan, stream);
  return lanes;
}

// Every planned read, done `late` after its time, having seen of each key what `seen(stream, key, at)` says.
template <class Seen>
std::vector<LoggedRead> done_reads(const plan::Plan& plan, Nanos late, Seen&& seen) {
  std::vector<LoggedRead> all;
  const auto lanes = lanes_of(plan);
  for (std::size_t read = 0; read < plan.reads.size(); ++read) {
    for (plan::ReadCursor cursor(plan, lanes, read); !cursor.done(); cursor.advance()) {
      LoggedRead row{.read = static_cast<std::uint16_t>(read), .n = cursor.read().n};
      row.account = cursor.read().account;
      row.due = cursor.due();
      row.at = row.due + late;
      for (const std::size_t stream : plan.reads[read].streams) {
        const std::uint32_t keys = plan.streams[stream].keys_of_account();
        for (std::uint32_t key = row.account * keys; key < (row.account + 1) * keys; ++key)
          row.words.push_back(seen(stream, key, row.at));
      }
      all.push_back(std::move(row));
    }
  }
  return all;
}

}  // namespace freshet::results
