#include "harness/results/outcomes.h"

#include <fmt/core.h>

#include <algorithm>

#include "harness/base/random.h"
#include "harness/results/last_of_keys.h"
#include "harness/results/prefilled.h"
#include "harness/results/superseded.h"

namespace freshet::results {
namespace {

using measure::Ack;
using measure::AckState;

// What the host that owns the lane says it handed over; the others say nothing of it.
const LaneRow* lane_row(const Facts& facts, std::uint16_t stream, std::uint16_t lane) {
  const LaneRow* found = nullptr;
  for (const LaneRow& row : facts.lanes) {
    if (row.stream == stream && row.lane == lane && (!found || row.sent > found->sent)) found = &row;
  }
  return found;
}

// One lane of a stream, resolved event by event.
class LaneResolver {
 public:
  LaneResolver(const plan::Plan& plan, const plan::StreamLanes& lanes, const std::vector<PassSpan>& spans,
               std::uint16_t stream, Facts& facts, LastOfKeys& last, StreamOutcomes& out)
      : plan_(plan),
        lanes_(lanes),
        spans_(spans),
        stream_(stream),
        facts_(facts),
        last_(last),
        out_(out),
        superseded_(plan, stream, facts, out) {
    for (std::size_t pass = 0; pass < plan.passes(); ++pass) {
      const auto found = facts.seen.find({stream, static_cast<std::uint16_t>(pass)});
      seen_.push_back(found == facts.seen.end() ? nullptr : &found->second);
    }
  }
  void resolve(std::uint16_t lane);

 private:
  bool load_acks(std::uint16_t lane);
  void prove(std::uint64_t hash, const LaneRow* row);
  void resolve(const plan::Event& event, const Ack& ack);
  void tally(const Fated& fated);
  std::uint64_t Outcomes::*classify(const plan::Event& event, const Ack& ack, std::size_t pass,
                                    bool in_log) const;
  std::uint64_t Outcomes::*in_log(const plan::Event& event, const Ack& ack, std::size_t pass) const;
  std::uint64_t Outcomes::*by_pass(const plan::Event& event, const Ack& ack, std::size_t pass,
                                   bool in_log) const;
  void keep_last_of_keys();
  bool is_superseded(const plan::Event& event) const { return last_.supersede(event.key, event.tau); }
  void produced(const plan::Event& event, const Ack& ack);
  void keep_open(const plan::Event& event, const Ack& ack, PassOutcomes& pass,
                 std::uint64_t Outcomes::*outcome);
  bool seen(std::size_t pass, std::uint64_t n) const { return seen_[pass] && seen_[pass]->has(lane_, n); }

