#include "harness/plan/slo_instances.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "harness/base/text.h"
#include "harness/plan/expected.h"
#include "harness/plan/reads.h"

namespace freshet::plan {
namespace {

bool is_of_critical_events(Figure figure) {
  return figure == Figure::late || figure == Figure::missed;
}

bool by_phase(Figure figure) {
  return figure == Figure::staleness_percentile || figure == Figure::staleness_share ||
         figure == Figure::freshness_lag || figure == Figure::time_over_bound || is_of_reads(figure) ||
         is_of_critical_events(figure);
}

bool by_tier(Figure figure) {
  return figure == Figure::staleness_percentile || figure == Figure::staleness_share;
}

std::string figure_text(const Slo& slo) {
  switch (slo.figure) {
    case Figure::staleness_percentile:
      return fmt::format("staleness p{:g}", slo.percentile * 100);
    case Figure::staleness_share:
      return "staleness share";
    case Figure::lost:
      return "lost";
    case Figure::duplicate:
      return "duplicate";
    case Figure::out_of_order:
      return "out of order";
    case Figure::freshness_lag:
      return "freshness lag";
    case Figure::time_to_fresh:
      return "time to fresh";
    case Figure::view_staleness:
      return fmt::format("view staleness p{:g}", slo.percentile * 100);
    case Figure::stale_decisions:
      return "stale decisions";
    case Figure::critical_stale_decisions:
      return "critical stale decisions";
    case Figure::late:
      return "late";
    case Figure::missed:
      return "missed";
    case Figure::time_over_bound:
      return "time over bound";
    case Figure::wrong_decisions:
      return "wrong decisions";
    case Figure::critical_wrong_decisions:
      return "critical wrong decisions";
  }
  return "";
}

// As the scenario would write it: "2 s", "1.5 s", "20 ms".
std::string threshold_duration(double ns) {
  if (ns >= 1e9) return fmt::format("{:g} s", ns / 1e9);
  if (ns >= 1e6) return fmt::format("{:g} ms", ns / 1e6);
  return fmt::format("{:g} us", ns / 1e3);
}

std::string threshold_text(const Slo& slo) {
  const char* word = slo.comparison == Comparison::below   ? "below"
                     : slo.comparison == Comparison::above ? "above"
                                                           : "exactly";
  switch (slo.figure) {
    case Figure::staleness_share:
    case Figure::stale_decisions:
    case Figure::critical_stale_decisions:
    case Figure::wrong_decisions:
    case Figure::critical_wrong_decisions:
      return fmt::format("{} {:g} %", word, slo.threshold * 100);
    case Figure::lost:
    case Figure::duplicate:
    case Figure::out_of_order:
    case Figure::late:
    case Figure::missed:
      return fmt::format("{} {:g}", word, slo.threshold);
    default:
      return fmt::format("{} {}", word, threshold_duration(slo.threshold));
  }
}

// Expands one SLO. Selectors are checked first, so that a misspelt name is not "matches nothing".
class Expansion {
 public:
  Expansion(const Plan& plan, std::size_t slo, SloInstances& out)
      : plan_(plan), slo_(plan.slos[slo]), index_(slo), out_(out) {}

  void run() {
    if (!selectors_apply() || !names_exist()) return;
    const std::size_t before = out_.instances.size();
    if (is_of_reads(slo_.figure)) {
      for (std::size_t read = 0; read < plan_.reads.size(); ++read) expand_read(read);
      if (out_.instances.size() == before && !failed_) error(nothing());
      return;
    }
    for (std::size_t stream = 0; stream < plan_.streams.size(); ++stream) {
      if (!slo_.klass.empty() && plan_.streams[stream].klass != slo_.klass) continue;
      for (std::size_t group = 0; group < plan_.groups.size(); ++group) expand_group(stream, group);
    }
    if (out_.instances.size() == before && !failed_) error(nothing());
    if (slo_.steady && !failed_ && !asks_of_a_steady_phase(before)) {
      error(fmt::format("asks to be steady, but it is judged in no steady phase of at least {} (V6)",
                        threshold_duration(static_cast<double>(kShortestSteady))));
    }
  }

 private:
  void error(const std::string& problem) {
    failed_ = true;
    out_.errors.push_back({fmt::format("SLO \"{}\": {}", figure_text(slo_), problem), slo_.line});
  }

