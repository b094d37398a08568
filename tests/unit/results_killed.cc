// A run that died: readable up to its last flush, whatever was cut, and every byte cut somewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "harness/results/flushes.h"
#include "harness/results/layout.h"
#include "harness/results/line_file.h"
#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

namespace fs = std::filesystem;
constexpr int kAll = -1;

// Facts flushed each second up to `until`, as a running process would; no end. Everything visible at once.
void run_until(MadeRun& run, std::int64_t until) {
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  for (std::int64_t second = 0; second < until; ++second) {
    measure::Interval interval;
    for (measure::Cohort& cohort : run.interval().cohorts) {
      if (cohort.second == second) interval.cohorts.push_back(std::move(cohort));
    }
    for (const measure::CountSecond& row : run.interval().counts) {
      if (row.second == second) interval.counts.push_back(row);
    }
    interval.lags.push_back({0, 0, 0, second, 3 * kMillisecond, 0, -1, -1, 0});
    run.facts().add(interval);
    run.facts().event(second * kSecond, "tick");
    run.facts().flush((second + 1) * kSecond + 100 * kMillisecond);
  }
}

std::uint64_t planned_before(const MadeRun& run, Nanos begin, Nanos end) {
  std::uint64_t n = 0;
  for (plan::MergeCursor cursor(run.lanes(), 0, 1); !cursor.done(); cursor.advance()) {
    n += cursor.tau() >= begin && cursor.tau() < end ? 1U : 0U;
  }
  return n;
}

TEST(Killed, IsReadUpToItsLastFlush) {
  MadeRun run(small_plan());
  run_until(run, 9);
  const Settled settled = run.settled();
  const Figures& figures = settled.figures;
  EXPECT_EQ(figures.ending, "killed");
  EXPECT_EQ(figures.ended_at, 9 * kSecond + 100 * kMillisecond);
  EXPECT_FALSE(figures.slo_phases_complete);
  EXPECT_FALSE(figures.drain_complete);
  EXPECT_FALSE(figures.lanes_proved);
  EXPECT_THAT(figures.damage, testing::IsEmpty());
  // The last flush was at 9.1 s: seconds that ended half a second before it or earlier are whole.
  const StalenessRow& row = staleness_of(figures, 0, 0, kAll, kAll);
  EXPECT_EQ(row.outcomes.planned, planned_before(run, 2 * kSecond, 8 * kSecond));
  EXPECT_EQ(row.outcomes.visible, row.outcomes.planned);
  EXPECT_EQ(row.outcomes.unclassified, 0U);
  EXPECT_EQ(row.quantiles[0].kind, Quantile::Kind::exact);
  for (const ProducerRow& producer : figures.producers) {
    if (producer.phase != 1) continue;
    EXPECT_EQ(producer.sent, planned_before(run, 2 * kSecond, 6 * kSecond));
  }
}

TEST(Killed, WhatIsNotKnownToBeVisibleIsUnclassified) {
  MadeRun run(small_plan());
  run.decide([](std::uint16_t, const plan::Event& event) {
    Fate fate;
    fate.seen = event.tau < 4 * kSecond;
    return fate;
  });
  run.facts().add(run.interval());
  run.facts().flush(9 * kSecond);
  const Figures figures = run.settled().figures;
  const StalenessRow& row = staleness_of(figures, 0, 0, kAll, kAll);
  EXPECT_EQ(row.outcomes.visible, planned_before(run, 2 * kSecond, 4 * kSecond));
  EXPECT_EQ(row.outcomes.unclassified, planned_before(run, 4 * kSecond, 8 * kSecond));
  EXPECT_EQ(sum_of(row.outcomes), row.outcomes.planned);
  EXPECT_EQ(row.quantiles.back().kind, Quantile::Kind::at_least);
  EXPECT_LE(row.quantiles.back().value, 4 * kSecond);  // the oldest is at most 5 s old, at least 4 s
}

TEST(Killed, ASecondCountsHalfASecondAfterItsEnd) {
  MadeRun run(small_plan());
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  run.facts().add(run.interval());
  run.facts().flush(9 * kSecond + 499 * kMillisecond);
  const auto planned = [&] { return staleness_of(run.settled().figures, 0, 0, kAll, kAll).outcomes.planned; };
  EXPECT_EQ(planned(), planned_before(run, 2 * kSecond, 8 * kSecond));
  run.facts().flush(9 * kSecond + 500 * kMillisecond);
  EXPECT_EQ(planned(), planned_before(run, 2 * kSecond, 9 * kSecond));
}

