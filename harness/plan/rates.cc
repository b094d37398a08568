#include "harness/plan/rates.h"

#include <algorithm>
#include <cassert>

namespace freshet::plan {
namespace {

using workloads::Segment;

// Appends a stretch; one without length is left out.
void append(std::vector<Segment>& segments, Segment segment) {
  if (segment.end > segment.begin) segments.push_back(segment);
}

void append_incident(std::vector<Segment>& segments, const Phase& phase, double base) {
  assert(phase.ramp + phase.decay <= phase.end - phase.begin);
  const double peak = base * phase.magnitude;
  const Nanos plateau = phase.begin + phase.ramp;
  const Nanos decay = phase.end - phase.decay;
  const double hot = phase.hot_accounts > 0 ? phase.hot_share : 0.0;
  const unsigned accounts = hot > 0 ? phase.hot_accounts : 0;
  append(segments, {phase.begin, plateau, base, peak, hot, accounts});
  append(segments, {plateau, decay, peak, peak, hot, accounts});
  append(segments, {decay, phase.end, peak, base, hot, accounts});
}

void append_phase(std::vector<Segment>& segments, const Phase& phase, std::size_t stream, double base) {
  if (phase.kind == PhaseKind::rest) {
    append(segments, {phase.begin, phase.end, 0, 0, 0, 0});
  } else if (!changes(phase, stream)) {
    append(segments, {phase.begin, phase.end, base, base, 0, 0});
  } else if (phase.kind == PhaseKind::ramp) {
    append(segments, {phase.begin, phase.end, base * phase.from, base * phase.to, 0, 0});
  } else {
    append_incident(segments, phase, base);
  }
}

}  // namespace

bool changes(const Phase& phase, std::size_t stream) {
  if (phase.kind == PhaseKind::rest) return true;
  if (phase.kind != PhaseKind::ramp && phase.kind != PhaseKind::incident) return false;
  return phase.streams.empty() ||
         std::find(phase.streams.begin(), phase.streams.end(), stream) != phase.streams.end();
}

void fill_segments(Plan& plan) {
  for (std::size_t stream = 0; stream < plan.streams.size(); ++stream) {
    std::vector<Segment> segments;
    for (const Phase& phase : plan.phases) append_phase(segments, phase, stream, plan.streams[stream].rate);
    plan.streams[stream].segments = std::move(segments);
  }
}

double rate_at(const Stream& stream, Nanos tau) {
  for (const Segment& segment : stream.segments) {
    if (tau >= segment.begin && tau < segment.end) return segment.rate(tau);
  }
  return 0;
}

double peak_rate(const Stream& stream, Nanos begin, Nanos end) {
  double peak = 0;
  for (const Segment& segment : stream.segments) {
    const Nanos from = std::max(begin, segment.begin), to = std::min(end, segment.end);
    if (from < to) peak = std::max({peak, segment.rate(from), segment.rate(to)});
  }
  return peak;
}

}  // namespace freshet::plan