  bool selectors_apply() {
    const bool percentile =
        slo_.figure == Figure::staleness_percentile || slo_.figure == Figure::view_staleness;
    if (percentile && !(slo_.percentile > 0 && slo_.percentile < 1)) {
      error("a percentile lies between p0 and p100, both excluded");
    }
    if (!slo_.tier.empty() && !by_tier(slo_.figure)) error("has no tiers: leave out `tier`");
    if (!slo_.read.empty() && !is_of_reads(slo_.figure)) error("is not of reads: leave out `read`");
    if (!slo_.klass.empty() && is_of_decisions(slo_.figure))
      error("is of all the classes that a read looks at: leave out `class`");
    if (!slo_.after.empty() && slo_.figure != Figure::time_to_fresh) {
      error("`after` belongs to \"time to fresh\": use `phase`");
    }
    if (!slo_.phase.empty() && slo_.figure == Figure::time_to_fresh) {
      error("counts from the end of a disturbance: use `after` instead of `phase`");
    } else if (!slo_.phase.empty() && !by_phase(slo_.figure)) {
      error("is counted over the whole run: leave out `phase`");
    }
    return !failed_;
  }

  bool asks_of_a_steady_phase(std::size_t first) const {
    return std::any_of(out_.instances.begin() + static_cast<std::ptrdiff_t>(first), out_.instances.end(),
                       [&](const SloInstance& instance) {
                         const Phase& phase = plan_.phases[instance.phase];
                         return phase.kind == PhaseKind::steady && phase.end - phase.begin >= kShortestSteady;
                       });
  }

  void expect_name(const char* selector, const std::string& name, const std::vector<std::string>& legal) {
    if (name.empty() || std::find(legal.begin(), legal.end(), name) != legal.end()) return;
    const std::string near = base::nearest(name, legal);
    error(fmt::format(
        "{} \"{}\" is not in the scenario{}", selector, name,
        near.empty()
            ? fmt::format("; it has {}", legal.empty() ? "none" : fmt::format("{}", fmt::join(legal, ", ")))
            : fmt::format(" (nearest: \"{}\")", near)));
  }

  static void add_names(const Phase& phase, std::vector<std::string>& names) {
    if (!phase.isolation.empty() && std::ranges::find(names, phase.isolation) == names.end())
      names.push_back(phase.isolation);
    names.push_back(phase.name);
  }

  bool names_exist() {
    std::vector<std::string> classes, groups, tiers, phases, disturbances, reads;
    for (const Read& read : plan_.reads) reads.push_back(read.name);
    for (const Stream& stream : plan_.streams) classes.push_back(stream.klass);
    for (const Group& group : plan_.groups) groups.push_back(group.name);
    for (const auto& population : plan_.populations) {
      for (const auto& tier : population.tiers) tiers.push_back(tier.name);
    }
    for (const Phase& phase : plan_.phases) {
      add_names(phase, phases);
      if (phase.disturbance()) add_names(phase, disturbances);
    }
    expect_name("class", slo_.klass, classes);
    expect_name("group", slo_.group, groups);
    expect_name("read", slo_.read, reads);
    expect_name("tier", slo_.tier, tiers);
    expect_name("phase", slo_.phase, phases);
    expect_name("disturbance", slo_.after, disturbances);
    if (failed_ || slo_.phase.empty()) return !failed_;
    const auto named = std::find_if(plan_.phases.begin(), plan_.phases.end(), [&](const Phase& phase) {
      return is_called(phase, slo_.phase) && phase.measured();
    });
    if (named == plan_.phases.end()) error(fmt::format("phase \"{}\" is not measured (T2)", slo_.phase));
    return !failed_;
  }

  void expand_read(std::size_t index) {
    const Read& read = plan_.reads[index];
    if (!slo_.read.empty() && read.name != slo_.read) return;
    if (!slo_.group.empty() && plan_.groups[read.group].name != slo_.group) return;
    const bool looks_at_critical =
        std::ranges::any_of(read.streams, [&](std::size_t stream) { return plan_.streams[stream].critical; });
    if (is_of_critical_decisions(slo_.figure) && !looks_at_critical) return;
    if (is_of_wrong_decisions(slo_.figure) && read.decide.empty()) return;
    for (const std::size_t stream : read.streams) {
      if (!slo_.klass.empty() && plan_.streams[stream].klass != slo_.klass) continue;
      for (std::size_t phase = 0; phase < plan_.phases.size(); ++phase) {
        const Phase& where = plan_.phases[phase];
        const bool selected = slo_.phase.empty() || is_called(where, slo_.phase);
        if (!where.measured() || !selected || expected_reads(plan_, read, where.begin, where.end) <= 0)
          continue;
        out_.instances.push_back({index_, stream, read.group, -1, phase, index});
      }
      if (is_of_decisions(slo_.figure)) return;
    }
  }

