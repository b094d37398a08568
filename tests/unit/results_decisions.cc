// Wrong decisions (metrics 2.4) against a slow count over all planned events; and what nobody can tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "harness/base/random.h"
#include "tests/unit/results_reads_fixture.h"

namespace freshet::results {
namespace {

using plan::KnownKey;
using testing::ElementsAre;
using testing::IsEmpty;

// One ticket key and two lock keys of an account: what is known of each.
using Known = std::span<const KnownKey>;

// A decision on which either class has its say, and how long ago its latest event was.
int decided(Nanos at, Known known) {
  const bool locked = (known[1].events + known[2].events) % 2 == 1;
  const bool recent = known[0].events > 0 && at - known[0].latest < kSecond;
  return locked || recent ? 1 : known[0].events % 7 == 3 ? 2 : 0;
}

class ByHand : public plan::Decisions {
 public:
  explicit ByHand(std::uint64_t* asked) : asked_(asked) {}
  base::Result<bool> same(std::size_t read, Nanos at, Known one, Known other) override {
    EXPECT_EQ(read, 0U);
    ++*asked_;
    if (fails_at_ == *asked_) return base::usage_error("a.lua:3: fails");
    return decided(at, one) == decided(at, other);
  }
  base::Status pure(std::size_t) override {
    if (impure_) return base::usage_error("a.lua:3: changes something");
    return base::Ok{};
  }
  std::uint64_t fails_at_ = 0;
  bool impure_ = false;

 private:
  std::uint64_t* asked_;
};

struct Decided {
  std::uint64_t asked = 0, fails_at = 0;
  bool impure = false;
  plan::DecisionsOf of() {
    return [this](const plan::Plan&) -> base::Result<std::unique_ptr<plan::Decisions>> {
      auto made = std::make_unique<ByHand>(&asked);
      made->fails_at_ = fails_at;
      made->impure_ = impure;
      return std::unique_ptr<plan::Decisions>(std::move(made));
    };
  }
};

plan::Plan plan_that_decides() {
  plan::Plan plan = plan_with_reads();
  plan.reads[0].decide = "by hand";
  plan.slos = {{.figure = plan::Figure::wrong_decisions, .phase = "recovery", .threshold = 0.5},
               {.figure = plan::Figure::critical_wrong_decisions,
                .phase = "recovery",
                .comparison = plan::Comparison::exactly}};
  return plan;
}

class WrongDecisions : public testing::Test {
 protected:
  WrongDecisions() : run_(plan_that_decides()), events_(events_of(run_)) {}

  // Each view lags by another time of up to `most`.
  std::vector<LoggedRead> lagging(Nanos most) {
    std::uint64_t draw = 0;
    return done_reads(run_.plan(), kMillisecond, [&](std::size_t stream, std::uint32_t key, Nanos at) {
      const Nanos lag =
          most == 0 ? 0 : static_cast<Nanos>(base::random_at(5, draw++) % static_cast<std::uint64_t>(most));
      Nanos word = kNothingYet;
      for (const PlannedEvent& e : events_) {
        if (e.stream == stream && e.key == key && e.tau <= at - lag) word = std::max(word, e.tau);
      }
      return word;
    });
  }

  KnownKey upto(std::size_t place, std::uint32_t account, Nanos until) const {
    const std::size_t stream = place == 0 ? 0 : 1;
    const std::uint32_t key = place == 0 ? account : account * 2 + static_cast<std::uint32_t>(place) - 1;
    KnownKey known;
    for (const PlannedEvent& e : events_) {
      if (e.stream != stream || e.key != key || e.tau > until) continue;
      ++known.events;
      known.latest = std::max(known.latest, e.tau);
    }
    return known;
  }

  Settled settled(const std::vector<LoggedRead>& reads, const plan::DecisionsOf& decisions) {
    for (const LoggedRead& read : reads) run_.facts().add(read);
    run_.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
    run_.finish();
    return run_.settled(decisions);
  }

