// R1-R4: what reads saw, against a count by hand and against a slow count over all planned events.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/base/random.h"
#include "harness/results/flushes.h"
#include "harness/results/hdr_codec.h"
#include "harness/results/layout.h"
#include "harness/results/line_file.h"
#include "harness/results/quantile.h"
#include "tests/unit/results_reads_fixture.h"

namespace freshet::results {
namespace {

Settled settled_with(MadeRun& run, const std::vector<LoggedRead>& reads) {
  for (const LoggedRead& read : reads) run.facts().add(read);
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  run.finish();
  return run.settled();
}

const ViewRow& view_of(const Figures& figures, int stream, int phase) {
  for (const ViewRow& row : figures.views) {
    if (row.read == 0 && row.stream == stream && row.phase == phase) return row;
  }
  throw std::runtime_error("no such row");
}
const DecisionRow& decision_of(const Figures& figures, int phase) {
  for (const DecisionRow& row : figures.decisions) {
    if (row.phase == phase) return row;
  }
  throw std::runtime_error("no such row");
}

// Each read lags by another time behind the plan; the slow count goes through all events for each of them.
TEST(Reads, AreResolvedAsASlowCountDoes) {
  MadeRun run(plan_with_reads());
  const std::vector<PlannedEvent> events = events_of(run);
  std::uint64_t draw = 0;
  const auto seen = [&](std::size_t stream, std::uint32_t key, Nanos at) {
    const Nanos lag = static_cast<Nanos>(base::random_at(5, draw++) % (2 * kSecond));
    Nanos word = kNothingYet;
    for (const PlannedEvent& e : events) {
      if (e.stream == stream && e.key == key && e.tau <= at - lag) word = std::max(word, e.tau);
    }
    return word;
  };
  const std::vector<LoggedRead> reads = done_reads(run.plan(), 3 * kMillisecond, seen);
  ASSERT_GT(reads.size(), 600U);

  struct Slow {
    std::uint64_t reads = 0, stale[2] = {}, caused[2] = {}, decisions = 0, critical = 0, unseen[2] = {};
    double sum[2] = {};
    Nanos most[2] = {};
  } slow;
  std::set<Nanos> late;  // τ of lock events, which are apart
  for (const LoggedRead& read : reads) {
    Nanos staleness[2] = {};
    for (std::size_t i = 0; i < 3; ++i) {
      const std::size_t stream = i == 0 ? 0 : 1;
      const std::uint32_t key = i == 0 ? read.account : read.account * 2 + static_cast<std::uint32_t>(i - 1);
      for (const PlannedEvent& e : events) {
        if (e.stream != stream || e.key != key || e.tau <= read.words[i] || e.tau > read.at) continue;
        if (read.due >= 2 * kSecond) ++slow.unseen[stream];
        staleness[stream] = std::max(staleness[stream], read.at - e.tau);
        if (stream == 1 && read.at - e.tau > kSecond / 2 && e.tau >= 2 * kSecond) late.insert(e.tau);
      }
    }
    if (read.due < 2 * kSecond) continue;  // warm-up
    ++slow.reads;
    const bool stale[2] = {staleness[0] > kSecond, staleness[1] > kSecond / 2};
    for (int s = 0; s < 2; ++s) {
      slow.stale[s] += stale[s] ? 1 : 0;
      slow.sum[s] += static_cast<double>(staleness[s]);
      slow.most[s] = std::max(slow.most[s], staleness[s]);
    }
    slow.decisions += stale[0] || stale[1] ? 1 : 0;
    slow.critical += stale[1] ? 1 : 0;
    const bool second_is_further = stale[1] && (!stale[0] || staleness[1] * 2 > staleness[0]);
    if (stale[0] || stale[1]) ++slow.caused[second_is_further ? 1 : 0];
  }
  ASSERT_GT(slow.caused[0], 10U);
  ASSERT_GT(slow.caused[1], 10U);

  const Settled settled = settled_with(run, reads);
  EXPECT_THAT(settled.figures.damage, testing::IsEmpty());
  for (int s = 0; s < 2; ++s) {
    const ViewRow& row = view_of(settled.figures, s, -1);
    EXPECT_EQ(row.reads, slow.reads);
    EXPECT_EQ(row.done, slow.reads);
    EXPECT_EQ(row.stale, slow.stale[s]);
    EXPECT_EQ(row.caused, slow.caused[s]);
    EXPECT_EQ(row.caused_critical, s == 1 ? slow.critical : 0U);
    EXPECT_NEAR(row.mean, slow.sum[s] / static_cast<double>(slow.reads), 1);
    EXPECT_NEAR(row.unseen_mean, static_cast<double>(slow.unseen[s]) / static_cast<double>(slow.reads), 1e-9);
    EXPECT_NEAR(static_cast<double>(row.quantiles[4].value), static_cast<double>(slow.most[s]),
                static_cast<double>(slow.most[s]) / 1000 + 1000);
  }
  const DecisionRow& decisions = decision_of(settled.figures, -1);
  EXPECT_EQ(decisions.reads, slow.reads);
  EXPECT_EQ(decisions.unresolved(), 0U);
  EXPECT_EQ(decisions.stale, slow.decisions);
  EXPECT_EQ(decisions.critical, slow.critical);
  EXPECT_NEAR(static_cast<double>(decisions.delay[0].value), 3e6, 3e3);
  ASSERT_EQ(settled.figures.critical.size(), settled.plan.phases.size() + 1);
  EXPECT_EQ(settled.figures.critical[0].late, late.size());
  EXPECT_EQ(settled.figures.critical[0].missed, 0U);
  EXPECT_TRUE(settled.figures.critical[0].looked_at);
}

// Phases add up to the measured ones, and warm-up is a row of its own.
TEST(Reads, BelongToThePhaseOfTheirIntendedTime) {
  MadeRun run(plan_with_reads());
  const auto reads = done_reads(run.plan(), 0, [](std::size_t, std::uint32_t, Nanos) { return kNothingYet; });
  const Settled settled = settled_with(run, reads);
  std::uint64_t sum = 0;
  for (int phase = 0; phase < 4; ++phase) {
    const plan::Phase& p = run.plan().phases[static_cast<std::size_t>(phase)];
    const auto due = std::ranges::count_if(
        reads, [&](const LoggedRead& read) { return read.due >= p.begin && read.due < p.end; });
    EXPECT_EQ(decision_of(settled.figures, phase).reads, static_cast<std::uint64_t>(due));
    if (phase > 0) sum += decision_of(settled.figures, phase).reads;
  }
  EXPECT_EQ(decision_of(settled.figures, -1).reads, sum);
}

// One account. Its view saw the first three events of the first stream and all of the other.
TEST(Reads, OfOneAccountByHand) {
  plan::Plan plan = plan_with_reads(5);
  plan.populations[0].tiers = {{"enterprise", 1, 1.0, 0}, {"rest", 0, 0, 0}};
  plan.streams[0].rate = 2;
  plan::fill_segments(plan);
  MadeRun run(std::move(plan));
  std::vector<Nanos> taus;
  for (const PlannedEvent& e : events_of(run)) {
    if (e.stream == 0) taus.push_back(e.tau);
  }
  ASSERT_GT(taus.size(), 10U);
  ASSERT_TRUE(std::ranges::is_sorted(taus));
  const auto seen = [&](std::size_t stream, std::uint32_t, Nanos at) { return stream == 0 ? taus[2] : at; };
  const auto reads = done_reads(run.plan(), 0, seen);
  double sum = 0;
  std::uint64_t measured = 0, stale = 0;
  for (const LoggedRead& read : reads) {
    if (read.due < 2 * kSecond) continue;
    ++measured;
    const Nanos staleness = std::max<Nanos>(0, read.at - taus[3]);
    sum += static_cast<double>(staleness);
    stale += staleness > kSecond ? 1 : 0;
  }
  const Settled settled = settled_with(run, reads);
  const ViewRow& row = view_of(settled.figures, 0, -1);
  EXPECT_EQ(row.reads, measured);
  EXPECT_EQ(row.stale, stale);
  EXPECT_EQ(row.caused, stale);
  EXPECT_NEAR(row.mean, sum / static_cast<double>(measured), 1);
  EXPECT_EQ(row.unseen_most, static_cast<std::uint64_t>(std::ranges::count_if(
                                 taus, [&](Nanos tau) { return tau > taus[2] && tau <= reads.back().at; })));
  EXPECT_EQ(view_of(settled.figures, 1, -1).stale, 0U);
  EXPECT_EQ(view_of(settled.figures, 1, -1).mean, 0);
}

TEST(Reads, ThatWereNotDoneAreCountedAndStandAboveAllOthers) {
  plan::Plan plan = plan_with_reads(200);
  plan.slos = {{.figure = plan::Figure::view_staleness,
                .percentile = 0.9,
                .klass = "ticket",
                .phase = "recovery",
                .threshold = 0.5 * kSecond},
               {.figure = plan::Figure::stale_decisions, .phase = "recovery", .threshold = 0.01}};
  MadeRun run(std::move(plan));
  auto reads = done_reads(run.plan(), 0, [](std::size_t, std::uint32_t, Nanos at) { return at; });
  const auto recovery = [](const LoggedRead& read) { return read.due >= 8 * kSecond; };
  const auto planned = static_cast<std::uint64_t>(std::ranges::count_if(reads, recovery));
  std::erase_if(reads, [&](const LoggedRead& read) { return recovery(read) && read.n % 4 == 0; });
  const auto left = static_cast<std::uint64_t>(std::ranges::count_if(reads, recovery));
  const Settled settled = settled_with(run, reads);
  const DecisionRow& row = decision_of(settled.figures, 3);
  EXPECT_EQ(row.reads, planned);
  EXPECT_EQ(row.unresolved(), planned - left);
  EXPECT_EQ(row.stale, 0U);
  const ViewRow& view = view_of(settled.figures, 0, 3);
  EXPECT_EQ(view.quantiles[0].kind, Quantile::Kind::exact);
  EXPECT_EQ(view.quantiles[1].kind, Quantile::Kind::at_least) << "p90 is one of those that were not done";
  ASSERT_EQ(settled.figures.slos.size(), 2U);
  for (const SloEvidence& evidence : settled.figures.slos) {
    EXPECT_EQ(evidence.planned, planned);
    EXPECT_EQ(evidence.bad, planned - left);
    EXPECT_EQ(evidence.bad_without_own, 0U);
  }
}

// H3: every percentile of view staleness again from its lines, those that were not done above all others.
TEST(Reads, ArePrintedAsTheirLinesInTheLogSay) {
  MadeRun run(plan_with_reads(200));
  std::uint64_t draw = 0;
  auto reads = done_reads(run.plan(), 0, [&](std::size_t, std::uint32_t, Nanos at) {
    return at - static_cast<Nanos>(base::random_at(6, draw++) % (3 * kSecond));
  });
  std::erase_if(reads, [](const LoggedRead& read) { return read.n % 50 == 0; });
  const Settled settled = settled_with(run, reads);
  for (const ViewRow& row : settled.figures.views) {
    if (row.phase < 0) continue;
    measure::Histogram done;
    std::uint64_t undone = 0;
    const plan::Phase& phase = settled.plan.phases[static_cast<std::size_t>(row.phase)];
    const std::string tag = "one/" + settled.plan.streams[static_cast<std::size_t>(row.stream)].name +
                            "/desk/opens/view_staleness";
    Lines lines(settled.settled_log);
    for (std::string_view line; lines.next(line);) {
      Fields fields(line.substr(std::string_view("Tag=").size()));
      const std::string_view found = fields.text();
      double start = 0, length = 0, max = 0;
      fields >> start >> length >> max;
      if (!found.starts_with(tag) || start != static_cast<double>(base::second_of(phase.begin))) continue;
      EXPECT_EQ(length, static_cast<double>(base::second_of(phase.end - phase.begin)));
      measure::Histogram histogram;
      ASSERT_TRUE(decode_histogram(fields.text(), histogram));
      if (found.ends_with("/undelivered")) {
        undone += histogram.total();
      } else {
        done.merge(histogram);
      }
    }
    EXPECT_EQ(done.total(), row.done);
    EXPECT_EQ(undone, row.reads - row.done);
    for (const Quantile& q : row.quantiles) {
      if (q.kind != Quantile::Kind::exact) continue;
      EXPECT_EQ(done.value_at_rank(rank_of(q.p, done.total() + undone)) * base::kMicrosecond, q.value);
    }
  }
}

TEST(Reads, ThatAreNotThePlansAreLeftOutAndNamed) {
  MadeRun run(plan_with_reads());
  auto reads = done_reads(run.plan(), 0, [](std::size_t, std::uint32_t, Nanos at) { return at; });
  const std::size_t planned = reads.size();
  reads[10].account += 1;
  reads[20].due -= 1;
  reads[30] = reads[29];
  reads[40].words.pop_back();
  reads[50].read = 1;
  reads.back().n += 5;
  const Settled settled = settled_with(run, reads);
  std::uint64_t done = 0;
  for (int phase = 0; phase < 4; ++phase) done += decision_of(settled.figures, phase).done;
  EXPECT_EQ(done, planned - 6);
  EXPECT_THAT(settled.figures.damage,
              testing::ElementsAre("reads.csv: 6 lines that are no read of the plan"));
}

TEST(Reads, OfAKilledRunCountAsFarAsItIsKnown) {
  MadeRun run(plan_with_reads());
  for (const LoggedRead& read :
       done_reads(run.plan(), 0, [](std::size_t, std::uint32_t, Nanos at) { return at; })) {
    if (read.due < 7 * kSecond) run.facts().add(read);
  }
  run.facts().flush(7 * kSecond);
  const Settled settled = run.settled();
  EXPECT_EQ(settled.figures.ending, "killed");
  const auto reads = done_reads(run.plan(), 0, [](std::size_t, std::uint32_t, Nanos at) { return at; });
  const auto known = std::ranges::count_if(
      reads, [](const LoggedRead& read) { return read.due >= 2 * kSecond && read.due < 6 * kSecond; });
  EXPECT_EQ(decision_of(settled.figures, -1).reads, static_cast<std::uint64_t>(known));
  EXPECT_EQ(decision_of(settled.figures, -1).unresolved(), 0U);
  EXPECT_EQ(settled.figures.critical[0].missed, 0U) << "nothing is known to be missed";
}

// R3: [3.2, 3.9) ∪ [3.5, 4.4) ∪ [5.9, 6.3): 1.2 s and 0.1 s in steady, 0.3 s in the incident.
TEST(TimeOverBound, IsTheUnionOverPartitions) {
  MadeRun run(small_plan());
  const auto span = [&](int partition, double from, double until) {
    run.interval().over.push_back(
        {0, 0, partition, static_cast<Nanos>(from * 1e9), static_cast<Nanos>(until * 1e9)});
  };
  span(4, 3.5, 4);
  span(2, 3.2, 3.9);
  span(4, 4, 4.4);
  span(7, 5.9, 6.3);
  span(7, 0.5, 0.6);
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  run.finish();
  const Settled settled = run.settled();
  ASSERT_EQ(settled.figures.over_bound.size(), 5U);
  const std::vector<OverBoundRow>& rows = settled.figures.over_bound;
  EXPECT_EQ(rows[0].phase, -1);
  EXPECT_EQ(rows[0].time, 1'600 * kMillisecond) << "without the warm-up";
  EXPECT_EQ(rows[0].longest, 1'200 * kMillisecond);
  EXPECT_EQ(rows[1].time, 100 * kMillisecond);
  EXPECT_EQ(rows[2].time, 1'300 * kMillisecond);
  EXPECT_EQ(rows[2].spells, 2U);
  EXPECT_EQ(rows[3].time, 300 * kMillisecond);
  EXPECT_EQ(rows[4].time, 0);
  EXPECT_EQ(settled.timeline[3].over_bound, 800 * kMillisecond);
  EXPECT_EQ(settled.timeline[4].over_bound, 400 * kMillisecond);
}

// A host's folder of a version that knew none of these files.
TEST(OlderFolders, AreReadWithoutTheFilesTheyDoNotHave) {
  MadeRun run(small_plan());
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  run.finish();
  const auto host = run.folder() / "facts" / "local";
  const std::string text = *read_file(host / kFlushesFile);
  // Each file has two columns; those of the newer ones stand between the others' and the checksum.
  constexpr std::string_view kNewer[] = {"over.csv", "reads.csv", "host.csv", "carriers.csv"};
  const auto newer = 2 * std::size(kNewer);
  Lines lines(text);
  std::string older;
  int at = 0;
  for (std::string_view line; lines.next(line); ++at) {
    std::string_view kept = line;
    if (at > 0) {
      for (std::size_t i = 0; i < newer + 1; ++i) kept = kept.substr(0, kept.rfind(','));
    }
    older += kept;
    if (at == 1) older += ",line crc32";
    if (at > 1) older += "," + std::to_string(crc_of(kept));
    older += "\n";
  }
  ASSERT_TRUE(replace_file(host / kFlushesFile, older));
  for (const std::string_view file : kNewer) std::filesystem::remove(host / file);
  const Settled settled = run.settled();
  EXPECT_THAT(settled.figures.damage, testing::IsEmpty());
  EXPECT_GT(staleness_of(settled.figures, 0, 0, -1, -1).outcomes.visible, 0U);
}

}  // namespace
}  // namespace freshet::results