  // A figure of critical events; `late` is found out by reads.
  bool has_critical(std::size_t stream, std::size_t group) const {
    if (!plan_.streams[stream].critical) return false;
    return slo_.figure == Figure::missed || std::ranges::any_of(plan_.reads, [&](const Read& read) {
             return read.group == group && std::ranges::find(read.streams, stream) != read.streams.end();
           });
  }

  void expand_group(std::size_t stream, std::size_t group) {
    const Group& reader = plan_.groups[group];
    if (is_of_critical_events(slo_.figure) && !has_critical(stream, group)) return;
    if (!slo_.group.empty() && reader.name != slo_.group) return;
    if (std::none_of(reader.streams.begin(), reader.streams.end(),
                     [&](const GroupStream& reads) { return reads.stream == stream; })) {
      return;
    }
    int tier = -1;
    if (!slo_.tier.empty()) {
      const auto& tiers = plan_.populations[plan_.streams[stream].population].tiers;
      const auto found =
          std::find_if(tiers.begin(), tiers.end(), [&](const auto& t) { return t.name == slo_.tier; });
      if (found == tiers.end()) return;
      tier = static_cast<int>(found - tiers.begin());
    }
    expand_phases({index_, stream, group, tier, kWholeRun});
  }

  void expand_phases(SloInstance instance) {
    if (slo_.figure != Figure::time_to_fresh && !by_phase(slo_.figure)) {
      if (expected_events(plan_, instance.stream, -1, 0, plan_.end()) > 0) out_.instances.push_back(instance);
      return;
    }
    for (std::size_t phase = 0; phase < plan_.phases.size(); ++phase) {
      const Phase& where = plan_.phases[phase];
      instance.phase = phase;
      if (slo_.figure == Figure::time_to_fresh) {
        if (where.disturbance() && (slo_.after.empty() || is_called(where, slo_.after)))
          expand_disturbance(instance);
      } else if (where.measured() && (slo_.phase.empty() || is_called(where, slo_.phase)) &&
                 expected_events(plan_, instance.stream, instance.tier, where.begin, where.end) > 0) {
        out_.instances.push_back(instance);
      }
    }
  }

  // D1: x and the hold have to end inside a planned phase and before the next disturbance, or nobody could
  // tell.
  void expand_disturbance(const SloInstance& instance) {
    if (expected_events(plan_, instance.stream, -1, 0, plan_.end()) <= 0) return;
    const Phase& disturbance = plan_.phases[instance.phase];
    const auto needed = static_cast<Nanos>(slo_.threshold) + plan_.hold;
    const Nanos following = plan_.end() - disturbance.end;
    const Next next = next_disturbance(instance.phase);
    if (slo_.comparison == Comparison::below && (following < needed || next.at - disturbance.end < needed)) {
      std::string problem =
          fmt::format("{} after {} needs {} of phases after it (the time and the hold of {})",
                      threshold_text(slo_), disturbance.name, threshold_duration(static_cast<double>(needed)),
                      threshold_duration(static_cast<double>(plan_.hold)));
      problem += following < needed
                     ? fmt::format("; {} follow (D1)", short_time(following))
                     : fmt::format(" before the next disturbance; {} {} (D1)", next.what,
                                   next.at == disturbance.end
                                       ? "begins at once"
                                       : "begins " + short_time(next.at - disturbance.end) + " after it");
      if (problem != last_problem_) error(problem);
      last_problem_ = problem;
      return;
    }
    out_.instances.push_back(instance);
  }

  static std::string short_time(Nanos time) {
    return time == 0 ? "none" : threshold_duration(static_cast<double>(time));
  }