  const plan::Plan& plan_;
  const plan::StreamLanes& lanes_;
  const std::vector<PassSpan>& spans_;
  std::uint16_t stream_;
  Facts& facts_;
  LastOfKeys& last_;
  StreamOutcomes& out_;
  Superseded superseded_;
  std::vector<const SeenStream*> seen_;  // by pass
  std::uint16_t lane_ = 0;
  std::vector<Ack> acks_;
  bool acks_known_ = false;
  std::vector<std::int64_t> last_seen_;  // by pass: greatest n of the lane that it saw; -1: none
};

// The lane's acks over all hosts: each host knows the events that it sent. False when there are none, or one
// of them is damaged: it may have been the host that sent.
bool LaneResolver::load_acks(std::uint16_t lane) {
  acks_.clear();
  for (const AckFile& file : facts_.acks[stream_]) {
    std::optional<std::vector<Ack>> acks = file.lane(lane, lanes_.count(lane));
    if (!acks) return false;
    if (acks_.empty()) {
      acks_ = std::move(*acks);
      continue;
    }
    for (std::size_t n = 0; n < acks_.size(); ++n) {
      if (acks_[n].state == AckState::planned) acks_[n] = (*acks)[n];
    }
  }
  return !facts_.acks[stream_].empty();
}

void LaneResolver::resolve(std::uint16_t lane) {
  lane_ = lane;
  acks_known_ = load_acks(lane);
  if (!acks_known_) {
    facts_.damage.push_back(
        fmt::format("acks of lane {} of {}: missing or damaged; what its passes did not see is "
                    "unclassified",
                    lane, plan_.streams[stream_].name));
  }
  last_seen_.assign(seen_.size(), -1);
  for (std::size_t pass = 0; pass < seen_.size(); ++pass) {
    if (!seen_[pass]) continue;
    const std::vector<std::uint64_t>& bits = seen_[pass]->lanes[lane];
    for (std::size_t i = bits.size(); i-- > 0 && last_seen_[pass] < 0;) {
      if (bits[i] == 0) continue;
      last_seen_[pass] = static_cast<std::int64_t>(i * 64 + 63) - __builtin_clzll(bits[i]);
    }
  }
  keep_last_of_keys();
  const LaneRow* row = lane_row(facts_, stream_, lane);
  std::uint64_t hash = 0;
  for (plan::LaneCursor cursor(lanes_, lane); !cursor.done(); cursor.advance()) {
    const plan::Event event = cursor.event();
    if (row && event.n < row->sent) hash = plan::hash_event(hash, event);
    if (event.tau > facts_.sending_stopped) break;
    resolve(event, acks_known_ ? acks_[event.n] : Ack{});
  }
  for (const Fated& fated : superseded_.rest()) tally(fated);
  prove(hash, row);
}

// E3: what was handed over was the first so many events of the lane, as planned.
void LaneResolver::prove(std::uint64_t hash, const LaneRow* row) {
  out_.proved = out_.proved && row && row->hash == hash && row->sent <= lanes_.count(lane_);
  out_.proof = base::derive(out_.proof ^ (row ? row->hash : 0), lane_);
}

void LaneResolver::resolve(const plan::Event& event, const Ack& ack) {
  produced(event, ack);
  bool any = false;
  for (std::size_t pass = 0; pass < seen_.size(); ++pass) any = any || seen(pass, event.n);
  const bool acked = ack.state == AckState::acked || ack.state == AckState::acked_unknown;
  for (std::size_t pass = 0; pass < out_.passes.size(); ++pass) {
    if (!out_.passes[pass].reads) continue;
    const bool live = pass < plan_.groups.size();
    const auto outcome =
        live ? classify(event, ack, pass, any || acked) : by_pass(event, ack, pass, any || acked);
    if (!outcome) continue;  // not the pass's to read
    if (const Fated fated{pass, event, ack, outcome}; !superseded_.holds(fated)) tally(fated);
  }
}

void LaneResolver::tally(const Fated& fated) {
  const auto& [pass, event, ack, outcome] = fated;
  Cell& cell = out_.cell(pass, event);
  ++cell.outcomes.planned;
  ++(cell.outcomes.*outcome);
  if (outcome == &Outcomes::visible) {
    if (ack.state == AckState::failed) ++cell.outcomes.phantom;
    return;
  }
  cell.age(facts_.ended_at - event.tau);
  keep_open(event, ack, out_.passes[pass], outcome);
}

// E5: the first that holds.
std::uint64_t Outcomes::*LaneResolver::classify(const plan::Event& event, const Ack& ack, std::size_t pass,
                                                bool in_the_log) const {
  if (seen(pass, event.n)) return &Outcomes::visible;
  if (in_the_log) return in_log(event, ack, pass);
  if (!acks_known_) return &Outcomes::unclassified;
  switch (ack.state) {
    case AckState::failed:
      return &Outcomes::failed;
    case AckState::not_sent_cluster:
      return &Outcomes::not_sent_cluster;
    case AckState::in_flight:  // no report by the end
    case AckState::indeterminate:
      return &Outcomes::indeterminate;
    default:  // never handed over, whatever the reason: the harness's own
      return &Outcomes::not_sent_own;
  }
}

// In the log but not seen by the pass: expired, lost or undelivered. Without a believed offset it was passed
// when a later event of its lane was seen (E6).
std::uint64_t Outcomes::*LaneResolver::in_log(const plan::Event& event, const Ack& ack,
                                              std::size_t pass) const {
  const int partition = lanes_.partition_of(lane_);
  if (ack.state != AckState::acked) {
    return static_cast<std::int64_t>(event.n) < last_seen_[pass] ? &Outcomes::lost : &Outcomes::undelivered;
  }
  if (is_expired(facts_, stream_, static_cast<std::uint16_t>(pass), partition, ack.offset))
    return &Outcomes::expired;
  const std::int64_t position =
      seen_[pass] ? seen_[pass]->positions[static_cast<std::size_t>(partition)] : -1;
  return ack.offset >= position ? &Outcomes::undelivered : &Outcomes::lost;
}

// Of a pass that is not live; null when the event was not its to read (P1).
std::uint64_t Outcomes::*LaneResolver::by_pass(const plan::Event& event, const Ack& ack, std::size_t pass,
                                               bool in_the_log) const {
  if (seen(pass, event.n)) return &Outcomes::visible;
  if (!in_the_log) return nullptr;
  const PassSpan& span = spans_[pass - plan_.groups.size()];
  if (ack.state !=
      AckState::acked) {  // no believed offset: passed when a later event of its lane was seen (E6)
    const bool passed = static_cast<std::int64_t>(event.n) < last_seen_[pass] && event.tau >= span.from_tau;
    return passed ? &Outcomes::lost : nullptr;
  }
  const auto outcome = unseen_by(span, facts_, stream_, static_cast<std::uint16_t>(pass),
                                 lanes_.partition_of(lane_), event.tau, ack.offset);
  return outcome == &Outcomes::lost && is_superseded(event) ? &Outcomes::superseded : outcome;
}

// A key's events all lie in one lane.
void LaneResolver::keep_last_of_keys() {
  if (!last_.compacted() || !acks_known_) return;
  for (plan::LaneCursor cursor(lanes_, lane_); !cursor.done(); cursor.advance()) {
    const plan::Event event = cursor.event();
    const AckState state = acks_[event.n].state;
    if (state == AckState::acked || state == AckState::acked_unknown) last_.in_log(event.key, event.tau);
  }
}

void LaneResolver::produced(const plan::Event& event, const Ack& ack) {
  const auto second = static_cast<std::size_t>(base::second_of(event.tau));
  Produced& sum = out_.produced[second];
  ++sum.planned;
  ++out_.due[static_cast<std::size_t>(lanes_.partition_of(lane_)) * out_.produced.size() + second];
  if (!acks_known_) return;
  const bool own = ack.state == AckState::not_sent_own || ack.state == AckState::planned;
  const bool cluster = ack.state == AckState::not_sent_cluster;
  sum.not_sent_own += own ? 1 : 0;
  sum.not_sent_cluster += cluster ? 1 : 0;
  if (own || cluster) return;
  ++sum.sent;
  sum.bytes += event.size;
  sum.acked += ack.state == AckState::acked || ack.state == AckState::acked_unknown ? 1 : 0;
  sum.not_persisted += ack.state == AckState::failed ? 1 : 0;
  sum.possibly_persisted += ack.state == AckState::indeterminate ? 1 : 0;
}

void LaneResolver::keep_open(const plan::Event& event, const Ack& ack, PassOutcomes& pass,
                             std::uint64_t Outcomes::*outcome) {
  const bool unreported = ack.state == AckState::in_flight || ack.state == AckState::planned;
  if (outcome != &Outcomes::undelivered && !unreported) return;
  const auto partition = static_cast<std::size_t>(lanes_.partition_of(lane_));
  pass.oldest_open[partition] = std::min(pass.oldest_open[partition], event.tau);
  if (outcome != &Outcomes::undelivered) return;
  pass.oldest_open_acked[partition] = std::min(pass.oldest_open_acked[partition], event.tau);
}

StreamOutcomes prepare(const plan::Plan& plan, const plan::StreamLanes& lanes, std::size_t stream,
                       std::int64_t seconds) {
  StreamOutcomes out;
  out.tiers = plan.populations[plan.streams[stream].population].tiers.size();
  out.seconds = seconds;
  out.produced.resize(static_cast<std::size_t>(seconds));
  out.due.resize(static_cast<std::size_t>(seconds * lanes.partitions()));
  out.passes.resize(plan.passes());
  for (std::size_t pass = 0; pass < plan.passes(); ++pass) {
    const std::vector<std::size_t> reads = streams_of(plan, pass);
    if (std::find(reads.begin(), reads.end(), stream) == reads.end()) continue;
    PassOutcomes& passed = out.passes[pass];
    passed.reads = true;
    passed.cells.resize(static_cast<std::size_t>(seconds) * out.tiers);
    passed.oldest_open.assign(static_cast<std::size_t>(lanes.partitions()), base::kNever);
    passed.oldest_open_acked = passed.oldest_open;
  }
  return out;
}

// Roles hand over a second's records when it has ended, and the writer comes by a few times a second: so long
// after its end a second of τ is taken to be in the facts.
constexpr Nanos kHandOver = 500 * base::kMillisecond;

std::int64_t seconds_of(Nanos end) {
  return base::second_of(end + base::kSecond - 1);
}

// Killed: planned events by the plan, visible ones by the exact counters; there is nothing else.
void resolve_killed(const plan::Plan& plan, const plan::StreamLanes& lanes, std::uint16_t stream,
                    const Facts& facts, StreamOutcomes& out) {
  const Nanos until = out.seconds * base::kSecond;
  for (int lane = 0; lane < lanes.lanes(); ++lane) {
    for (plan::LaneCursor cursor(lanes, lane); !cursor.done() && cursor.tau() < until; cursor.advance()) {
      const plan::Event event = cursor.event();
      const auto second = static_cast<std::size_t>(base::second_of(event.tau));
      ++out.produced[second].planned;
      ++out.due[static_cast<std::size_t>(lanes.partition_of(lane)) * out.produced.size() + second];
      for (PassOutcomes& pass : out.passes) {
        if (pass.reads) ++pass.cells[second * out.tiers + event.tier].outcomes.planned;
      }
    }
  }
  for (std::size_t pass = 0; pass < plan.groups.size(); ++pass) {
    for (std::size_t i = 0; i < out.passes[pass].cells.size(); ++i) {
      Cell& cell = out.passes[pass].cells[i];
      const auto second = static_cast<std::int64_t>(i / out.tiers);
      const CohortCounts* const counts = facts.cohorts.of(stream, pass, i % out.tiers).find(second);
      const std::uint64_t samples = counts ? counts->samples : 0;
      cell.outcomes.visible = std::min(samples, cell.outcomes.planned);
      cell.outcomes.unclassified = not_visible(cell.outcomes);
      if (cell.outcomes.unclassified == 0) continue;
      // Their τ lie before the end of the second.
      const Nanos age = std::max<Nanos>(0, facts.known_until - (second + 1) * base::kSecond);
      cell.age(age, cell.outcomes.unclassified);
    }
  }
}

}  // namespace

void Cell::age(Nanos age, std::uint64_t times) {
  if (!ages) ages = std::make_unique<measure::Histogram>();
  ages->record_us(std::max<Nanos>(age, 0) / base::kMicrosecond, times);
}

void add(Outcomes& sum, const Outcomes& other) {
  for (const auto member :
       {&Outcomes::planned, &Outcomes::visible, &Outcomes::superseded, &Outcomes::expired, &Outcomes::lost,
        &Outcomes::undelivered, &Outcomes::aborted, &Outcomes::failed, &Outcomes::indeterminate,
        &Outcomes::not_sent_own, &Outcomes::not_sent_cluster, &Outcomes::unclassified, &Outcomes::phantom}) {
    sum.*member += other.*member;
  }
}

std::vector<std::size_t> streams_of(const plan::Plan& plan, std::size_t pass) {
  if (pass >= plan.groups.size()) return plan.replays[pass - plan.groups.size()].streams;
  std::vector<std::size_t> streams;
  for (const plan::GroupStream& read : plan.groups[pass].streams) streams.push_back(read.stream);
  return streams;
}

std::vector<StreamOutcomes> resolve(const plan::Plan& plan, const PlannedLanes& planned_lanes,
                                    const std::vector<PassSpan>& spans, Facts& facts) {
  const std::vector<plan::StreamLanes>& lanes = planned_lanes.run;
  std::vector<StreamOutcomes> all;
  for (std::uint16_t stream = 0; stream < plan.streams.size(); ++stream) {
    const std::int64_t planned = seconds_of(plan.end());
    if (facts.killed()) {
      const std::int64_t known =
          std::clamp<std::int64_t>(base::second_of(facts.known_until - kHandOver), 0, planned);
      all.push_back(prepare(plan, lanes[stream], stream, known));
      resolve_killed(plan, lanes[stream], stream, facts, all.back());
      continue;
    }
    all.push_back(prepare(plan, lanes[stream], stream, planned));
    all.back().proved = true;
    LastOfKeys last(plan.streams[stream], lanes[stream].keys());
    const std::optional<plan::StreamLanes>& prefill = planned_lanes.prefill[stream];
    if (prefill && last.compacted()) note_prefilled(*prefill, last);
    LaneResolver resolver(plan, lanes[stream], spans, stream, facts, last, all.back());
    for (int lane = 0; lane < lanes[stream].lanes(); ++lane)
      resolver.resolve(static_cast<std::uint16_t>(lane));
    if (prefill) resolve_prefilled(plan, *prefill, spans, stream, facts, last, all.back().passes);
  }
  return all;
}

}  // namespace freshet::results
