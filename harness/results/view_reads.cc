#include "harness/results/view_reads.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <tuple>
#include <unordered_map>

#include "harness/plan/reads.h"
#include "harness/plan/slo_instances.h"
#include "harness/results/distributions.h"
#include "harness/results/line_file.h"
#include "harness/results/tables.h"
#include "harness/results/wrong_decisions.h"

namespace freshet::results {
namespace {

// Words of a portion of reads; some 90 B each while it is resolved.
constexpr std::size_t kPortion = 1 << 20;

// What one read saw of one key, and what it should have seen.
struct Look {
  std::uint16_t read = 0, lane = 0;
  std::uint32_t key = 0;
  Nanos word = 0, at = 0;
  Nanos oldest = base::kNever;  // τ of the first planned event that the word does not cover; kNever: none
  std::uint64_t unseen = 0;     // such events
  plan::KnownKey known;         // by its word
  Nanos latest = 0;             // τ of the last planned event up to `at`; of no meaning when there is none
  plan::KnownKey truth() const { return {known.events + unseen, latest}; }
};

// Planned events of one key of a lane, in order.
struct OfKey {
  std::vector<Nanos> tau;
  std::vector<std::uint64_t> n;
};

// Bit n of a lane's events.
class Marks {
 public:
  bool set(std::uint64_t n) {
    if (n / 64 >= bits_.size()) bits_.resize(n / 64 + 1);
    const std::uint64_t bit = std::uint64_t{1} << (n % 64);
    const bool fresh = (bits_[n / 64] & bit) == 0;
    bits_[n / 64] |= bit;
    return fresh;
  }

 private:
  std::vector<std::uint64_t> bits_;
};

void add(ViewCell& sum, const ViewCell& other) {
  sum.staleness.merge(other.staleness);
  sum.sum += other.sum;
  sum.stale += other.stale;
  sum.over.resize(std::max(sum.over.size(), other.over.size()));
  for (std::size_t i = 0; i < other.over.size(); ++i) sum.over[i] += other.over[i];
  sum.caused += other.caused;
  sum.caused_critical += other.caused_critical;
  sum.caused_wrong += other.caused_wrong;
  sum.unseen += other.unseen;
  sum.most_unseen = std::max(sum.most_unseen, other.most_unseen);
}

void add(ReadCell& sum, const ReadCell& other) {
  sum.planned += other.planned;
  sum.done += other.done;
  sum.stale += other.stale;
  sum.critical += other.critical;
  sum.wrong += other.wrong;
  sum.critical_wrong += other.critical_wrong;
  sum.delay.merge(other.delay);
}

}  // namespace

struct ViewReads::Impl {
  Impl(const plan::Plan& p, const std::vector<plan::StreamLanes>& l, Facts& f, Nanos u,
       const plan::DecisionsOf& of)
      : plan(p),
        lanes(l),
        facts(f),
        until(u),
        thresholds(view_thresholds(p)),
        wrong(p, of, f.damage),
        looks(p.streams.size()) {}

  const plan::Plan& plan;
  const std::vector<plan::StreamLanes>& lanes;
  Facts& facts;
  Nanos until;
  std::vector<Nanos> thresholds;
  WrongDecisions wrong;

  std::map<std::pair<std::size_t, int>, ReadCell> reads;                             // by read and phase
  std::map<std::tuple<std::size_t, std::size_t, int>, ViewCell> views;               // read, place, phase
  std::map<std::tuple<std::size_t, std::size_t, std::int64_t>, ReadSecond> seconds;  // stream, pass, second
  std::map<std::tuple<std::size_t, std::size_t, int>, std::uint64_t> late;           // stream, pass, phase
  std::map<std::tuple<std::size_t, std::size_t, int>, Marks> late_marks;             // stream, pass, lane

  // The portion.
  std::vector<measure::LoggedRead> portion;
  std::size_t words = 0;
  std::vector<std::vector<Look>> looks;      // by stream, in the order of the portion's keys
  std::vector<plan::KnownKey> known, truth;  // of the keys of one read