  struct Next {
    Nanos at = 0;
    std::string what;
  };
  // Phases that disturb, and what undoes a fault after its phase is over.
  Next next_disturbance(std::size_t phase) const {
    const Nanos since = plan_.phases[phase].end;
    Next next{base::kNever, ""};
    for (std::size_t p = phase + 1; p < plan_.phases.size() && next.what.empty(); ++p) {
      if (plan_.phases[p].disturbance()) next = {plan_.phases[p].begin, plan_.phases[p].name};
    }
    for (const Fault& fault : plan_.faults) {
      const Nanos at = fault.at + fault.after;
      if (!fault.undo.empty() && at >= since && at < next.at && at >= plan_.phases[fault.phase].end)
        next = {at, fmt::format("the undo of a fault in {}", plan_.phases[fault.phase].name)};
    }
    return next;
  }

  std::string nothing() const {
    if (slo_.figure == Figure::time_to_fresh) {
      const bool none = std::none_of(plan_.phases.begin(), plan_.phases.end(),
                                     [](const Phase& phase) { return phase.disturbance(); });
      if (none)
        return "the scenario has no disturbance (incident, replay, backlog, bootstrap, change or fault) to "
               "recover from";
    }
    if (is_of_reads(slo_.figure)) {
      if (is_of_wrong_decisions(slo_.figure) &&
          std::ranges::all_of(plan_.reads, [](const Read& read) { return read.decide.empty(); }))
        return "no read of the scenario has a decide function";
      return plan_.reads.empty()
                 ? "the scenario has no reads"
                 : "matches no planned read: none of the selection looks at such a class, or is due there "
                   "(E9)";
    }
    if (is_of_critical_events(slo_.figure)) {
      return slo_.figure == Figure::late
                 ? "matches no critical event that a read of the group looks at (E9)"
                 : "matches no critical event: no stream of the selection has critical = true, or nothing is "
                   "sent there (E9)";
    }
    return "matches no planned event: no group of the selection reads the class, or nothing is sent there "
           "(E9)";
  }

  const Plan& plan_;
  const Slo& slo_;
  std::size_t index_;
  SloInstances& out_;
  bool failed_ = false;
  std::string last_problem_;  // groups would only repeat it
};

}  // namespace

SloInstances slo_instances(const Plan& plan) {
  SloInstances out;
  for (std::size_t slo = 0; slo < plan.slos.size(); ++slo) Expansion(plan, slo, out).run();
  return out;
}

bool is_of_reads(Figure figure) {
  return figure == Figure::view_staleness || is_of_decisions(figure);
}

bool is_of_decisions(Figure figure) {
  return figure == Figure::stale_decisions || figure == Figure::critical_stale_decisions ||
         is_of_wrong_decisions(figure);
}

bool is_of_wrong_decisions(Figure figure) {
  return figure == Figure::wrong_decisions || figure == Figure::critical_wrong_decisions;
}

bool is_of_critical_decisions(Figure figure) {
  return figure == Figure::critical_stale_decisions || figure == Figure::critical_wrong_decisions;
}

bool is_called(const Phase& phase, std::string_view name) {
  return phase.name == name || (!phase.isolation.empty() && phase.isolation == name);
}

std::string describe(const Plan& plan, const SloInstance& instance) {
  const Slo& slo = plan.slos[instance.slo];
  const Stream& stream = plan.streams[instance.stream];
  if (is_of_decisions(slo.figure)) {
    return fmt::format("{} of {} at {} in {} {}", figure_text(slo), plan.reads[instance.read].name,
                       plan.groups[instance.group].name, plan.phases[instance.phase].name,
                       threshold_text(slo));
  }
  std::string text = fmt::format("{} of {}", figure_text(slo), stream.klass);
  if (stream.name != stream.klass) text += fmt::format(" (stream {})", stream.name);
  if (instance.tier >= 0) {
    const auto& tier = plan.populations[stream.population].tiers[static_cast<std::size_t>(instance.tier)];
    text += fmt::format(", tier {},", tier.name);
  }
  text += fmt::format(" at {}", plan.groups[instance.group].name);
  if (instance.read != kNoRead) text += fmt::format(", read by {},", plan.reads[instance.read].name);
  if (instance.phase != kWholeRun) {
    text += fmt::format(" {} {}", slo.figure == Figure::time_to_fresh ? "after" : "in",
                        plan.phases[instance.phase].name);
  }
  return fmt::format("{} {}", text, threshold_text(slo));
}

Nanos bound_of(const Plan& plan, std::size_t group, std::size_t stream) {
  for (const GroupStream& reads : plan.groups[group].streams) {
    if (reads.stream == stream) return reads.bound;
  }
  return plan.streams[stream].bound;
}

}  // namespace freshet::plan
