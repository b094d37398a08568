// Bounded random scenarios under random faults, in simulation. What the figures say is compared with what
// lies in the log afterwards, read record by record without any role, and with the plan.
//
// FRESHET_RANDOM_RUNS says how many (200), FRESHET_RANDOM_SEED which is the first: a failure prints the seed
// that repeats it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "harness/measure/envelope.h"
#include "tests/simulation/random_plan.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

// What a stream's log holds of the run's own events, and the offsets that nothing can be read at.
struct LogContent {
  std::map<std::pair<std::uint16_t, std::uint64_t>, std::uint64_t> copies;  // (lane, n) -> records
  std::uint64_t holes = 0;
  std::uint64_t extra() const {
    std::uint64_t more = 0;
    for (const auto& [id, n] : copies) more += n - 1;
    return more;
  }
};

LogContent read_log(cluster::Cluster& log, base::ManualClock& clock, const plan::Stream& stream,
                    const std::string& prefix, std::uint64_t run_id) {
  base::EventWake wake;
  auto member = log.make_member({.group = "reader-of-" + stream.name,
                                 .client_id = {},
                                 .topics = {prefix + stream.name},
                                 .start = cluster::kFromBeginning,
                                 .settings = {}},
                                wake);
  EXPECT_TRUE(member.ok());
  LogContent content;
  std::set<std::int32_t> ended;
  std::map<std::int32_t, std::int64_t> next;
  while (ended.size() < static_cast<std::size_t>(stream.partitions)) {
    const auto event = (*member)->poll();
    if (!event) {
      clock.advance(kMillisecond);
    } else if (const auto* record = std::get_if<cluster::Record>(&*event)) {
      content.holes += static_cast<std::uint64_t>(record->offset - next[record->from.partition]);
      next[record->from.partition] = record->offset + 1;
      measure::Envelope envelope;
      EXPECT_EQ(measure::read_envelope(record->value, run_id, envelope), measure::Decoded::ok);
      if (!(envelope.flags & measure::kProbe)) ++content.copies[{envelope.lane, envelope.n}];
    } else if (const auto* end = std::get_if<cluster::End>(&*event)) {
      content.holes += static_cast<std::uint64_t>(end->offset - next[end->from.partition]);
      next[end->from.partition] = end->offset;
      ended.insert(end->from.partition);
    }
  }
  return content;
}

std::uint64_t sum(const results::Outcomes& o) {
  return o.visible + o.superseded + o.expired + o.lost + o.undelivered + o.aborted + o.failed +
         o.indeterminate + o.not_sent_own + o.not_sent_cluster + o.unclassified;
}

std::uint64_t planned(const plan::Plan& plan, std::size_t stream) {
  const plan::StreamLanes lanes(plan, stream);
  std::uint64_t n = 0;
  for (int lane = 0; lane < lanes.lanes(); ++lane) {
    for (plan::TimeCursor c(lanes, lane); c.tau() != base::kNever; c.advance()) ++n;
  }
  return n;
}

// How often something happened that the checks are about: a check that never saw it would prove nothing.
struct Happened {
  int drained = 0, not_drained = 0, lost = 0, duplicated = 0, failed = 0, indeterminate = 0, not_sent = 0,
      redelivered = 0, replayed = 0;
};

constexpr std::pair<const char*, int Happened::*> kCounters[] = {{"drained", &Happened::drained},
                                                                 {"not drained", &Happened::not_drained},
                                                                 {"lost", &Happened::lost},
                                                                 {"duplicated", &Happened::duplicated},
                                                                 {"failed", &Happened::failed},
                                                                 {"indeterminate", &Happened::indeterminate},
                                                                 {"not sent", &Happened::not_sent},
                                                                 {"redelivered", &Happened::redelivered},
                                                                 {"replay finished", &Happened::replayed},
                                                                 {"redelivered", &Happened::redelivered}};

class RandomRun {
 public:
  Happened happened;

  explicit RandomRun(std::uint64_t seed) : scenario_(random_scenario(seed)) {}

  void check() {
    ASSERT_NO_FATAL_FAILURE(run());
    for (std::size_t s = 0; s < scenario_.plan.streams.size(); ++s) check_stream(s);
    check_numbers();
    EXPECT_TRUE(settled_.figures.lanes_proved || !drained_) << "the load is not the plan's";
    EXPECT_TRUE(settled_.figures.damage.empty()) << settled_.figures.damage[0];
  }

 private:
  void run() {
    engine::Simulation simulation(scenario_.cost);
    const auto log = cluster::make_loopback(simulation.clock(), scenario_.loopback);
    engine::RunOptions options;
    options.folder = folder_.path();
    options.start_not_before = kStart;
    options.hold_assignment = 0;
    options.prefix = "random-";
    options.keep_topics = true;
    options.senders = scenario_.senders;
    const auto ran = engine::run(scenario_.plan, *log, simulation, options);
    ASSERT_EQ(simulation.defect(), "");
    ASSERT_TRUE(ran.ok()) << ran.error().message;
    drained_ = ran->drained;
    ++(drained_ ? happened.drained : happened.not_drained);
    auto settled = results::settle(folder_.path());
    ASSERT_TRUE(settled.ok()) << settled.error().message;
    settled_ = std::move(settled).value();
    const std::uint64_t run_id = std::stoull(settled_.manifest.at("run_id").get<std::string>(), nullptr, 16);
    for (const plan::Stream& stream : scenario_.plan.streams) {
      logs_.push_back(read_log(*log, simulation.manual_clock(), stream, options.prefix, run_id));
    }
  }

