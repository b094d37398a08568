// The rows beside staleness, each with a known answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/plan/slo_instances.h"
#include "harness/results/line_file.h"
#include "tests/unit/results_fixture.h"

namespace freshet::results {
namespace {

using measure::AckState;
using measure::Count;
using measure::CountSecond;
using measure::Measure;

CountSecond count_of(std::uint16_t pass, std::int64_t second, Count what, std::uint64_t n) {
  CountSecond row{.stream = 0, .pass = pass, .second = second};
  row.counts[static_cast<std::size_t>(what)] = n;
  return row;
}

Fate fine(std::uint16_t, const plan::Event&) {
  return {};
}

TEST(Figures, TailIsExplainedByTheMeansOfItsParts) {
  MadeRun run(small_plan());
  run.decide(fine);
  measure::Parts parts{.stream = 0, .pass = 0, .second = 3};
  parts.buckets[40] = {985, 1e9, 1e9, 1e9};
  parts.buckets[60] = {10, 20e6, 70e6, 10e6};  // p99 of 1000 lies here
  parts.buckets[80] = {5, 10e6, 110e6, 30e6};
  measure::Interval only_parts;
  only_parts.parts.push_back(parts);
  run.facts().add(only_parts);
  run.facts().flush(3 * kSecond);
  only_parts.parts[0].second = 19;
  run.facts().add(only_parts);
  only_parts.parts[0].second =
      1;  // the warm-up's tail is not explained, whenever its events become visible (T2)
  only_parts.parts[0].buckets[90] = {50, 1, 1, 1};
  run.facts().add(only_parts);
  run.facts().flush(19 * kSecond);
  run.finish();
  const Figures figures = run.settled().figures;
  ASSERT_EQ(figures.tails.size(), 1U);
  EXPECT_EQ(figures.tails[0].events, 30U);
  EXPECT_DOUBLE_EQ(figures.tails[0].send, 2e6);
  EXPECT_DOUBLE_EQ(figures.tails[0].log, 12e6);
  EXPECT_DOUBLE_EQ(figures.tails[0].apply, 40e6 * 2 / 30);
}

TEST(Figures, NoTailOfTooFewEvents) {
  MadeRun run(small_plan());
  run.decide(fine);
  measure::Parts parts{.stream = 0, .pass = 0, .second = 3};
  parts.buckets[40] = {999, 1, 1, 1};
  run.interval().parts.push_back(parts);
  run.finish();
  EXPECT_THAT(run.settled().figures.tails, testing::IsEmpty());
}

TEST(Figures, LedgerCountsTheWholeRun) {
  MadeRun run(small_plan());
  run.decide(fine);
  run.interval().counts.push_back(count_of(0, 1, Count::redelivered, 3));
  run.interval().counts.push_back(count_of(0, 25, Count::redelivered, 4));
  run.interval().counts.push_back(count_of(0, 5, Count::log_duplicate, 5));
  run.interval().counts.push_back(count_of(0, 5, Count::reprocessed, 6));
  run.interval().counts.push_back(count_of(0, 5, Count::out_of_order, 7));
  run.interval().counts.push_back(count_of(0, 5, Count::corrupt, 8));
  run.interval().counts.push_back(count_of(0, 5, Count::foreign, 9));
  run.finish();
  const Figures figures = run.settled().figures;
  ASSERT_EQ(figures.ledgers.size(), 1U);
  const LedgerRow& row = figures.ledgers[0];
  EXPECT_EQ(row.redelivered, 7U);
  EXPECT_EQ(row.log_duplicate, 5U);
  EXPECT_EQ(row.reprocessed, 6U);
  EXPECT_EQ(row.out_of_order, 7U);
  EXPECT_EQ(row.corrupt, 8U);
  EXPECT_EQ(row.foreign, 9U);
  EXPECT_EQ(row.lost, 0U);
}

// K2, P2: shards of one host take each offset once between them, so an event that two of them saw lies twice
// in the log. Shards of two hosts do not know of each other.
TEST(Figures, AnEventThatTwoShardsSawIsACopyOrRedelivered) {
  for (const bool one_host : {true, false}) {
    MadeRun run(small_plan());
    run.decide(fine);
    measure::Sealed twin = run.shard(0, 0, 4);
    std::uint64_t events = 0;
    for (measure::SeenLane& lane : twin.lanes) {
      for (const std::uint64_t word : lane.bits)
        events += static_cast<std::uint64_t>(__builtin_popcountll(word));
    }
    ASSERT_GT(events, 0U);
    auto opened = FactsWriter::open(run.folder(), "second", run.plan());
    ASSERT_TRUE(opened);
    (one_host ? run.facts() : **opened).seen(twin);
    (*opened)->finish(run.ended_at(), 0, true, "complete", Json::object());
    run.finish();
    const LedgerRow ledger = run.settled().figures.ledgers[0];
    EXPECT_EQ(ledger.log_duplicate, one_host ? events : 0U);
    EXPECT_EQ(ledger.redelivered, one_host ? 0U : events);
  }
}

TEST(Figures, ProducerRowsAreExactByPhase) {
  MadeRun run(small_plan());
  std::map<AckState, std::uint64_t> steady;
  std::uint64_t i = 0, bytes = 0;
  run.decide([&](std::uint16_t, const plan::Event& event) {
    Fate fate;
    fate.ack = static_cast<AckState>(i++ % 8);
    fate.seen = fate.ack == AckState::acked;
    fate.own_delay = 300 * base::kMicrosecond;
    if (event.tau >= 2 * kSecond && event.tau < 6 * kSecond) {
      ++steady[fate.ack];
      const bool sent = fate.ack != AckState::planned && fate.ack != AckState::not_sent_own &&
                        fate.ack != AckState::not_sent_cluster;
      bytes += sent ? event.size : 0;
    }
    return fate;
  });
  run.interval().counts.push_back(count_of(measure::kNoPass, 3, Count::queue_full, 11));
  run.interval().counts.push_back(count_of(measure::kNoPass, 3, Count::send_refused, 2));
  run.interval().counts.push_back(count_of(measure::kNoPass, 1, Count::queue_full, 100));
  run.finish();
  const Figures figures = run.settled().figures;
  for (const ProducerRow& row : figures.producers) {
    if (row.phase != 1) continue;
    std::uint64_t planned = 0;
    for (const auto& [state, n] : steady) planned += n;
    EXPECT_EQ(row.planned, planned);
    EXPECT_EQ(row.acked, steady[AckState::acked] + steady[AckState::acked_unknown]);
    EXPECT_EQ(row.not_persisted, steady[AckState::failed]);
    EXPECT_EQ(row.possibly_persisted, steady[AckState::indeterminate]);
    EXPECT_EQ(row.not_sent_own, steady[AckState::not_sent_own] + steady[AckState::planned]);
    EXPECT_EQ(row.not_sent_cluster, steady[AckState::not_sent_cluster]);
    EXPECT_EQ(row.sent, planned - row.not_sent_own - row.not_sent_cluster);
    EXPECT_EQ(row.bytes, bytes);
    EXPECT_EQ(row.queue_full, 11U);
    EXPECT_EQ(row.refused, 2U);
    EXPECT_NEAR(static_cast<double>(row.own_delay[0].value), 300e3, 1e3);
  }
  for (const OwnNotSentRow& row : figures.own_not_sent) {
    if (row.phase != 1) continue;
    EXPECT_EQ(row.not_sent_own, steady[AckState::not_sent_own] + steady[AckState::planned]);
  }
}

TEST(Figures, ReceiverIsBoundOnlyWithDataQueued) {
  MadeRun run(small_plan());
  run.decide(fine);
  for (std::int64_t second = 0; second < 10; ++second) {
    // A queue of 4096 that is full from second 8 on, and one of which nothing is known.
    run.interval().receivers.push_back(
        {0, 1, second, 0.81, second % 2 == 0,
         static_cast<std::int32_t>(std::min<std::int64_t>(512 * second, 4096))});
    run.interval().receivers.push_back({0, 0, second, 0.80, true});
  }
  run.finish();
  const Figures figures = run.settled().figures;
  ASSERT_EQ(figures.receivers.size(), 2U);
  EXPECT_EQ(figures.receivers[0].bound_seconds, 0U);
  EXPECT_EQ(figures.receivers[1].member, 1);
  EXPECT_EQ(figures.receivers[1].measured_seconds, 8U);  // 2 s of warm-up do not count
  EXPECT_EQ(figures.receivers[1].bound_seconds, 4U);
  EXPECT_EQ(figures.receivers[0].most_waiting, -1);
  EXPECT_EQ(figures.receivers[1].most_waiting, 4096);
  EXPECT_EQ(figures.receivers[1].full_seconds, 2U);
}

TEST(Figures, HiccupsAndNegativeStalenessAreTold) {
  MadeRun run(small_plan());
  run.decide(fine);
  measure::Cohort hiccup;
  hiccup.series = {0, measure::kNoPass, 0, Measure::hiccup};
  hiccup.second = 3;
  hiccup.histogram.record_us(100, 990'000);
  hiccup.histogram.record_us(20'000, 10'000);
  run.interval().cohorts.push_back(std::move(hiccup));
  run.interval().cohorts.front().histogram.record_us(-1, 2);
  run.finish();
  const Figures figures = run.settled().figures;
  EXPECT_NEAR(static_cast<double>(figures.hiccups[2].value), 100e3, 1e3);
  EXPECT_NEAR(static_cast<double>(figures.hiccups[3].value), 20e6, 2e4);
  EXPECT_EQ(figures.negative_staleness, 2U);
}

// Offset in each partition of the first event with τ from `tau` on, as MadeRun gives them out.
std::vector<std::int64_t> first_offsets_since(const MadeRun& run, Nanos tau) {
  const plan::StreamLanes lanes(run.plan(), 0);
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(lanes.partitions()));
  for (plan::MergeCursor c(lanes, 0, 1); !c.done() && c.tau() < tau; c.advance())
    ++offsets[static_cast<std::size_t>(lanes.partition_of(c.event().lane))];
  return offsets;
}

TEST(Figures, ReplayHasThroughputAndNoStaleness) {
  plan::Plan plan = small_plan();
  plan.replays.push_back({});
  plan.replays[0].name = "rebuild";
  plan.replays[0].phase = 2;  // from 6 s on
  plan.replays[0].streams = {0};
  MadeRun run(plan);
  // What has τ before 3 s had left the log, and another tenth of the rest is not seen by the pass.
  run.decide([](std::uint16_t, const plan::Event& event) {
    Fate fate;
    if (event.tau < 3 * kSecond || event.n % 10 == 9) fate.seen_by = {0};
    return fate;
  });
  run.interval().counts.push_back(count_of(1, 7, Count::bytes_received, 460'800));
  run.interval().counts.push_back(count_of(1, 7, Count::redelivered, 5));
  const std::vector<std::int64_t> starts = first_offsets_since(run, 3 * kSecond);
  nlohmann::json rows = nlohmann::json::array();
  for (std::size_t p = 0; p < starts.size(); ++p)
    rows.push_back({{"topic", 0}, {"partition", p}, {"start", starts[p]}});
  run.facts().event(6500 * kMillisecond, "assigned", {{"group", "rebuild"}, {"partitions", rows}});
  run.facts().event(9 * kSecond, "replay_finished", {{"pass", 1}});
  run.finish();
  const Figures figures = run.settled().figures;
  ASSERT_EQ(figures.replays.size(), 1U);
  const ReplayRow& row = figures.replays[0];
  EXPECT_EQ(row.pass, 1);
  const Outcomes& o = row.outcomes;
  std::uint64_t planned = 0, expired = 0;
  const plan::StreamLanes lanes(plan, 0);
  for (plan::MergeCursor c(lanes, 0, 1); !c.done(); c.advance()) {
    ++planned;
    expired += c.tau() < 3 * kSecond;
  }
  EXPECT_EQ(o.planned, planned);
  EXPECT_EQ(o.expired, expired);
  EXPECT_EQ(o.visible, row.events);
  EXPECT_EQ(o.visible + o.expired + o.lost, o.planned);
  EXPECT_NEAR(static_cast<double>(o.lost), 0.1 * static_cast<double>(planned - expired), 32);
  EXPECT_EQ(row.redelivered, 5U);
  EXPECT_TRUE(row.finished);
  EXPECT_EQ(row.reads_from, 6500 * kMillisecond);
  EXPECT_EQ(row.finished_at, 9 * kSecond);
  EXPECT_DOUBLE_EQ(row.events_per_second, static_cast<double>(row.events) / 2.5);
  EXPECT_DOUBLE_EQ(row.bytes_per_second, 460'800 / 2.5);
  for (const StalenessRow& staleness : figures.staleness) EXPECT_EQ(staleness.pass, 0);
  ASSERT_EQ(figures.ledgers.size(), 2U);
  EXPECT_EQ(figures.ledgers[1].pass, 1);
}

TEST(Figures, TimelineHasARowASecond) {
  MadeRun run(small_plan());
  run.decide(fine);
  run.interval().lags.push_back({0, 0, 3, 4, 70, 60, -1, -1, 0});
  run.interval().lags.push_back({0, 0, 4, 4, 50, 80, -1, -1, 0});
  run.finish();
  const Settled settled = run.settled();
  ASSERT_EQ(settled.timeline.size(), 21U);  // 20 s of plan, 1 s of drain
  double offered = 0, visible = 0;
  for (const OffsetAndLag& row : settled.timeline) {
    offered += row.offered;
    visible += row.visible;
  }
  EXPECT_EQ(offered, static_cast<double>(run.lanes().count()));
  EXPECT_EQ(visible, offered);
  EXPECT_EQ(settled.timeline[4].freshness_lag, 70);
  EXPECT_EQ(settled.timeline[4].consumer_lag, 80);
  EXPECT_NEAR(static_cast<double>(settled.timeline[4].staleness_p99), 5e6, 5e3);
  EXPECT_EQ(settled.timeline[20].staleness_p99, -1);
}

TEST(Figures, WorstEventsAreTheWorst) {
  MadeRun run(small_plan());
  run.decide(fine);
  for (std::uint64_t n = 0; n < 300; ++n) {
    measure::WorstEvent event;
    event.n = n;
    event.visible = static_cast<Nanos>((n * 7919) % 300);
    run.interval().worst.push_back(event);
  }
  run.finish();
  const Settled settled = run.settled();
  ASSERT_EQ(settled.worst.size(), measure::kWorst);
  for (std::size_t i = 0; i < settled.worst.size(); ++i) {
    EXPECT_EQ(settled.worst[i].visible, 299 - static_cast<Nanos>(i));
  }
}

TEST(Summary, IsWrittenWholeAndSaysTheFigures) {
  MadeRun run(small_plan());
  run.decide([](std::uint16_t, const plan::Event& event) {
    Fate fate;
    if (event.tau > 19 * kSecond)
      fate = {.ack = AckState::failed, .seen = false, .staleness = 0, .own_delay = 0, .seen_by = {}};
    return fate;
  });
  run.facts().event(2 * kSecond, "phase", {{"name", "steady"}});
  run.finish();
  const Settled settled = run.settled();
  ASSERT_TRUE(write_summary(run.folder(), settled, {{"outcome", "pass"}}));
  const auto summary = read_json(run.folder() / "summary.json");
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->at("schema_version"), 1);
  EXPECT_EQ(summary->at("verdict").at("outcome"), "pass");
  EXPECT_EQ(summary->at("staleness")[0].at("outcomes").at("planned"),
            staleness_of(settled.figures, 0, 0, -1, -1).outcomes.planned);
  for (const auto& row : summary->at("producers")) {
    if (row.at("phase") != "steady") continue;
    const double planned = row.at("planned").get<double>(), bytes = row.at("bytes").get<double>();
    EXPECT_DOUBLE_EQ(row.at("offered_per_second").get<double>(), planned / 4);
    EXPECT_DOUBLE_EQ(row.at("mb_per_second").get<double>(), bytes / 4 / 1e6);
  }
  const auto timeline = read_file(run.folder() / "timeline.csv");
  ASSERT_TRUE(timeline);
  EXPECT_EQ(std::count(timeline->begin(), timeline->end(), '\n'), 22);
  const auto events = read_file(run.folder() / "events.jsonl");
  ASSERT_TRUE(events);
  EXPECT_THAT(*events, testing::HasSubstr("\"name\":\"steady\""));
  const auto log = read_file(run.folder() / "intervals.hlog");
  ASSERT_TRUE(log);
  EXPECT_THAT(*log, testing::HasSubstr("/staleness/undelivered,19.000"));
  EXPECT_THAT(*log, testing::HasSubstr("/staleness,2.000"));
  EXPECT_TRUE(std::filesystem::exists(run.folder() / "worst.csv"));
  // Settled again from the folder, it is the same.
  EXPECT_EQ(figures_to_json(run.settled().plan, run.settled().figures),
            figures_to_json(settled.plan, settled.figures));
}

}  // namespace
}  // namespace freshet::results