TEST(Killed, WithoutAnyFlushThereIsNothingButThePlan) {
  MadeRun run(small_plan());
  run.facts();
  const Settled settled = run.settled();
  EXPECT_EQ(settled.figures.ending, "killed");
  EXPECT_EQ(staleness_of(settled.figures, 0, 0, kAll, kAll).outcomes.planned, 0U);
  EXPECT_EQ(staleness_of(settled.figures, 0, 0, kAll, kAll).quantiles.back().kind,
            Quantile::Kind::not_available);
}

TEST(Killed, WithoutFactsThereIsNothingButThePlan) {
  const MadeRun run(small_plan());
  const Figures figures = run.settled().figures;
  EXPECT_EQ(figures.ending, "killed");
  EXPECT_THAT(figures.damage, testing::ElementsAre("facts: there are none"));
}

// A kill leaves each file at any length from its last flush on: the flush before counts, as a whole.
TEST(Killed, AFlushCountsAsAWholeOrNotAtAll) {
  MadeRun run(small_plan(5));
  run_until(run, 6);
  const fs::path facts = run.folder() / "facts" / "local";
  std::map<std::string, std::string> whole;
  for (const fs::directory_entry& entry : fs::directory_iterator(facts)) {
    whole[entry.path().filename().string()] = *read_file(entry.path());
  }
  // Sizes at the flush before the last one.
  std::string all = whole.at(kFlushesFile);
  all.pop_back();
  const std::string before_last = all.substr(0, all.rfind('\n') + 1);
  ASSERT_TRUE(replace_file(facts / kFlushesFile, before_last));
  const Flush before = *read_flushes(facts / kFlushesFile).last;
  const Settled expected = run.settled();
  ASSERT_EQ(expected.figures.ended_at, 5 * kSecond + 100 * kMillisecond);

  // While the last flush was being written: its files in order, each cut anywhere, no line in flushes.csv.
  for (std::size_t f = 0; f < kFlushedFiles.size(); ++f) {
    const std::string name(kFlushedFiles[f]);
    for (std::size_t g = 0; g < kFlushedFiles.size(); ++g) {
      const std::string other(kFlushedFiles[g]);
      const std::size_t size = g < f ? whole[other].size() : before.files[g].size;
      ASSERT_TRUE(replace_file(facts / other, std::string_view(whole[other]).substr(0, size)));
    }
    for (std::size_t size = before.files[f].size; size <= whole[name].size();
         size += 1 + whole[name].size() / 40) {
      ASSERT_TRUE(replace_file(facts / name, std::string_view(whole[name]).substr(0, size)));
      const Settled settled = run.settled();
      EXPECT_EQ(figures_to_json(settled.plan, settled.figures)["staleness"],
                figures_to_json(expected.plan, expected.figures)["staleness"])
          << name << " " << size;
      EXPECT_EQ(settled.events.size(), expected.events.size());
      EXPECT_EQ(settled.figures.damage.empty(), size == before.files[f].size && f == 0);
    }
  }
  // The line in flushes.csv itself, cut anywhere.
  for (const auto& [name, content] : whole) ASSERT_TRUE(replace_file(facts / name, content));
  for (std::size_t size = before_last.size(); size < whole[kFlushesFile].size(); ++size) {
    ASSERT_TRUE(replace_file(facts / kFlushesFile, std::string_view(whole[kFlushesFile]).substr(0, size)));
    const Flushes flushes = read_flushes(facts / kFlushesFile);
    ASSERT_TRUE(flushes.last);
    EXPECT_EQ(flushes.last->now, before.now) << size;
  }
}

// Files cut shorter than their flushes say (a disk that lost them): what is left is read, and named.
TEST(Damage, EveryCutIsNamedAndNothingCrashes) {
  MadeRun run(small_plan(5));
  run_until(run, 4);
  const fs::path facts = run.folder() / "facts" / "local";
  for (const std::string_view file : kFlushedFiles) {
    const std::string whole = *read_file(facts / file);
    for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 60) {
      ASSERT_TRUE(replace_file(facts / file, std::string_view(whole).substr(0, size)));
      const Figures figures = run.settled().figures;
      EXPECT_THAT(figures.damage, testing::Contains(testing::HasSubstr(std::string(file) + ": cut after")));
    }
    fs::remove(facts / file);
    EXPECT_THAT(run.settled().figures.damage,
                testing::Contains(testing::HasSubstr(std::string(file) + ": is missing")));
    ASSERT_TRUE(replace_file(facts / file, whole));
  }
  EXPECT_THAT(run.settled().figures.damage, testing::IsEmpty());
}

