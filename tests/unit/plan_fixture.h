// Plans for tests, built as the scenario module builds them.
#pragma once

#include <string>
#include <utility>

#include "harness/plan/plan.h"
#include "harness/plan/rates.h"

namespace freshet::plan {

inline workloads::Population tenants(std::uint32_t enterprise = 20, double share = 0.45,
                                     std::uint32_t others = 50'000, double skew = 1.1) {
  return {"tenants", {{"enterprise", enterprise, share, 0}, {"rest", others, 1 - share, skew}}};
}

inline Stream stream_of(std::string name, double rate, Nanos bound) {
  Stream stream;
  stream.name = name;
  stream.klass = std::move(name);
  stream.rate = rate;
  stream.bound = bound;
  return stream;
}

inline Phase phase_of(std::string name, PhaseKind kind, Nanos begin, Nanos end) {
  Phase phase;
  phase.name = std::move(name);
  phase.kind = kind;
  phase.begin = begin * base::kSecond;
  phase.end = end * base::kSecond;
  return phase;
}

inline Slo slo_of(Figure figure, double threshold, int line = 0) {
  Slo slo;
  slo.figure = figure;
  slo.threshold = threshold;
  slo.line = line;
  return slo;
}

// Design 6's example: 20 s warmup, 60 s steady, 30 s incident of chat turns, 40 s recovery.
inline Plan incident_burst() {
  Plan plan;
  plan.name = "incident-burst";
  plan.populations = {tenants()};
  plan.streams = {stream_of("account_lock", 400, 2 * base::kSecond),
                  stream_of("chat_turn", 2000, 10 * base::kSecond)};
  plan.streams[0].critical = true;
  plan.phases = {phase_of("warmup", PhaseKind::warmup, 0, 20), phase_of("steady", PhaseKind::steady, 20, 80),
                 phase_of("incident", PhaseKind::incident, 80, 110),
                 phase_of("recovery", PhaseKind::recovery, 110, 150)};
  Phase& incident = plan.phases[2];
  incident.magnitude = 8;
  incident.streams = {1};
  incident.hot_accounts = 5;
  incident.hot_share = 0.5;
  const auto group = [](std::string name, Nanos service, std::vector<GroupStream> streams) {
    Group made;
    made.name = std::move(name);
    made.members = 2;
    made.service_time = service;
    made.streams = std::move(streams);
    return made;
  };
  const std::vector<GroupStream> both = {{0, 2 * base::kSecond}, {1, 10 * base::kSecond}};
  plan.groups = {group("agent_desktop", 0, both), group("copilot", 50 * base::kMicrosecond, both),
                 group("quality_review", 100 * base::kMicrosecond, {{1, 60 * base::kSecond}})};
  plan.drain = 65 * base::kSecond;
  fill_segments(plan);
  return plan;
}

// One stream, one steady phase of `seconds`.
inline Plan steady(double rate, Nanos seconds, workloads::Population population = tenants()) {
  Plan plan;
  plan.name = "steady";
  plan.populations = {std::move(population)};
  plan.streams = {stream_of("ticket", rate, base::kSecond)};
  plan.phases = {phase_of("steady", PhaseKind::steady, 0, seconds)};
  plan.drain = 30 * base::kSecond;
  fill_segments(plan);
  return plan;
}

}  // namespace freshet::plan