  MadeRun run_;
  std::vector<PlannedEvent> events_;
};

const DecisionRow& decision_of(const Figures& figures, int phase) {
  for (const DecisionRow& row : figures.decisions) {
    if (row.phase == phase) return row;
  }
  throw std::runtime_error("no such row");
}

TEST_F(WrongDecisions, AreThoseOfASlowCount) {
  const std::vector<LoggedRead> reads = lagging(2 * kSecond);
  struct Slow {
    std::uint64_t reads = 0, wrong = 0, critical = 0, caused[2] = {}, differ = 0;
  };
  std::array<Slow, 5> slow;  // by phase + 1
  for (const LoggedRead& read : reads) {
    std::array<KnownKey, 3> seen, truth;
    for (std::size_t i = 0; i < 3; ++i) {
      seen[i] = upto(i, read.account, read.words[i]);
      truth[i] = upto(i, read.account, read.at);
    }
    const int right = decided(read.at, truth);
    const bool wrong = decided(read.at, seen) != right;
    const std::array<KnownKey, 3> ticket_seen = {truth[0], seen[1], seen[2]},
                                  lock_seen = {seen[0], truth[1], truth[2]};
    const bool differs[2] = {seen[0].events != truth[0].events,
                             seen[1].events + seen[2].events != truth[1].events + truth[2].events};
    const bool helps[2] = {differs[0] && decided(read.at, ticket_seen) == right,
                           differs[1] && decided(read.at, lock_seen) == right};
    const std::size_t phase = read.due < 2 * kSecond   ? 1
                              : read.due < 6 * kSecond ? 2
                              : read.due < 8 * kSecond ? 3
                                                       : 4;
    for (const std::size_t row : {std::size_t{0}, phase}) {
      if (row == 0 && phase == 1) continue;  // warm-up
      ++slow[row].reads;
      slow[row].differ += differs[0] || differs[1] ? 1 : 0;
      if (!wrong) continue;
      ++slow[row].wrong;
      slow[row].critical += helps[1] ? 1 : 0;
      for (int s = 0; s < 2; ++s) slow[row].caused[s] += helps[s] && !helps[1 - s] ? 1 : 0;
    }
  }
  ASSERT_GT(slow[0].caused[0], 10U);
  ASSERT_GT(slow[0].caused[1], 10U);
  ASSERT_GT(slow[0].wrong, slow[0].caused[0] + slow[0].caused[1]) << "of some no one class is the cause";
  ASSERT_NE(slow[0].critical, slow[0].caused[1]);

  Decided hand;
  const Settled settled = this->settled(reads, hand.of());
  EXPECT_THAT(settled.figures.damage, IsEmpty());
  for (int phase = -1; phase < 4; ++phase) {
    const DecisionRow& row = decision_of(settled.figures, phase);
    const Slow& expected = slow[static_cast<std::size_t>(phase + 1)];
    EXPECT_TRUE(row.decides && row.wrong_known);
    EXPECT_EQ(row.reads, expected.reads);
    EXPECT_EQ(row.wrong, expected.wrong) << phase;
    EXPECT_EQ(row.critical_wrong, expected.critical) << phase;
    for (const ViewRow& view : settled.figures.views) {
      if (view.phase != phase) continue;
      EXPECT_TRUE(view.wrong_known);
      EXPECT_EQ(view.caused_wrong, expected.caused[view.stream]) << phase;
    }
  }
  ASSERT_EQ(settled.figures.slos.size(), 2U);
  EXPECT_EQ(settled.figures.slos[0].bad, slow[4].wrong);
  EXPECT_EQ(settled.figures.slos[1].bad, slow[4].critical);
  EXPECT_EQ(settled.figures.slos[0].planned, slow[4].reads);
  EXPECT_FALSE(settled.figures.slos[0].unknown);
  // Asked for each read that lacked something, warm-up's too, and a few times more where it was wrong.
  EXPECT_GE(hand.asked, slow[0].differ + slow[1].differ);
  EXPECT_LE(hand.asked, slow[0].differ + slow[1].differ + 3 * (slow[0].wrong + slow[1].wrong));
}

// By hand: three lock events of one key are planned by then, one is known; the count of locks is odd and has
// to be odd: right, though two are missing. Then two are known: wrong.
TEST_F(WrongDecisions, ThatLackSomethingNeedNotBeWrong) {
  const auto at = 3 * kSecond;
  EXPECT_EQ(decided(at, std::array<KnownKey, 3>{KnownKey{}, {1, kSecond}, {}}),
            decided(at, std::array<KnownKey, 3>{KnownKey{}, {3, 2 * kSecond}, {}}));
  EXPECT_NE(decided(at, std::array<KnownKey, 3>{KnownKey{}, {2, kSecond}, {}}),
            decided(at, std::array<KnownKey, 3>{KnownKey{}, {3, 2 * kSecond}, {}}));
}

TEST_F(WrongDecisions, AreNotAskedForWhereTheViewLacksNothing) {
  Decided hand;
  const Settled settled = this->settled(lagging(0), hand.of());
  EXPECT_EQ(hand.asked, 0U);
  EXPECT_TRUE(decision_of(settled.figures, -1).wrong_known);
  EXPECT_EQ(decision_of(settled.figures, -1).wrong, 0U);
}

TEST_F(WrongDecisions, OfReadsThatWereNotDoneAreBadForAnSlo) {
  std::vector<LoggedRead> reads = lagging(0);
  std::uint64_t dropped = 0;
  std::erase_if(reads, [&](const LoggedRead& read) {
    const bool drop = read.due >= 8 * kSecond && read.n % 5 == 0;
    dropped += drop ? 1 : 0;
    return drop;
  });
  Decided hand;
  const Settled settled = this->settled(reads, hand.of());
  EXPECT_EQ(decision_of(settled.figures, 3).unresolved(), dropped);
  EXPECT_EQ(settled.figures.slos[0].bad, dropped);
  EXPECT_EQ(settled.figures.slos[0].bad_without_own, 0U);
}

// Never a count where nobody knows.
void expect_unknown(const Settled& settled) {
  for (const DecisionRow& row : settled.figures.decisions) {
    EXPECT_TRUE(row.decides);
    EXPECT_FALSE(row.wrong_known);
  }
  for (const SloEvidence& evidence : settled.figures.slos) EXPECT_TRUE(evidence.unknown);
  const Json json = figures_to_json(settled.plan, settled.figures);
  for (const Json& row : json["decisions"]) {
    EXPECT_TRUE(row["decides"].get<bool>());
    EXPECT_TRUE(row["wrong"].is_null());
    EXPECT_TRUE(row["critical_wrong"].is_null());
    EXPECT_FALSE(row["stale"].is_null()) << "what does not hang on it is known";
  }
  for (const Json& row : json["views"]) EXPECT_TRUE(row["caused_wrong"].is_null());
  for (const Json& row : json["slos"]) EXPECT_TRUE(row["bad"].is_null() && row["share"].is_null());
}

TEST_F(WrongDecisions, AreUnknownWithoutWhoCanRunTheFunction) {
  const Settled settled = this->settled(lagging(2 * kSecond), {});
  expect_unknown(settled);
  EXPECT_THAT(settled.figures.damage, IsEmpty());
}

TEST_F(WrongDecisions, AreUnknownWhenTheFunctionFailsInTheMiddle) {
  Decided hand;
  hand.fails_at = 100;
  const Settled settled = this->settled(lagging(2 * kSecond), hand.of());
  expect_unknown(settled);
  EXPECT_EQ(hand.asked, 100U) << "and it is not asked again";
  EXPECT_THAT(settled.figures.damage, ElementsAre("a.lua:3: fails"));
}

TEST_F(WrongDecisions, AreUnknownWhenTheFunctionTurnsOutToBeNone) {
  Decided hand;
  hand.impure = true;
  const Settled settled = this->settled(lagging(2 * kSecond), hand.of());
  expect_unknown(settled);
  EXPECT_THAT(settled.figures.damage, ElementsAre("a.lua:3: changes something"));
}

TEST_F(WrongDecisions, AreUnknownWhenTheFunctionsCannotBeHad) {
  const Settled settled = this->settled(
      lagging(2 * kSecond), [](const plan::Plan&) -> base::Result<std::unique_ptr<plan::Decisions>> {
        return base::usage_error("a.lua:1: is damaged\na.lua:2: too");
      });
  expect_unknown(settled);
  EXPECT_THAT(settled.figures.damage, ElementsAre("a.lua:1: is damaged", "a.lua:2: too"));
}

}  // namespace
}  // namespace freshet::results
