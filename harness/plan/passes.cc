#include "harness/plan/passes.h"

#include <algorithm>

namespace freshet::plan {
namespace {

double bytes_of(const Stream& stream, Nanos begin, Nanos end) {
  const workloads::Segment before{-stream.prefill, 0, stream.rate, stream.rate, 0, 0};
  double events = before.mass(begin, end);
  for (const workloads::Segment& segment : stream.segments) events += segment.mass(begin, end);
  return events * workloads::SizeTable(stream.size).mean();
}

// The latest τ from which on the streams write that many bytes before `until`.
Nanos bytes_before(const Plan& plan, const std::vector<std::size_t>& streams, Nanos until, double bytes) {
  Nanos early = 0;
  for (const std::size_t stream : streams) early = std::min(early, -plan.streams[stream].prefill);
  if (expected_bytes(plan, streams, early, until) <= bytes) return kWholeLog;
  Nanos late = until;
  while (late - early > 1) {
    const Nanos middle = early + (late - early) / 2;
    (expected_bytes(plan, streams, middle, until) >= bytes ? early : late) = middle;
  }
  return early;
}

}  // namespace

double expected_bytes(const Plan& plan, const std::vector<std::size_t>& streams, Nanos begin, Nanos end) {
  double sum = 0;
  for (const std::size_t stream : streams) sum += bytes_of(plan.streams[stream], begin, end);
  return sum;
}

Nanos starts_at(const Plan& plan, const Replay& replay) {
  const Nanos begins = plan.phases[replay.phase].begin;
  switch (replay.start) {
    case PassStart::ago:
      return begins - replay.ago;
    case PassStart::bytes:
      return bytes_before(plan, replay.streams, begins, replay.bytes);
    case PassStart::beginning:
    case PassStart::offset:
      break;
  }
  return kWholeLog;
}

}  // namespace freshet::plan
