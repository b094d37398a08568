// A small plan to judge: one class at one group, warm-up, steady, incident, recovery.
#pragma once

#include "harness/plan/plan.h"
#include "harness/results/figures.h"

namespace freshet::judge {

inline plan::Phase make_phase(const char* name, plan::PhaseKind kind, base::Nanos begin_s,
                              base::Nanos end_s) {
  plan::Phase phase;
  phase.name = name;
  phase.kind = kind;
  phase.begin = begin_s * base::kSecond;
  phase.end = end_s * base::kSecond;
  return phase;
}

inline plan::Plan make_plan() {
  plan::Plan plan;
  plan.name = "judged";
  plan.populations.push_back({"tenants", {{"enterprise", 20, 0.45, 0}, {"rest", 1000, 0.55, 1.1}}});
  plan::Stream stream;
  stream.name = stream.klass = "chat_turn";
  stream.rate = 1000;
  stream.bound = 10 * base::kSecond;
  workloads::Segment segment;
  segment.end = 120 * base::kSecond;
  segment.rate_begin = segment.rate_end = 1000;
  stream.segments = {segment};
  plan.streams.push_back(stream);
  plan::Group group;
  group.name = "copilot";
  group.streams.push_back({0, 10 * base::kSecond});
  plan.groups.push_back(group);
  plan.phases = {make_phase("warmup", plan::PhaseKind::warmup, 0, 10),
                 make_phase("steady", plan::PhaseKind::steady, 10, 40),
                 make_phase("incident", plan::PhaseKind::incident, 40, 60),
                 make_phase("recovery", plan::PhaseKind::recovery, 60, 120)};
  return plan;
}

inline plan::Slo make_slo(plan::Figure figure, plan::Comparison comparison, double threshold) {
  plan::Slo slo;
  slo.figure = figure;
  slo.klass = "chat_turn";
  slo.group = "copilot";
  slo.comparison = comparison;
  slo.threshold = threshold;
  return slo;
}

inline plan::Slo percentile_slo(double p, base::Nanos below) {
  plan::Slo slo =
      make_slo(plan::Figure::staleness_percentile, plan::Comparison::below, static_cast<double>(below));
  slo.percentile = p;
  slo.phase = "steady";
  return slo;
}

inline results::SloEvidence bad_of(std::uint64_t bad, std::uint64_t planned) {
  results::SloEvidence evidence;
  evidence.planned = planned;
  evidence.bad = evidence.bad_without_own = bad;
  evidence.figure = {0.99, results::Quantile::Kind::exact, 24'100'000};
  return evidence;
}

inline results::SloEvidence time_of(results::Quantile::Kind kind, base::Nanos value) {
  results::SloEvidence evidence;
  evidence.planned = 1000;
  evidence.figure = {1, kind, value};
  return evidence;
}

}  // namespace freshet::judge