  int phase_at(Nanos at) const { return phase_of(plan, base::second_of(at)); }
  Nanos bound(const plan::Read& read, std::size_t stream) const {
    return plan::bound_of(plan, read.group, stream);
  }

  void count_planned();
  void host(const std::string& text);
  void resolve();
  void resolve_stream(std::size_t stream);
  void resolve_lane(std::size_t stream, int lane, std::span<Look*> lane_looks);
  void compare(std::size_t stream, Look& look, const OfKey& events);
  // What one read saw of one of its streams.
  struct Seen {
    std::size_t stream = 0;
    ViewCell* view = nullptr;
    Nanos staleness = 0;
    std::uint64_t unseen = 0;
    bool stale = false;
    double far = 0;  // S ÷ bound
  };
  Seen seen_of(const measure::LoggedRead& row, std::size_t place, std::vector<std::size_t>& next);
  void count(const measure::LoggedRead& row, const Seen& seen);
  void account(const measure::LoggedRead& row, std::vector<std::size_t>& next);
  void decide(const measure::LoggedRead& row, ReadCell& cell);
};

void ViewReads::Impl::count_planned() {
  for (std::size_t read = 0; read < plan.reads.size(); ++read) {
    for (plan::ReadCursor cursor(plan, lanes, read); cursor.due() < until; cursor.advance())
      ++reads[{read, phase_at(cursor.due())}].planned;
  }
}

// Rows have to be the plan's own reads: in order, each once.
void ViewReads::Impl::host(const std::string& text) {
  std::vector<plan::ReadCursor> cursors;
  for (std::size_t read = 0; read < plan.reads.size(); ++read) cursors.emplace_back(plan, lanes, read);
  Lines lines(text);
  std::uint64_t bad = 0;
  measure::LoggedRead row;
  for (std::string_view line; lines.next(line);) {
    if (!parse(line, row) || row.read >= cursors.size() ||
        row.words.size() != plan::keys_of(plan, plan.reads[row.read])) {
      ++bad;
      continue;
    }
    plan::ReadCursor& cursor = cursors[row.read];
    while (!cursor.done() && cursor.read().n < row.n) cursor.advance();
    const plan::PlannedRead& planned = cursor.read();
    if (cursor.done() || planned.n != row.n || planned.account != row.account || planned.due != row.due) {
      ++bad;
      continue;
    }
    cursor.advance();
    if (row.due >= until) continue;
    words += row.words.size();
    portion.push_back(row);
    if (words >= kPortion) resolve();
  }
  resolve();
  if (bad > 0) facts.damage.push_back(fmt::format("reads.csv: {} lines that are no read of the plan", bad));
}

void ViewReads::Impl::resolve() {
  for (const measure::LoggedRead& row : portion) {
    std::size_t word = 0;
    for (const std::size_t stream : plan.reads[row.read].streams) {
      const std::uint32_t keys = plan.streams[stream].keys_of_account();
      for (std::uint32_t key = row.account * keys; key < (row.account + 1) * keys; ++key) {
        const auto lane = static_cast<std::uint16_t>(lanes[stream].lane_of(key));
        looks[stream].push_back({row.read, lane, key, row.words[word++], row.at});
      }
    }
  }
  for (std::size_t stream = 0; stream < looks.size(); ++stream) resolve_stream(stream);
  std::vector<std::size_t> next(looks.size());
  for (const measure::LoggedRead& row : portion) account(row, next);
  for (std::vector<Look>& of_stream : looks) of_stream.clear();
  portion.clear();
  words = 0;
}

void ViewReads::Impl::resolve_stream(std::size_t stream) {
  std::vector<Look*> order;
  for (Look& look : looks[stream]) order.push_back(&look);
  std::sort(order.begin(), order.end(), [](const Look* a, const Look* b) { return a->lane < b->lane; });
  for (auto begin = order.begin(); begin != order.end();) {
    const int lane = (*begin)->lane;
    const auto end =
        std::find_if(begin, order.end(), [lane](const Look* look) { return look->lane != lane; });
    resolve_lane(stream, lane, {begin, end});
    begin = end;
  }
}

void ViewReads::Impl::resolve_lane(std::size_t stream, int lane, std::span<Look*> lane_looks) {
  std::unordered_map<std::uint32_t, OfKey> keys;
  Nanos last = 0;
  for (const Look* look : lane_looks) {
    keys.try_emplace(look->key);
    last = std::max(last, look->at);
  }
  last = std::min(last, facts.sending_stopped);
  for (plan::LaneCursor cursor(lanes[stream], lane); !cursor.done() && cursor.tau() <= last;
       cursor.advance()) {
    const plan::Event event = cursor.event();
    const auto found = keys.find(event.key);
    if (found == keys.end()) continue;
    found->second.tau.push_back(event.tau);
    found->second.n.push_back(event.n);
  }
  for (Look* look : lane_looks) compare(stream, *look, keys.at(look->key));
}

// R2: planned events with word < τ ≤ r.
void ViewReads::Impl::compare(std::size_t stream, Look& look, const OfKey& events) {
  const auto first = std::upper_bound(events.tau.begin(), events.tau.end(), look.word);
  const auto end = std::upper_bound(first, events.tau.end(), look.at);
  look.unseen = static_cast<std::uint64_t>(end - first);
  look.known.events = static_cast<std::uint64_t>(first - events.tau.begin());
  if (first != events.tau.begin()) look.known.latest = *std::prev(first);
  if (end != events.tau.begin()) look.latest = *std::prev(end);
  if (first == end) return;
  look.oldest = *first;
  if (!plan.streams[stream].critical) return;
  const plan::Read& read = plan.reads[look.read];
  const Nanos bound_here = bound(read, stream);
  for (auto event = first; event != end && look.at - *event > bound_here; ++event) {
    const std::uint64_t n = events.n[static_cast<std::size_t>(event - events.tau.begin())];
    if (late_marks[{stream, read.group, look.lane}].set(n)) ++late[{stream, read.group, phase_at(*event)}];
  }
}

// What one read saw of one stream; `next` goes through the looks of each stream.
ViewReads::Impl::Seen ViewReads::Impl::seen_of(const measure::LoggedRead& row, std::size_t place,
                                               std::vector<std::size_t>& next) {
  const plan::Read& read = plan.reads[row.read];
  Seen seen{.stream = read.streams[place], .view = &views[{row.read, place, phase_at(row.due)}]};
  for (std::uint32_t key = 0; key < plan.streams[seen.stream].keys_of_account(); ++key) {
    const Look& look = looks[seen.stream][next[seen.stream]++];
    if (look.oldest != base::kNever) seen.staleness = std::max(seen.staleness, row.at - look.oldest);
    seen.unseen += look.unseen;
    known.push_back(look.known);
    truth.push_back(look.truth());
  }
  // A bound of 0 is passed infinitely far.
  const Nanos bound_here = bound(read, seen.stream);
  seen.stale = seen.staleness > bound_here;
  seen.far = bound_here > 0 ? static_cast<double>(seen.staleness) / static_cast<double>(bound_here)
                            : std::numeric_limits<double>::infinity();
  return seen;
}

void ViewReads::Impl::count(const measure::LoggedRead& row, const Seen& seen) {
  ViewCell& view = *seen.view;
  view.staleness.record(seen.staleness);
  view.sum += static_cast<double>(seen.staleness);
  view.stale += seen.stale ? 1U : 0U;
  view.over.resize(thresholds.size());
  for (std::size_t i = 0; i < thresholds.size(); ++i)
    view.over[i] += seen.staleness > thresholds[i] ? 1U : 0U;
  view.unseen += seen.unseen;
  view.most_unseen = std::max(view.most_unseen, seen.unseen);
  ReadSecond& second = seconds[{seen.stream, plan.reads[row.read].group, base::second_of(row.due)}];
  ++second.reads;
  second.stale += seen.stale ? 1U : 0U;
  second.worst = std::max(second.worst, seen.staleness);
}

// A decision is put down to the class that was the furthest over its bound; of equal ones to the first that
// the read names.
void ViewReads::Impl::account(const measure::LoggedRead& row, std::vector<std::size_t>& next) {
  ReadCell& cell = reads[{row.read, phase_at(row.due)}];
  ++cell.done;
  cell.delay.record(row.at - row.due);
  known.clear();
  truth.clear();
  Seen cause, critical_cause;
  for (std::size_t place = 0; place < plan.reads[row.read].streams.size(); ++place) {
    const Seen seen = seen_of(row, place, next);
    count(row, seen);
    if (!seen.stale) continue;
    if (!cause.stale || seen.far > cause.far) cause = seen;
    if (!plan.streams[seen.stream].critical) continue;
    if (!critical_cause.stale || seen.far > critical_cause.far) critical_cause = seen;
  }
  if (cause.stale) {
    ++cell.stale;
    ++cause.view->caused;
  }
  if (critical_cause.stale) {
    ++cell.critical;
    ++critical_cause.view->caused_critical;
  }
  if (wrong.known(row.read)) decide(row, cell);
}

void ViewReads::Impl::decide(const measure::LoggedRead& row, ReadCell& cell) {
  const WrongDecision decision = wrong.judge(row.read, row.at, known, truth);
  cell.wrong += decision.wrong ? 1U : 0U;
  cell.critical_wrong += decision.critical ? 1U : 0U;
  if (decision.cause) ++views[{row.read, *decision.cause, phase_at(row.due)}].caused_wrong;
}

ViewReads::ViewReads(const plan::Plan& plan, const std::vector<plan::StreamLanes>& lanes, Facts& facts,
                     Nanos until, const plan::DecisionsOf& decisions)
    : impl_(std::make_unique<Impl>(plan, lanes, facts, until, decisions)) {
  if (plan.reads.empty()) return;
  impl_->count_planned();
  for (const std::string& text : facts.reads) impl_->host(text);
  impl_->wrong.finish();
}
ViewReads::~ViewReads() = default;

ReadCell ViewReads::read(std::size_t read, int phase) const {
  ReadCell sum;
  for (const auto& [key, cell] : impl_->reads) {
    if (key.first != read || key.second < 0) continue;
    if (phase >= 0 ? key.second == phase
                   : impl_->plan.phases[static_cast<std::size_t>(key.second)].measured())
      add(sum, cell);
  }
  return sum;
}

ViewCell ViewReads::view(std::size_t read, std::size_t place, int phase) const {
  ViewCell sum;
  sum.over.resize(impl_->thresholds.size());
  for (const auto& [key, cell] : impl_->views) {
    const auto [of, at, in] = key;
    if (of != read || at != place || in < 0) continue;
    if (phase >= 0 ? in == phase : impl_->plan.phases[static_cast<std::size_t>(in)].measured())
      add(sum, cell);
  }
  return sum;
}

bool ViewReads::wrong_known(std::size_t read) const {
  return impl_->wrong.known(read);
}

std::uint64_t ViewReads::late(std::size_t stream, std::size_t pass, int phase) const {
  std::uint64_t sum = 0;
  for (const auto& [key, count] : impl_->late) {
    const auto [of, at, in] = key;
    if (of != stream || at != pass || in < 0) continue;
    if (phase >= 0 ? in == phase : impl_->plan.phases[static_cast<std::size_t>(in)].measured()) sum += count;
  }
  return sum;
}

const ReadSecond* ViewReads::second(std::size_t stream, std::size_t pass, std::int64_t second) const {
  const auto found = impl_->seconds.find({stream, pass, second});
  return found == impl_->seconds.end() ? nullptr : &found->second;
}

std::vector<Nanos> view_thresholds(const plan::Plan& plan) {
  std::vector<Nanos> thresholds;
  for (const plan::Slo& slo : plan.slos) {
    const Nanos threshold = std::llround(slo.threshold);
    if (slo.figure == plan::Figure::view_staleness &&
        std::find(thresholds.begin(), thresholds.end(), threshold) == thresholds.end())
      thresholds.push_back(threshold);
  }
  return thresholds;
}

}  // namespace freshet::results
