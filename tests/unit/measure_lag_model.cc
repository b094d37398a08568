// A live shard against a model that keeps when every single event settled and searches all of them for each
// question: same lags, debts, instants and counts on random histories.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "harness/base/random.h"
#include "tests/unit/measure_fixture.h"

namespace freshet::measure::test {
namespace {

constexpr int kLanes = 3;
constexpr std::int64_t kSeconds = 12;
constexpr Nanos kBound = 800 * kMillisecond;

// What happens to an event, in this order of time.
struct Event {
  int lane = 0;
  std::uint64_t n = 0;
  Nanos tau = 0;
  std::optional<AckState> end;  // of the report, if there is one
  Nanos reported = base::kNever;
  std::int64_t offset = -1;      // in the log
  Nanos visible = base::kNever;  // when the member gets it; kNever: lost
  bool twice = false;            // the record comes again at the next offset
  bool redelivered = false;      // the same record comes again
};

struct Step {
  Nanos at = 0;
  enum { roll, report, deliver, deliver_again, redeliver } what = roll;
  Event* event = nullptr;
};

class Model {
 public:
  explicit Model(std::vector<Event>& events) : events_(events), facts_(events.size()) {}

  void report(const Event& e) {
    Fact& f = fact(e);
    f.state = *e.end;
    if (f.state == AckState::acked || f.state == AckState::acked_unknown) f.acked_at = e.reported;
  }
  void deliver(const Event& e, Nanos at) {
    Fact& f = fact(e);
    f.seen = true;
    if (f.settled == base::kNever) f.settled = at;
    notice(e.lane, at);
    pass(e.offset + 1, at);
  }
  void pass(std::int64_t offset, Nanos at) {
    const bool jumped = offset > position_ + 1;
    position_ = std::max(position_, offset);
    if (jumped) notice_all(at);
  }
  void notice_all(Nanos at) {
    for (int lane = 0; lane < kLanes; ++lane) notice(lane, at);
  }

  LagSecond second(std::int64_t s) const {
    LagSecond row{.second = s};
    std::vector<Nanos> breaks = {(s + 1) * kSecond};
    for (const Fact& f : facts_) {
      if (f.settled > s * kSecond && f.settled < (s + 1) * kSecond) breaks.push_back(f.settled);
    }
    std::sort(breaks.begin(), breaks.end());
    Nanos from = s * kSecond;
    for (const Nanos to : breaks) {
      row.consumer = std::max(row.consumer, consumer_lag(to));
      const Nanos oldest = oldest_until(to);
      if (oldest < to) {
        row.freshness = std::max(row.freshness, to - oldest);
        over(std::max(from, oldest + kBound), to, oldest, row);
      }
      from = to;
    }
    return row;
  }
  bool all_settled() const {
    return std::all_of(facts_.begin(), facts_.end(), [](const Fact& f) { return f.settled != base::kNever; });
  }
  // Over the bound in all the seconds that were asked for.
  Nanos over_time() const { return over_time_; }

 private:
  struct Fact {
    AckState state = AckState::in_flight;
    Nanos acked_at = base::kNever;
    Nanos settled = base::kNever;
    bool seen = false;
  };
  Fact& fact(const Event& e) { return facts_[static_cast<std::size_t>(&e - events_.data())]; }

  bool past(std::size_t i) const {
    switch (facts_[i].state) {
      case AckState::acked:
        return events_[i].offset < position_;
      case AckState::acked_unknown:
        for (std::size_t k = i + 1; k < events_.size(); ++k) {
          if (events_[k].lane == events_[i].lane && facts_[k].seen) return true;
        }
        return false;
      case AckState::failed:
      case AckState::indeterminate:
      case AckState::not_sent_own:
      case AckState::not_sent_cluster:
        return true;
      default:
        return false;
    }
  }
  void notice(int lane, Nanos at) {
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (events_[i].lane != lane || facts_[i].settled != base::kNever) continue;
      if (events_[i].tau > at || !past(i)) return;
      facts_[i].settled = at;
    }
  }
  // τ of the oldest event that was unsettled right up to `t`.
  Nanos oldest_until(Nanos t) const {
    Nanos oldest = base::kNever;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (facts_[i].settled >= t) oldest = std::min(oldest, events_[i].tau);
    }
    return oldest;
  }
  // Over acknowledged events that settle at `t` or are the first unsettled one of their lane.
  Nanos consumer_lag(Nanos t) const {
    Nanos lag = 0;
    for (int lane = 0; lane < kLanes; ++lane) {
      bool behind_head = false;
      for (std::size_t i = 0; i < events_.size(); ++i) {
        if (events_[i].lane != lane || facts_[i].settled < t) continue;
        const bool counts = facts_[i].settled == t || !behind_head;
        if (counts && facts_[i].acked_at < t) lag = std::max(lag, t - events_[i].tau);
        if (facts_[i].settled > t) behind_head = true;
      }
    }
    return lag;
  }
  void over(Nanos begin, Nanos end, Nanos oldest, LagSecond& row) const {
    if (begin >= end) return;
    over_time_ += end - begin;
    if (row.first_over < 0) row.first_over = begin;
    row.last_over = end;
    const auto seconds = [](Nanos t) { return static_cast<double>(t) / static_cast<double>(kSecond); };
    // A trapezium: it rises with slope 1.
    const double low = seconds(begin - oldest - kBound), high = seconds(end - oldest - kBound);
    row.debt += (low + high) / 2 * seconds(end - begin);
  }