  // Of every group that reads the stream, all phases together.
  void check_stream(std::size_t s) {
    const std::uint64_t events = planned(scenario_.plan, s);
    for (std::size_t g = 0; g < scenario_.plan.groups.size(); ++g) {
      results::Outcomes all;
      bool reads = false;
      for (const results::StalenessRow& row : settled_.figures.staleness) {
        if (row.stream != static_cast<int>(s) || row.pass != static_cast<int>(g) || row.tier != -1) continue;
        EXPECT_EQ(sum(row.outcomes), row.outcomes.planned);
        EXPECT_LE(row.bad, row.outcomes.planned);
        if (row.phase != -1) continue;
        reads = true;
        all = row.outcomes;
      }
      if (!reads) continue;
      EXPECT_EQ(all.planned, events) << "no phase of it is a warm-up";
      const LogContent& log = logs_[s];
      if (drained_) {
        EXPECT_EQ(all.visible, log.copies.size()) << "stream " << s << " at group " << g;
        EXPECT_EQ(all.undelivered, 0U);
      } else {
        EXPECT_LE(all.visible, log.copies.size());
      }
      EXPECT_EQ(all.superseded + all.expired + all.aborted, 0U);
      check_ledger(s, g, log, all);
      happened.failed += all.failed > 0;
      happened.indeterminate += all.indeterminate > 0;
      happened.not_sent += all.not_sent_own + all.not_sent_cluster > 0;
    }
  }

  void check_ledger(std::size_t s, std::size_t g, const LogContent& log, const results::Outcomes& all) {
    for (const results::LedgerRow& ledger : settled_.figures.ledgers) {
      if (ledger.stream != static_cast<int>(s) || ledger.pass != static_cast<int>(g)) continue;
      EXPECT_EQ(ledger.corrupt + ledger.foreign, 0U);
      EXPECT_EQ(ledger.lost, all.lost);
      happened.lost += ledger.lost > 0;
      happened.duplicated += ledger.log_duplicate > 0;
      happened.redelivered += ledger.redelivered > 0;
      if (drained_) {
        EXPECT_EQ(ledger.lost, log.holes) << "stream " << s << " at group " << g;
        EXPECT_EQ(ledger.log_duplicate, log.extra()) << "stream " << s << " at group " << g;
      } else {
        EXPECT_LE(ledger.lost, log.holes);
        EXPECT_LE(ledger.log_duplicate, log.extra());
      }
    }
  }

  void check_numbers() {
    EXPECT_EQ(settled_.figures.negative_staleness, 0U);
    for (const results::StalenessRow& row : settled_.figures.staleness) {
      for (const results::Quantile& q : row.quantiles) EXPECT_GE(q.value, 0);
    }
    for (const results::LagRow& row : settled_.figures.lags) {
      EXPECT_GE(row.freshness, row.consumer) << "what is acknowledged is a part of what is planned";
      EXPECT_GE(row.consumer, 0);
    }
    for (const results::DisturbanceRow& row : settled_.figures.disturbances) {
      EXPECT_GE(row.time_to_fresh, 0);
      EXPECT_GE(row.debt, 0);
    }
    for (const results::ReplayRow& row : settled_.figures.replays) {
      EXPECT_GE(row.events_per_second, 0);
      if (row.finished) {
        ++happened.replayed;
        EXPECT_GE(row.finished_at, row.began);
      }
    }
  }

  RandomScenario scenario_;
  TemporaryFolder folder_;
  results::Settled settled_;
  std::vector<LogContent> logs_;
  bool drained_ = false;
};

TEST(RandomRuns, SayWhatIsInTheLog) {
  const std::uint64_t first = from_environment("FRESHET_RANDOM_SEED", 1);
  const std::uint64_t runs = from_environment("FRESHET_RANDOM_RUNS", 200);
  Happened happened;
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    SCOPED_TRACE("repeat with FRESHET_RANDOM_SEED=" + std::to_string(seed) + " FRESHET_RANDOM_RUNS=1");
    RandomRun run(seed);
    run.check();
    if (testing::Test::HasFailure()) return;
    for (const auto& [name, counter] : kCounters) happened.*counter += run.happened.*counter;
  }
  if (runs < 200) return;
  for (const auto& [name, counter] : kCounters) EXPECT_GT(happened.*counter, 0) << "never " << name;
}

// E1: who sends changes no planned event.
TEST(RandomRuns, TheEventsAreThePlansWhoeverSendsThem) {
  const std::uint64_t first = from_environment("FRESHET_RANDOM_SEED", 1);
  for (std::uint64_t seed = first; seed < first + 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const RandomScenario scenario = random_scenario(seed);
    std::vector<std::string> proofs[2];
    for (const int senders : {1, 3}) {
      SimulatedRun run;
      run.options.senders = senders;
      const results::Settled settled = run(scenario.plan);
      EXPECT_TRUE(settled.figures.lanes_proved);
      proofs[senders / 3] = settled.figures.load_proof;
    }
    EXPECT_EQ(proofs[0], proofs[1]);
    EXPECT_FALSE(proofs[0].empty());
  }
}

}  // namespace
}  // namespace freshet::test
