// What roles write into the trace (measure/trace.h). Each call costs a comparison when there is none.
#pragma once

#include "harness/engine/waiting.h"
#include "harness/measure/envelope.h"
#include "harness/measure/recorder.h"
#include "harness/plan/lanes.h"

namespace freshet::engine {

using measure::TraceKind;
using measure::TraceRecord;

// The producing side.
inline void trace_send(measure::Recorder& recorder, TraceKind kind, std::size_t stream,
                       std::int32_t partition, const plan::Event& event, bool stalled, base::Nanos at,
                       bool own = false) {
  if (!recorder.traces()) return;
  recorder.trace({.kind = kind,
                  .flags = stalled ? measure::kStalled : std::uint8_t{0},
                  .tier = event.tier,
                  .detail = own,
                  .stream = static_cast<std::uint16_t>(stream),
                  .pass = measure::kNoPass,
                  .lane = event.lane,
                  .partition = partition,
                  .at = at,
                  .n = event.n,
                  .tau = event.tau,
                  .sent = kind == TraceKind::sent ? at : 0,
                  .key = event.key,
                  .bytes = event.size});
}

inline void trace_report(measure::Recorder& recorder, const measure::Envelope& envelope,
                         std::int32_t partition, cluster::Persisted persisted, std::int64_t offset,
                         base::Nanos at) {
  if (!recorder.traces()) return;
  const std::uint8_t detail = persisted == cluster::Persisted::yes        ? 2
                              : persisted == cluster::Persisted::possibly ? 1
                                                                          : 0;
  recorder.trace({.kind = TraceKind::report,
                  .flags = envelope.flags,
                  .tier = envelope.tier,
                  .detail = detail,
                  .stream = envelope.stream,
                  .pass = measure::kNoPass,
                  .lane = envelope.lane,
                  .partition = partition,
                  .at = at,
                  .n = envelope.n,
                  .tau = envelope.tau,
                  .sent = envelope.sent,
                  .offset = offset,
                  .key = envelope.key});
}

// The consuming side: whose record it is.
struct TracePlace {
  std::uint16_t stream = 0, pass = 0, member = 0;
  std::int32_t partition = 0;
};

inline void trace_seen(measure::Recorder& recorder, const TracePlace& place, const measure::Received& record,
                       base::Nanos visible) {
  if (!recorder.traces()) return;
  recorder.trace({.kind = TraceKind::seen,
                  .flags = record.flags,
                  .tier = record.tier,
                  .detail = static_cast<std::uint8_t>(record.attempt < 255 ? record.attempt : 255),
                  .stream = place.stream,
                  .pass = place.pass,
                  .member = place.member,
                  .lane = record.lane,
                  .partition = place.partition,
                  .at = visible,
                  .n = record.n,
                  .tau = record.tau,
                  .sent = record.sent,
                  .received = record.received,
                  .offset = record.offset,
                  .key = record.key,
                  .bytes = record.bytes});
}

// No event's: a partition that comes and goes, a position that moves without one, a record of somebody
// else's.
inline void trace_place(measure::Recorder& recorder, TraceKind kind, const TracePlace& place,
                        std::int64_t offset, base::Nanos at, std::uint8_t detail = 0) {
  if (!recorder.traces()) return;
  recorder.trace({.kind = kind,
                  .detail = detail,
                  .stream = place.stream,
                  .pass = place.pass,
                  .member = place.member,
                  .lane = UINT16_MAX,
                  .partition = place.partition,
                  .at = at,
                  .n = static_cast<std::uint64_t>(offset),
                  .offset = offset});
}

}  // namespace freshet::engine
