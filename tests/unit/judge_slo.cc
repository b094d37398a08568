// SLOs by exact counts (E7): the boundary itself holds, one more does not.
#include "harness/judge/slo.h"

#include <gtest/gtest.h>

#include "tests/unit/judge_fixture.h"

namespace freshet::judge {
namespace {

using base::kSecond;
using plan::Comparison;
using plan::Figure;
using Kind = results::Quantile::Kind;

TEST(AllowedOf, IsExact) {
  struct Row {
    std::uint64_t n;
    double part;
    std::uint64_t allowed;
  };
  const Row table[] = {
      {3000, 0.01, 30},
      {2999, 0.01, 29},
      {1000, 0.001, 1},
      {999, 0.001, 0},
      {0, 0.5, 0},
      {7, 1, 7},
      {7, 0, 0},
      {10'000, 0.0001, 1},
      // over a billion events: the product would not fit into 64 bits in one go
      {123'456'789'012'345, 0.01, 1'234'567'890'123},
      {18'000'000'000'000'000'000U, 0.5, 9'000'000'000'000'000'000U},
  };
  for (const Row& row : table)
    EXPECT_EQ(allowed_of(row.n, row.part), row.allowed) << row.n << " * " << row.part;
}

TEST(PercentileSlo, AllowsExactlyItsShareOfBadEvents) {
  struct Row {
    double p;
    std::uint64_t planned, bad;
    bool holds;
  };
  const Row table[] = {
      {0.99, 3000, 30, true},
      {0.99, 3000, 31, false},
      {0.999, 10'000, 10, true},
      {0.999, 10'000, 11, false},
      {0.999, 10'999, 10, true},
      {0.999, 10'999, 11, false},
      {0.5, 21, 10, true},
      {0.5, 21, 11, false},
      {0.9999, 100'000, 10, true},
      {0.9999, 100'000, 11, false},
      {0.99999, 1'000'000, 10, true},
      {0.99999, 1'000'000, 11, false},
      {1, 1000, 0, true},
      {1, 1000, 1, false},
  };
  for (const Row& row : table) {
    const plan::Slo slo = percentile_slo(row.p, 2 * kSecond);
    EXPECT_EQ(holds(slo, bad_of(row.bad, row.planned)), row.holds)
        << "p" << row.p << " " << row.bad << "/" << row.planned;
    plan::Slo above = slo;
    above.comparison = Comparison::above;
    EXPECT_EQ(holds(above, bad_of(row.bad, row.planned)), !row.holds) << "above is the complement";
  }
}

TEST(PercentileSlo, DoesNotLookAtThePrintedFigure) {
  results::SloEvidence evidence = bad_of(31, 3000);
  evidence.figure = {0.99, Kind::exact, 1};  // a histogram that draws something far below
  EXPECT_FALSE(holds(percentile_slo(0.99, 2 * kSecond), evidence));
}

TEST(ShareSlo, CountsAgainstTheShare) {
  const plan::Slo slo = make_slo(Figure::staleness_share, Comparison::below, 0.005);
  EXPECT_TRUE(holds(slo, bad_of(5, 1000)));
  EXPECT_FALSE(holds(slo, bad_of(6, 1000)));
  EXPECT_TRUE(holds(slo, bad_of(5, 1199)));
  EXPECT_FALSE(holds(slo, bad_of(6, 1199)));
}

TEST(CountSlo, ComparesWholeNumbers) {
  struct Row {
    Comparison comparison;
    double threshold;
    std::uint64_t count;
    bool holds;
  };
  const Row table[] = {
      {Comparison::exactly, 0, 0, true}, {Comparison::exactly, 0, 1, false},
      {Comparison::exactly, 3, 3, true}, {Comparison::below, 3, 2, true},
      {Comparison::below, 3, 3, false},  {Comparison::above, 3, 3, false},
      {Comparison::above, 3, 4, true},
  };
  for (const Figure figure : {Figure::lost, Figure::duplicate, Figure::out_of_order}) {
    for (const Row& row : table) {
      results::SloEvidence evidence;
      evidence.planned = 100;
      evidence.count = row.count;
      EXPECT_EQ(holds(make_slo(figure, row.comparison, row.threshold), evidence), row.holds) << row.count;
    }
  }
}

TEST(TimeSlo, HoldsAtTheThresholdAndNotBeyond) {
  for (const Figure figure : {Figure::freshness_lag, Figure::time_to_fresh}) {
    const plan::Slo below = make_slo(figure, Comparison::below, 20e9);
    EXPECT_TRUE(holds(below, time_of(Kind::exact, 20 * kSecond)));
    EXPECT_FALSE(holds(below, time_of(Kind::exact, 20 * kSecond + 1)));
    EXPECT_TRUE(holds(below, time_of(Kind::exact, 0)));
    EXPECT_FALSE(holds(below, time_of(Kind::at_least, 40 * kSecond))) << "not reached";
    EXPECT_FALSE(holds(below, time_of(Kind::at_least, 1))) << "at least 1 ns may be an hour";
    const plan::Slo above = make_slo(figure, Comparison::above, 20e9);
    EXPECT_FALSE(holds(above, time_of(Kind::exact, 20 * kSecond)));
    EXPECT_TRUE(holds(above, time_of(Kind::at_least, 40 * kSecond)));
  }
}

TEST(Slo, NoDataIsNeverAPass) {
  for (const Comparison comparison : {Comparison::below, Comparison::above, Comparison::exactly}) {
    for (const Figure figure :
         {Figure::staleness_percentile, Figure::staleness_share, Figure::lost, Figure::duplicate,
          Figure::out_of_order, Figure::freshness_lag, Figure::time_to_fresh}) {
      EXPECT_FALSE(holds(make_slo(figure, comparison, 0), {})) << static_cast<int>(figure);
    }
  }
}

TEST(Slo, IsToldInWords) {
  plan::Plan plan = make_plan();
  plan.slos = {percentile_slo(0.99, 2 * kSecond), make_slo(Figure::lost, Comparison::exactly, 0),
               make_slo(Figure::time_to_fresh, Comparison::below, 20e9),
               make_slo(Figure::staleness_share, Comparison::below, 0.005)};
  plan.slos[0].line = 31;

  const SloVerdict percentile = decide(plan, {0, 0, 0, -1, 1}, bad_of(31, 3000));
  EXPECT_FALSE(percentile.holds);
  EXPECT_EQ(percentile.figure, "24.1 ms");
  EXPECT_EQ(percentile.bound, "below 2 s");
  EXPECT_EQ(percentile.count, "31 bad of 3 000 events, 30 allowed");
  EXPECT_EQ(percentile.line, 31);

  results::SloEvidence none_lost;
  none_lost.planned = 120'000;
  const SloVerdict lost = decide(plan, {1, 0, 0, -1, plan::kWholeRun}, none_lost);
  EXPECT_TRUE(lost.holds);
  EXPECT_EQ(lost.figure, "0");
  EXPECT_EQ(lost.bound, "exactly 0");
  EXPECT_EQ(lost.count, "0 of 120 000 events");

  const SloVerdict fresh = decide(plan, {2, 0, 0, -1, 2}, time_of(Kind::at_least, 40 * kSecond));
  EXPECT_FALSE(fresh.holds);
  EXPECT_EQ(fresh.figure, "> 40.0 s");
  EXPECT_EQ(fresh.bound, "below 20 s");

  const SloVerdict share = decide(plan, {3, 0, 0, -1, 1}, bad_of(5, 1000));
  EXPECT_EQ(share.figure, "0.500 %");
  EXPECT_EQ(share.bound, "below 0.5 %");

  EXPECT_EQ(decide(plan, {0, 0, 0, -1, 1}, {}).count, "no event was planned: no data is never a pass");
}

TEST(BoundWords, DropsZerosThatSayNothing) {
  EXPECT_EQ(bound_words(2 * kSecond), "2 s");
  EXPECT_EQ(bound_words(1'500'000'000), "1.5 s");
  EXPECT_EQ(bound_words(250'000'000), "250 ms");
  EXPECT_EQ(bound_words(100 * kSecond), "100 s");
  EXPECT_EQ(bound_words(0), "0 s");
}

TEST(QuantileWords, SayWhatIsKnown) {
  EXPECT_EQ(quantile_words({0.99, Kind::exact, 24'100'000}), "24.1 ms");
  EXPECT_EQ(quantile_words({0.99, Kind::at_least, 3'200'000'000}), "≥ 3.20 s");
  EXPECT_EQ(quantile_words({0.99, Kind::not_available, 5}), "n/a");
}

}  // namespace
}  // namespace freshet::judge