TEST(Damage, EveryFlippedFileIsNamed) {
  MadeRun run(small_plan(5));
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  run.interval().lags.push_back({0, 0, 3, 4, 70, 60, -1, -1, 0});
  run.finish();
  ASSERT_THAT(run.settled().figures.damage, testing::IsEmpty());
  for (const fs::directory_entry& entry : fs::directory_iterator(run.folder() / "facts" / "local")) {
    const std::string name = entry.path().filename().string();
    if (name == kEndFile) continue;  // JSON has no checksum; the fuzz test looks at it
    const std::string whole = *read_file(entry.path());
    for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 25) {
      std::string flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ 1);
      ASSERT_TRUE(replace_file(entry.path(), flipped));
      EXPECT_THAT(run.settled().figures.damage, testing::Not(testing::IsEmpty())) << name << " " << at;
    }
    ASSERT_TRUE(replace_file(entry.path(), whole));
  }
}

TEST(Damage, ALostLedgerLeavesWhatWasNotSeenUnclassified) {
  MadeRun run(small_plan());
  std::uint64_t i = 0, unseen = 0;
  run.decide([&](std::uint16_t, const plan::Event&) {
    Fate fate;
    if (i++ % 3 == 0) {
      fate = {.ack = measure::AckState::failed, .seen = false, .staleness = 0, .own_delay = 0, .seen_by = {}};
      ++unseen;
    }
    return fate;
  });
  run.finish();
  fs::remove(run.folder() / "facts" / "local" / acks_file(0));
  const Settled settled = run.settled();
  std::uint64_t unclassified = 0;
  for (int phase = 0; phase < 4; ++phase) {
    const Outcomes& outcomes = staleness_of(settled.figures, 0, 0, kAll, phase).outcomes;
    unclassified += outcomes.unclassified;
    EXPECT_EQ(sum_of(outcomes), outcomes.planned);
  }
  EXPECT_EQ(unclassified, unseen);
  EXPECT_THAT(settled.figures.damage, testing::Contains(testing::HasSubstr("acks of")));
}

TEST(Damage, AMissingShardIsNamed) {
  MadeRun run(small_plan());
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  run.finish();
  for (const fs::directory_entry& entry : fs::directory_iterator(run.folder() / "facts" / "local")) {
    if (!entry.path().filename().string().starts_with("seen-")) continue;
    fs::remove(entry.path());
    break;
  }
  EXPECT_THAT(run.settled().figures.damage,
              testing::Contains(testing::HasSubstr("11 files, 12 were written")));
}

TEST(RunFolder, RefusesOneThatIsTaken) {
  const TemporaryFolder folder;
  const plan::Plan plan = small_plan();
  ASSERT_TRUE(create_run_folder(folder / "new", Json::object(), plan));
  const base::Status again = create_run_folder(folder / "new", Json::object(), plan);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, base::ErrorKind::io);
  EXPECT_THAT(again.error().message, testing::HasSubstr("not empty"));
  ASSERT_TRUE(replace_file(folder / "file", "x"));
  EXPECT_FALSE(create_run_folder(folder / "file", Json::object(), plan));
  EXPECT_FALSE(create_run_folder(folder / "file" / "below", Json::object(), plan));
}

TEST(RunFolder, AWriterThatCannotWriteSaysSo) {
  MadeRun run(small_plan());
  ASSERT_TRUE(replace_file(run.folder() / "facts" / "other", "in the way"));
  const auto opened = FactsWriter::open(run.folder(), "other", run.plan());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, testing::HasSubstr("other"));
}

TEST(RunFolder, TwoHostsAddUp) {
  MadeRun run(small_plan());
  run.decide([](std::uint16_t, const plan::Event&) { return Fate{}; });
  // The second host took over one shard and recorded its own counts.
  auto opened = FactsWriter::open(run.folder(), "second", run.plan());
  ASSERT_TRUE(opened);
  FactsWriter& second = **opened;
  measure::Interval interval;
  std::erase_if(run.interval().counts, [&](const measure::CountSecond& row) {
    if (row.second % 2 == 0) interval.counts.push_back(row);
    return row.second % 2 == 0;
  });
  second.add(interval);
  second.flush(20 * kSecond);
  second.seen(run.shard(0, 0, 3));
  second.finish(run.ended_at() + 5, 0, true, "complete", Json::object());
  run.shards().erase({0, 0, 3});
  run.finish();
  const Settled settled = run.settled();
  EXPECT_THAT(settled.figures.damage, testing::IsEmpty());
  EXPECT_EQ(settled.figures.ended_at, run.ended_at() + 5);
  EXPECT_EQ(staleness_of(settled.figures, 0, 0, kAll, kAll).bad, 0U);
  double visible = 0;
  for (const OffsetAndLag& row : settled.timeline) visible += row.visible;
  EXPECT_EQ(visible, static_cast<double>(run.lanes().count()));
  // Had the second one been killed, the run would have been.
  fs::remove(run.folder() / "facts" / "second" / kEndFile);
  EXPECT_EQ(run.settled().figures.ending, "killed");
}

}  // namespace
}  // namespace freshet::results