  std::vector<Event>& events_;  // by lane, then n
  std::vector<Fact> facts_;
  std::int64_t position_ = 0;
  mutable Nanos over_time_ = 0;
};

class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {
    for (int lane = 0; lane < kLanes; ++lane) make_lane(lane);
    make_log();
    make_steps();
  }
  Taus taus() const {
    Taus taus(kLanes);
    for (const Event& e : events) taus[static_cast<std::size_t>(e.lane)].push_back(e.tau);
    return taus;
  }

  std::vector<Event> events;  // by lane, then n
  std::vector<Step> steps;    // by time

 private:
  // Odd, so that nothing coincides with the end of a second.
  Nanos some(Nanos most) { return static_cast<Nanos>(random_.below(static_cast<std::uint64_t>(most))) | 1; }
  bool chance(int percent) { return random_.below(100) < static_cast<std::uint64_t>(percent); }

  void make_lane(int lane) {
    Nanos tau = 0;
    const std::uint64_t count = random_.below(40);
    for (std::uint64_t n = 0; n < count; ++n) {
      tau += some(chance(10) ? 1500 * kMillisecond : 150 * kMillisecond);
      Event e;
      e.lane = lane;
      e.n = n;
      e.tau = tau;
      events.push_back(e);
    }
  }
  // Offsets, acks and deliveries in the order of τ over the lanes, as one partition has them.
  void make_log() {
    std::vector<Event*> order;
    for (Event& e : events) order.push_back(&e);
    std::sort(order.begin(), order.end(), [](const Event* a, const Event* b) { return a->tau < b->tau; });
    std::int64_t offset = 0;
    Nanos acked = 0, visible = 0;
    for (Event* e : order) {
      // Even, deliveries odd: no two at once.
      const Nanos reported =
          (e->tau + some(chance(10) ? 2500 * kMillisecond : 40 * kMillisecond)) & ~Nanos{1};
      if (chance(12)) {
        constexpr AckState kEnds[] = {AckState::failed, AckState::indeterminate, AckState::not_sent_own,
                                      AckState::not_sent_cluster};
        e->end = kEnds[random_.below(4)];
        e->reported = reported;
        const bool appears = *e->end == AckState::indeterminate && chance(50);
        if (!appears) continue;
      } else if (!chance(5)) {  // else there is no report
        e->end = chance(10) ? AckState::acked_unknown : AckState::acked;
        acked = e->reported = std::max(acked, reported) + 2;
      }
      offset += chance(10) ? 1 + static_cast<std::int64_t>(random_.below(3)) : 0;  // control records
      e->offset = offset++;
      if (chance(6)) continue;  // lost
      visible = std::max(visible, e->tau) + some(chance(8) ? 1500 * kMillisecond : 30 * kMillisecond) + 1;
      visible |= 1;
      e->visible = visible;
      e->twice = chance(5);
      e->redelivered = !e->twice && chance(5);
      offset += e->twice ? 1 : 0;
    }
  }
  void make_steps() {
    for (std::int64_t s = 1; s <= kSeconds; ++s) steps.push_back({s * kSecond, Step::roll, nullptr});
    for (Event& e : events) {
      if (e.end && e.reported < kSeconds * kSecond) steps.push_back({e.reported, Step::report, &e});
      if (e.visible >= kSeconds * kSecond) continue;
      steps.push_back({e.visible, Step::deliver, &e});
      if (e.twice) steps.push_back({e.visible, Step::deliver_again, &e});
      if (e.redelivered) steps.push_back({e.visible, Step::redeliver, &e});
    }
    std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
  }

  base::Random random_;
};

