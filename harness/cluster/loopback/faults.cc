#include "harness/cluster/loopback/faults.h"

#include <algorithm>

namespace freshet::cluster::loopback {
namespace {

bool within(const LoopbackFault& fault, Nanos at) {
  return fault.from <= at && at < fault.until;
}

}  // namespace

void Faults::add(const LoopbackFault& fault, const std::string& topic, std::int32_t partition) {
  if (!fault.topic.empty() && fault.topic != topic) return;
  if (fault.partition >= 0 && fault.partition != partition) return;
  scripted_.push_back({fault, 0});
}

const LoopbackFault* Faults::hit(LoopbackFault::Kind kind, Nanos at) {
  const LoopbackFault* found = nullptr;
  for (Scripted& s : scripted_) {
    if (s.fault.kind != kind || !within(s.fault, at)) continue;
    ++s.seen;
    if (!found && (s.fault.every == 0 || s.seen % s.fault.every == 0)) found = &s.fault;
  }
  return found;
}

Nanos Faults::stalled_until(Nanos at) const {
  Nanos until = at;
  for (const Scripted& s : scripted_) {
    if (s.fault.kind == LoopbackFault::Kind::stall && within(s.fault, at))
      until = std::max(until, s.fault.until);
  }
  return until;
}

}  // namespace freshet::cluster::loopback
