#include "harness/judge/validity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/text.h"
#include "harness/judge/rules.h"
#include "harness/judge/slo.h"
#include "harness/plan/durability.h"

namespace freshet::judge {
namespace {

using base::format_duration;
using base::format_share;
using results::SloEvidence;

// V1 and V4 allow 5 % of the bound, V5 10 %. Integers: 20 times the figure against the bound.
constexpr Nanos kOwnPart = 20;
constexpr Nanos kClockPart = 10;

std::string id(std::string_view number) {
  return std::string(rule(number).id);
}

struct Gated {
  std::size_t instance = 0;
  Nanos figure = 0, bound = 0;
};

// The SLO instance whose `member` is the largest part of its bound; instances without a bound are left out.
bool worst_part(const plan::Plan& plan, const std::vector<plan::SloInstance>& instances,
                const results::Figures& figures, Nanos SloEvidence::*member, Gated& worst) {
  bool found = false;
  double part = -1;
  for (std::size_t i = 0; i < instances.size() && i < figures.slos.size(); ++i) {
    const Nanos bound = gated_bound(plan, instances[i]);
    if (bound <= 0) continue;
    const Nanos figure = figures.slos[i].*member;
    const double this_part = static_cast<double>(figure) / static_cast<double>(bound);
    if (this_part <= part) continue;
    part = this_part;
    worst = {i, figure, bound};
    found = true;
  }
  return found;
}

void set_against_bound(Validity& rule, const plan::Plan& plan, const plan::SloInstance& instance,
                       const Gated& worst) {
  rule.holds = worst.figure * kOwnPart <= worst.bound;
  rule.figure = format_duration(worst.figure);
  rule.limit = format_duration(worst.bound / kOwnPart);
  rule.sentence += fmt::format(" (5 % of the bound; worst for: {})", plan::describe(plan, instance));
}

// No event was sent outside of a stall episode, so the harness's own delay is not known.
bool stalled_throughout(const results::Figures& figures) {
  const auto of_no_event = [](const results::ProducerRow& row) {
    return row.own_delay.empty() || row.own_delay.front().n == 0;
  };
  return !figures.producers.empty() && std::ranges::all_of(figures.producers, of_no_event);
}

Validity own_delay(const plan::Plan& plan, const std::vector<plan::SloInstance>& instances,
                   const results::Figures& figures) {
  Validity rule{id("V1"), true, "the harness's own send delay at the gated quantile", "none", ""};
  for (std::size_t i = 0; i < instances.size() && i < figures.slos.size(); ++i) {
    const plan::Slo& slo = plan.slos[instances[i].slo];
    const SloEvidence& evidence = figures.slos[i];
    if (holds(slo, evidence) || !holds_without_own(slo, evidence)) continue;
    rule.holds = false;
    rule.sentence = fmt::format("an SLO fails only by events that the harness itself made late: {}",
                                plan::describe(plan, instances[i]));
    rule.figure = fmt::format("{} bad", base::format_count(evidence.bad));
    rule.limit = fmt::format("{} bad without own causes", base::format_count(evidence.bad_without_own));
    return rule;
  }
  Gated worst;
  if (!worst_part(plan, instances, figures, &SloEvidence::own_delay, worst)) {
    rule.sentence += ": no SLO has a bound to compare it with";
    return rule;
  }
  set_against_bound(rule, plan, instances[worst.instance], worst);
  if (!stalled_throughout(figures)) return rule;
  rule.figure = "unknown";
  rule.sentence +=
      ": no measured event was sent outside of a stall episode, in which the client's queue is full";
  return rule;
}

Validity own_not_sent(const plan::Plan& plan, const results::Figures& figures) {
  Validity rule{id("V2"), true, "events of a phase that the harness itself did not send", "none", "1 %"};
  const results::OwnNotSentRow* worst = nullptr;
  double part = 0;
  for (const results::OwnNotSentRow& row : figures.own_not_sent) {
    if (row.planned == 0 || row.not_sent_own == 0) continue;
    // Exact, and the worst row can only be worse than any other that breaks the rule.
    if (row.not_sent_own * 100 > row.planned) rule.holds = false;
    const double this_part = static_cast<double>(row.not_sent_own) / static_cast<double>(row.planned);
    if (this_part <= part) continue;
    part = this_part;
    worst = &row;
  }
  if (!worst) return rule;
  rule.figure = format_share(part);
  rule.sentence += fmt::format(" (worst: {} of {} of {} in {})", base::format_count(worst->not_sent_own),
                               base::format_count(worst->planned),
                               plan.streams[static_cast<std::size_t>(worst->stream)].klass,
                               plan.phases[static_cast<std::size_t>(worst->phase)].name);
  return rule;
}

// What is not read is the reader's own doing, as what is not sent is the sender's.
void reads_not_done(const plan::Plan& plan, const results::Figures& figures, Validity& rule) {
  for (const results::DecisionRow& row : figures.decisions) {
    if (row.phase < 0 || row.unresolved() * 100 <= row.reads) continue;
    if (!rule.holds) return;
    rule.holds = false;
    rule.sentence = fmt::format("planned reads of a phase that were not done ({} of {} of {} in {})",
                                base::format_count(row.unresolved()), base::format_count(row.reads),
                                plan.reads[static_cast<std::size_t>(row.read)].name,
                                plan.phases[static_cast<std::size_t>(row.phase)].name);
    rule.figure = format_share(static_cast<double>(row.unresolved()) / static_cast<double>(row.reads));
  }
}

Validity receiver_bound(const plan::Plan& plan, const results::Figures& figures) {
  Validity rule{id("V3"), true, "seconds in which a member's own work filled over 80 % with data queued",
                "none", "1 % of the measured seconds, or two"};
  std::uint64_t most = 0;
  for (const results::ReceiverRow& row : figures.receivers) {
    if (row.bound_seconds * 100 > row.measured_seconds && row.bound_seconds >= 3) rule.holds = false;
    if (row.bound_seconds <= most) continue;
    most = row.bound_seconds;
    const auto pass = static_cast<std::size_t>(row.pass);
    const std::string& name =
        pass < plan.groups.size() ? plan.groups[pass].name : plan.replays[pass - plan.groups.size()].name;
    rule.figure = fmt::format("{} of {} s (member {} of {})", row.bound_seconds, row.measured_seconds,
                              row.member, name);
  }
  return rule;
}

Validity host_stall(const plan::Plan& plan, const std::vector<plan::SloInstance>& instances,
                    const results::Figures& figures) {
  Validity rule{id("V4"), true, "lateness of a 1 ms timer on this host at the gated quantile", "none", ""};
  Gated worst;
  if (!worst_part(plan, instances, figures, &SloEvidence::hiccup, worst)) {
    rule.sentence += ": no SLO has a bound to compare it with";
    return rule;
  }
  set_against_bound(rule, plan, instances[worst.instance], worst);
  return rule;
}

Nanos smallest_bound(const plan::Plan& plan, const std::vector<plan::SloInstance>& instances) {
  Nanos smallest = base::kNever;
  for (const plan::Stream& stream : plan.streams) {
    if (stream.bound > 0) smallest = std::min(smallest, stream.bound);
  }
  for (const plan::Group& group : plan.groups) {
    for (const plan::GroupStream& read : group.streams) {
      if (read.bound > 0) smallest = std::min(smallest, read.bound);
    }
  }
  for (const plan::SloInstance& instance : instances) {
    if (const Nanos bound = gated_bound(plan, instance); bound > 0) smallest = std::min(smallest, bound);
  }
  return smallest == base::kNever ? base::kSecond : smallest;
}

// On one host all stamps of D come from one monotonic clock, so its error is nil: what remains of V5 is a
// step or drift of the wall clock (record timestamps, retention) and a negative staleness, which nothing can
// excuse.
Validity clock_trust(const plan::Plan& plan, const std::vector<plan::SloInstance>& instances,
                     const results::Figures& figures) {
  const Nanos bound = smallest_bound(plan, instances);
  const Nanos step = figures.wall_step < 0 ? -figures.wall_step : figures.wall_step;
  Validity rule{
      id("V5"), true,
      "movement of the wall clock against the monotonic one inside the run (10 % of the smallest bound)",
      format_duration(step), format_duration(bound / kClockPart)};
  if (step * kClockPart > bound) rule.holds = false;
  if (figures.negative_staleness > 0) {
    rule.holds = false;
    rule.sentence = "events visible before their intended time: a clock or a stamp is wrong";
    rule.figure = base::format_count(figures.negative_staleness);
    rule.limit = "0";
  }
  return rule;
}

bool judged_steady(const plan::Plan& plan, const std::vector<plan::SloInstance>& instances,
                   const results::SteadyRow& row) {
  return std::ranges::any_of(instances, [&](const plan::SloInstance& instance) {
    return plan.slos[instance.slo].steady && static_cast<int>(instance.stream) == row.stream &&
           static_cast<int>(instance.group) == row.pass && static_cast<int>(instance.phase) == row.phase;
  });
}

std::string halves_words(const plan::Plan& plan, const results::SteadyRow& row) {
  const auto index = [](int i) { return static_cast<std::size_t>(i); };
  return fmt::format("{} at {} in {}: of a typical second p50 {}, then {}; p99 {}, then {}",
                     plan.streams[index(row.stream)].klass, plan.groups[index(row.pass)].name,
                     plan.phases[index(row.phase)].name, format_duration(row.p50_first),
                     format_duration(row.p50_second), format_duration(row.p99_first),
                     format_duration(row.p99_second));
}

// Said; a reason only where an SLO asks for a steady phase, and then what is not known is no ground for
// trust.
Validity cold(const plan::Plan& plan, const std::vector<plan::SloInstance>& instances,
              const results::Figures& figures) {
  Validity rule{id("V6"), true, "steady phases whose halves disagree beyond noise", "", "no SLO asks"};
  std::size_t cold = 0;
  const results::SteadyRow* first = nullptr;
  for (const results::SteadyRow& row : figures.steady) {
    const bool asked = judged_steady(plan, instances, row);
    if (asked) rule.limit = "0";
    if (asked && (row.cold || !row.known) && rule.holds) {
      rule.holds = false;
      first = &row;
    }
    if (!row.cold) continue;
    ++cold;
    if (!first) first = &row;
  }
  rule.figure = fmt::format("{} of {}", cold, figures.steady.size());
  rule.said = cold > 0;
  if (!first) return rule;
  rule.sentence += first->known ? fmt::format(" ({})", halves_words(plan, *first))
                                : ": a steady phase has too few seconds with events to tell";
  return rule;
}

// Of a scenario that asks for nothing the rule has nothing to say.
Validity durability(const plan::Plan& plan, const results::Figures& figures) {
  Validity rule{id("V7"), true, "topics and clients less durable than the scenario asks", "none", ""};
  for (const results::DurabilityRow& row : figures.durability) {
    rule.holds = false;
    rule.sentence = fmt::format("{} of {} turned out less durable than the scenario asks", row.what,
                                plan.streams[static_cast<std::size_t>(row.stream)].name);
    rule.figure = row.found;
    rule.limit = row.asked;
    return rule;
  }
  return rule;
}

bool asks_for_durability(const plan::Plan& plan) {
  return std::ranges::any_of(plan.streams, [&](const plan::Stream& stream) {
    const plan::Durability asked = plan::asked_durability(plan, stream);
    return stream.replication > 1 || asked.min_insync || asked.acks || asked.idempotence;
  });
}

// Said of the stream that is furthest off. A batch of too few events says nothing of what they hold.
Validity payload(const plan::Plan& plan, const results::Figures& figures) {
  Validity rule{id("V8"), true, "a batch of records compresses by the ratio that was asked for", "none",
                "within a quarter"};
  double furthest = 0;
  for (const results::PayloadRow& row : figures.payloads) {
    if (row.batch_bytes < kJudgedBatch) continue;
    const double off = std::abs(row.ratio / row.asked - 1);
    if (off > kPayloadOff) rule.holds = false;
    if (off < furthest) continue;
    furthest = off;
    rule.sentence = fmt::format(
        "a batch of {} compresses with {} {}", plan.streams[static_cast<std::size_t>(row.stream)].name,
        row.codec,
        off > kPayloadOff ? "by another ratio than was asked for" : "by the ratio that was asked for");
    rule.figure = fmt::format("{:.2f}:1", row.ratio);
    rule.limit =
        fmt::format("{:.2f}:1 to {:.2f}:1", row.asked * (1 - kPayloadOff), row.asked * (1 + kPayloadOff));
  }
  return rule;
}

Validity disturbance(const results::Figures& figures) {
  Validity rule{id("V9"), true, "commands of the scenario's faults that failed", "0", "0"};
  std::size_t failed = 0;
  for (const results::CommandRow& row : figures.commands) {
    if (!row.failed()) continue;
    rule.holds = false;
    if (failed++ > 0) continue;
    const std::string how = !row.began      ? "was not run"
                            : !row.ended    ? "did not end"
                            : row.timed_out ? "took longer than its timeout"
                                            : fmt::format("ended with status {}", row.status);
    rule.sentence = fmt::format("the command \"{}\" {}", row.command, how);
    if (!row.last_line.empty()) rule.sentence += fmt::format(", its last line: \"{}\"", row.last_line);
  }
  rule.figure = fmt::format("{} of {}", failed, figures.commands.size());
  return rule;
}

Validity damage(const results::Figures& figures) {
  Validity rule{"run folder damaged", false, "part of the record is missing or unreadable", "", "0"};
  rule.figure = fmt::format("{} ({})", figures.damage.size(), figures.damage.front());
  return rule;
}

}  // namespace

std::vector<Validity> look_at_validity(const plan::Plan& plan, const results::Figures& figures) {
  const std::vector<plan::SloInstance> instances = plan::slo_instances(plan).instances;
  std::vector<Validity> rules;
  // A run that finished wrote all of it: what is gone since cannot be judged as if it had been seen.
  if (figures.ending == "complete" && !figures.damage.empty()) rules.push_back(damage(figures));
  rules.push_back(own_delay(plan, instances, figures));
  rules.push_back(own_not_sent(plan, figures));
  reads_not_done(plan, figures, rules.back());
  rules.push_back(receiver_bound(plan, figures));
  rules.push_back(host_stall(plan, instances, figures));
  rules.push_back(clock_trust(plan, instances, figures));
  if (!figures.steady.empty()) rules.push_back(cold(plan, instances, figures));
  if (asks_for_durability(plan)) rules.push_back(durability(plan, figures));
  if (!figures.payloads.empty()) rules.push_back(payload(plan, figures));
  if (!figures.commands.empty()) rules.push_back(disturbance(figures));
  return rules;
}

}  // namespace freshet::judge