void report(const Event& e, AckLog& acks) {
  switch (*e.end) {
    case AckState::acked:
      return acks.acked(e.lane, e.n, e.offset);
    case AckState::acked_unknown:
      return acks.acked(e.lane, e.n, -1);
    case AckState::failed:
    case AckState::indeterminate:
      return acks.failed(e.lane, e.n, *e.end == AckState::indeterminate);
    default:
      return acks.not_sent(e.lane, e.n, *e.end == AckState::not_sent_own);
  }
}

struct Expected {
  std::uint64_t visible = 0, log_duplicate = 0, redelivered = 0, over = 0;
};

void run(Step step, Partition& p, LiveShard& shard, Model& model, Expected& expected) {
  const auto record = [&](std::int64_t offset) { return p.record(step.event->lane, step.event->n, offset); };
  switch (step.what) {
    case Step::roll:
      shard.roll(step.at);
      return model.notice_all(step.at);
    case Step::report:
      report(*step.event, p.acks);
      return model.report(*step.event);
    case Step::deliver:
      p.deliver(shard, record(step.event->offset), step.at);
      ++expected.visible;
      expected.over += step.at - step.event->tau > kBound;
      return model.deliver(*step.event, step.at);
    case Step::deliver_again:
      p.deliver(shard, record(step.event->offset + 1), step.at);
      ++expected.log_duplicate;
      return model.pass(step.event->offset + 2, step.at);
    case Step::redeliver:
      p.deliver(shard, record(step.event->offset), step.at);
      ++expected.redelivered;
      return;
  }
}

void compare(const Model& model, Partition& p) {
  for (std::int64_t s = 0; s < kSeconds; ++s) {
    const LagSecond expected = model.second(s);
    const auto found = p.lags.find(s);
    if (found == p.lags.end()) {
      EXPECT_EQ(expected.freshness, 0) << "second " << s;
      continue;
    }
    const LagSecond& row = found->second;
    EXPECT_EQ(row.freshness, expected.freshness) << "second " << s;
    EXPECT_EQ(row.consumer, expected.consumer) << "second " << s;
    EXPECT_EQ(row.first_over, expected.first_over) << "second " << s;
    EXPECT_EQ(row.last_over, expected.last_over) << "second " << s;
    EXPECT_NEAR(row.debt, expected.debt, 1e-9) << "second " << s;
  }
  // R3: the times over the bound themselves.
  Nanos over = 0, last = 0;
  for (const OverBound& span : p.over) {
    EXPECT_LE(last, span.from);
    EXPECT_LT(span.from, span.until);
    EXPECT_LE(base::second_of(span.until - 1), base::second_of(span.from)) << "told second by second";
    last = span.until;
    over += span.until - span.from;
  }
  EXPECT_EQ(over, model.over_time());
}

class LagModel : public testing::TestWithParam<std::uint64_t> {};

TEST_P(LagModel, AgreesOnRandomHistories) {
  for (std::uint64_t i = 0; i < 40; ++i) {
    SCOPED_TRACE(testing::Message() << "history " << GetParam() * 1000 + i);
    History history(GetParam() * 1000 + i);
    Partition p(history.taus(), kBound);
    auto shard = p.open();
    Model model(history.events);
    Expected expected;
    for (const Step& step : history.steps) {
      if (step.what == Step::report && step.event->end == AckState::acked) {
        // The model takes every offset for believed; so must the log have.
        run(step, p, *shard, model, expected);
        ASSERT_EQ(p.acks.get(step.event->lane, step.event->n).state, AckState::acked);
        continue;
      }
      run(step, p, *shard, model, expected);
    }
    EXPECT_EQ(shard->settled(), model.all_settled());
    p.collect();
    EXPECT_EQ(p.rows, static_cast<int>(p.lags.size())) << "one row a second";
    compare(model, p);
    EXPECT_EQ(p.count(Count::visible), expected.visible);
    EXPECT_EQ(p.count(Count::log_duplicate), expected.log_duplicate);
    EXPECT_EQ(p.count(Count::redelivered), expected.redelivered);
    std::uint64_t over = 0, samples = 0;
    for (const auto& [key, cohort] : p.cohorts) {
      over += cohort.over[0];
      samples += cohort.samples;
    }
    EXPECT_EQ(over, expected.over);
    EXPECT_EQ(samples, expected.visible);
    if (HasFailure()) return;
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, LagModel, testing::Range<std::uint64_t>(1, 11));

}  // namespace
}  // namespace freshet::measure::test
