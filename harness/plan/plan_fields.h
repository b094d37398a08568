// The plan's fields by name, once for writing and reading: visit(v, x) calls v(name, field) for each field of
// x. Internal to plan/. A field that is not listed here is neither stored nor hashed. One that older run
// folders do not have is `added`: with its default it is neither written nor missed, so that they keep their
// hashes.
#pragma once

#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include "harness/plan/plan.h"

namespace freshet::plan {

template <class E>
using Words = std::pair<E, std::string_view>;

// Enumerators as words. The overload is found by the type of the argument, whose value does not matter.
constexpr auto words_of(KeyKind) {
  return std::array<Words<KeyKind>, 5>{{{KeyKind::account, "account"},
                                        {KeyKind::customer, "customer"},
                                        {KeyKind::tenant, "tenant"},
                                        {KeyKind::kase, "case"},
                                        {KeyKind::conversation, "conversation"}}};
}
constexpr auto words_of(workloads::Arrival) {
  using workloads::Arrival;
  return std::array<Words<Arrival>, 2>{{{Arrival::poisson, "poisson"}, {Arrival::uniform, "uniform"}}};
}
constexpr auto words_of(workloads::SizeKind) {
  using workloads::SizeKind;
  return std::array<Words<SizeKind>, 4>{{{SizeKind::fixed, "fixed"},
                                         {SizeKind::uniform, "uniform"},
                                         {SizeKind::lognormal, "lognormal"},
                                         {SizeKind::empirical, "empirical"}}};
}
constexpr auto words_of(workloads::ServiceKind) {
  using workloads::ServiceKind;
  return std::array<Words<ServiceKind>, 2>{
      {{ServiceKind::constant, "constant"}, {ServiceKind::exponential, "exponential"}}};
}
constexpr auto words_of(CommitPolicy) {
  return std::array<Words<CommitPolicy>, 3>{{{CommitPolicy::after_apply, "after_apply"},
                                             {CommitPolicy::interval, "interval"},
                                             {CommitPolicy::none, "none"}}};
}
constexpr auto words_of(Start) {
  return std::array<Words<Start>, 2>{{{Start::end, "end"}, {Start::beginning, "beginning"}}};
}
constexpr auto words_of(PhaseKind) {
  return std::array<Words<PhaseKind>, 11>{{{PhaseKind::warmup, "warmup"},
                                           {PhaseKind::steady, "steady"},
                                           {PhaseKind::ramp, "ramp"},
                                           {PhaseKind::incident, "incident"},
                                           {PhaseKind::replay, "replay"},
                                           {PhaseKind::backlog, "backlog"},
                                           {PhaseKind::bootstrap, "bootstrap"},
                                           {PhaseKind::change, "change"},
                                           {PhaseKind::fault, "fault"},
                                           {PhaseKind::recovery, "recovery"},
                                           {PhaseKind::rest, "rest"}}};
}
constexpr auto words_of(PassKind) {
  return std::array<Words<PassKind>, 3>{
      {{PassKind::replay, "replay"}, {PassKind::backlog, "backlog"}, {PassKind::bootstrap, "bootstrap"}}};
}
constexpr auto words_of(PassStart) {
  return std::array<Words<PassStart>, 4>{{{PassStart::beginning, "beginning"},
                                          {PassStart::offset, "offset"},
                                          {PassStart::ago, "ago"},
                                          {PassStart::bytes, "bytes"}}};
}
constexpr auto words_of(ChangeKind) {
  return std::array<Words<ChangeKind>, 4>{{{ChangeKind::add, "add"},
                                           {ChangeKind::stop, "stop"},
                                           {ChangeKind::kill, "kill"},
                                           {ChangeKind::pause, "pause"}}};
}
constexpr auto words_of(Figure) {
  return std::array<Words<Figure>, 15>{{{Figure::staleness_percentile, "staleness_percentile"},
                                        {Figure::staleness_share, "staleness_share"},
                                        {Figure::lost, "lost"},
                                        {Figure::duplicate, "duplicate"},
                                        {Figure::out_of_order, "out_of_order"},
                                        {Figure::freshness_lag, "freshness_lag"},
                                        {Figure::time_to_fresh, "time_to_fresh"},
                                        {Figure::view_staleness, "view_staleness"},
                                        {Figure::stale_decisions, "stale_decisions"},
                                        {Figure::critical_stale_decisions, "critical_stale_decisions"},
                                        {Figure::late, "late"},
                                        {Figure::missed, "missed"},
                                        {Figure::time_over_bound, "time_over_bound"},
                                        {Figure::wrong_decisions, "wrong_decisions"},
                                        {Figure::critical_wrong_decisions, "critical_wrong_decisions"}}};
}
constexpr auto words_of(Comparison) {
  return std::array<Words<Comparison>, 3>{
      {{Comparison::below, "below"}, {Comparison::above, "above"}, {Comparison::exactly, "exactly"}}};
}

// T is the struct or the struct const.
template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

template <class V, Is<workloads::Tier> T>
void visit(V&& v, T& x) {
  v("name", x.name), v("accounts", x.accounts), v("share", x.share), v("skew", x.skew);
}

template <class V, Is<workloads::Population> T>
void visit(V&& v, T& x) {
  v("name", x.name), v("tiers", x.tiers);
}

template <class V, Is<workloads::SizeModel> T>
void visit(V&& v, T& x) {
  v("kind", x.kind), v("minimum", x.minimum), v("maximum", x.maximum), v("median", x.median);
  v("sigma", x.sigma), v.added("samples", x.samples);
}

template <class V, Is<workloads::Segment> T>
void visit(V&& v, T& x) {
  v("begin", x.begin), v("end", x.end), v("rate_begin", x.rate_begin), v("rate_end", x.rate_end);
  v("hot_share", x.hot_share), v("hot_accounts", x.hot_accounts);
}

template <class V, Is<Stream> T>
void visit(V&& v, T& x) {
  v("name", x.name), v("class", x.klass), v("partitions", x.partitions), v("replication", x.replication);
  v("topic_config", x.topic_config), v("client_settings", x.client_settings), v("lanes", x.lanes);
  v("population", x.population), v("key", x.key), v("keys_per_account", x.keys_per_account);
  v("rate", x.rate), v("arrival", x.arrival), v("size", x.size), v("compresses", x.compresses);
  v("critical", x.critical);
  v("bound", x.bound), v("segments", x.segments), v("prefill", x.prefill);
}

template <class V, Is<GroupStream> T>
void visit(V&& v, T& x) {
  v("stream", x.stream), v("bound", x.bound);
}

template <class V, Is<Group> T>
void visit(V&& v, T& x) {
  v("name", x.name), v("members", x.members), v("streams", x.streams), v("service_time", x.service_time);
  v.added("service", x.service), v("queue", x.queue), v("commit", x.commit),
      v("commit_interval", x.commit_interval), v("start", x.start);
  v("read_committed", x.read_committed), v("never_starts", x.never_starts);
  v("static_membership", x.static_membership), v("racks", x.racks), v("client_settings", x.client_settings);
}

template <class V, Is<Phase> T>
void visit(V&& v, T& x) {
  v("name", x.name), v("kind", x.kind), v("begin", x.begin), v("end", x.end), v("streams", x.streams);
  v("from", x.from), v("to", x.to), v("magnitude", x.magnitude), v("ramp", x.ramp), v("decay", x.decay);
  v("hot_accounts", x.hot_accounts), v("hot_share", x.hot_share);
  v("isolation", x.isolation), v("isolation_on", x.isolation_on);
}

template <class V, Is<Replay> T>
void visit(V&& v, T& x) {
  v("name", x.name), v("kind", x.kind), v("phase", x.phase), v("members", x.members);
  v("streams", x.streams), v("start", x.start), v("offset", x.offset), v("ago", x.ago), v("bytes", x.bytes);
  v("capped", x.capped), v("rate", x.rate), v("lasts", x.lasts), v("cpus", x.cpus);
  v("client_settings", x.client_settings), v("line", x.line);
}

template <class V, Is<Change> T>
void visit(V&& v, T& x) {
  v("phase", x.phase), v("group", x.group), v("kind", x.kind), v("members", x.members), v("at", x.at);
  v("lasts", x.lasts), v("line", x.line);
}

template <class V, Is<Fault> T>
void visit(V&& v, T& x) {
  v("phase", x.phase), v("at", x.at), v("run", x.run), v("undo", x.undo), v("after", x.after);
  v("timeout", x.timeout), v("line", x.line);
}

template <class V, Is<Read> T>
void visit(V&& v, T& x) {
  v("name", x.name), v("group", x.group), v("streams", x.streams), v("triggered", x.triggered);
  v("rate", x.rate), v("after", x.after), v("delay_min", x.delay_min), v("delay_max", x.delay_max);
  v("share", x.share), v.added("decide", x.decide), v("line", x.line);
}

template <class V, Is<Slo> T>
void visit(V&& v, T& x) {
  v("figure", x.figure), v("percentile", x.percentile), v("class", x.klass), v("group", x.group);
  v("tier", x.tier), v("phase", x.phase), v("after", x.after), v("comparison", x.comparison);
  v("threshold", x.threshold), v.added("read", x.read), v.added("steady", x.steady), v("line", x.line);
}

template <class V, Is<Param> T>
void visit(V&& v, T& x) {
  v("name", x.name), v("about", x.about), v("type", x.type), v("value", x.value), v("fallback", x.fallback);
}

template <class V, Is<Plan> T>
void visit(V&& v, T& x) {
  v("name", x.name), v("about", x.about), v("seed", x.seed), v("populations", x.populations);
  v("streams", x.streams), v("groups", x.groups), v("replays", x.replays), v("phases", x.phases);
  v("changes", x.changes), v("faults", x.faults);
  v.added("reads", x.reads);
  v("slos", x.slos), v("params", x.params), v("drain", x.drain), v("hold", x.hold);
  v("client_settings", x.client_settings), v("scenario_file", x.scenario_file);
  v("scenario_text", x.scenario_text);
}

}  // namespace freshet::plan
