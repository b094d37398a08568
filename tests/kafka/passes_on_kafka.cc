// Passes over a real log: what is in it, what retention and compaction took, what lies in remote storage.
// Counts are compared with what the broker's own tools and folders say.
#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>

#include "tests/kafka/broker.h"
#include "tests/kafka/kafka_run.h"

namespace freshet::test {
namespace {

namespace fs = std::filesystem;
using plan::PassKind;
using plan::PassStart;

constexpr int kWaitSteps = 60;  // of half a second and more; only failures reach it

// A minute of 100 events/s of 2000 B lies before a run of some seconds on one partition: 12 MB in segments of
// 1 MiB. The passes begin together in the last phase.
plan::Plan over_a_past(std::vector<plan::Replay> passes, plan::Settings topic) {
  plan::Plan plan = small_plan(100, 3, 1);
  plan.streams[0].size = {
      .kind = workloads::SizeKind::fixed, .minimum = 2000, .maximum = 2000, .median = 2000};
  plan.streams[0].arrival = workloads::Arrival::uniform;
  plan.streams[0].prefill = 60 * kSecond;
  plan.streams[0].topic_config = std::move(topic);
  plan.streams[0].topic_config["segment.bytes"] = "1048576";
  plan.streams[0].topic_config["file.delete.delay.ms"] = "100";
  plan::Phase phase;
  phase.name = "passes";
  phase.kind = plan::PhaseKind::replay;
  phase.begin = plan.phases.back().end;
  phase.end = phase.begin + 6 * kSecond;
  plan.phases.push_back(phase);
  for (std::size_t i = 0; i < passes.size(); ++i) {
    passes[i].name = "pass-" + std::to_string(i);
    passes[i].phase = 2;
    passes[i].streams = {0};
    plan.replays.push_back(std::move(passes[i]));
  }
  finish(plan);
  return plan;
}

std::uint64_t prefilled(const plan::Plan& plan) {
  return plan::StreamLanes::of_prefill(plan, 0).count();
}

std::uint64_t planned_before(const plan::Plan& plan, Nanos until) {
  const plan::StreamLanes lanes(plan, 0);
  std::uint64_t n = 0;
  for (plan::MergeCursor c(lanes, 0, 1); !c.done() && c.tau() < until; c.advance()) ++n;
  return n;
}

// The whole past, and of the run what was there when the passes began; how much more depends on their pace.
void has_to_read_it_all(const plan::Plan& plan, const results::ReplayRow& row) {
  EXPECT_TRUE(row.finished);
  EXPECT_GE(row.outcomes.planned, prefilled(plan) + planned_before(plan, plan.phases[2].begin - kSecond));
  EXPECT_LE(row.outcomes.planned, prefilled(plan) + planned_before(plan, plan.end()));
  EXPECT_EQ(row.events, row.outcomes.visible);
}

// A broker that removes and compacts within a second, and what it says of partition 0 of the run's topic.
class Log {
 public:
  explicit Log(BrokerOptions options = quick()) : brokers_(options) {}

  static BrokerOptions quick() {
    return {.settings = {"log.retention.check.interval.ms=300", "log.initial.task.delay.ms=100",
                         "log.segment.delete.delay.ms=100", "log.cleaner.backoff.ms=200",
                         "log.cleaner.min.cleanable.ratio=0.01"}};
  }
  const std::string& address() const { return brokers_.address(); }
  Brokers& brokers() { return brokers_; }

  // "earliest", "latest", "earliest-local".
  std::int64_t offset(const std::string& which) const {
    const std::string told = brokers_.admin("get-offsets --topic " + topic + " --time " + which);
    const auto line = told.find(topic + ":0:");
    return line == std::string::npos ? -1 : std::atoll(told.c_str() + line + topic.size() + 3);
  }
  // Bytes of the partition's segments in the broker's folder.
  std::uintmax_t bytes() const { return segments(brokers_.dir(), "/" + topic + "-0/").second; }
  std::size_t remote_segments() const { return segments(brokers_.remote_folder(), topic).first; }

  const std::string topic = "freshet-passes-lock";

 private:
  static std::pair<std::size_t, std::uintmax_t> segments(const std::string& folder, const std::string& part) {
    std::pair<std::size_t, std::uintmax_t> sum{0, 0};
    std::error_code code;
    for (auto it = fs::recursive_directory_iterator(folder, code); it != fs::end(it); it.increment(code)) {
      const std::string path = it->path().string();
      if (code || path.find(part) == std::string::npos || it->path().extension() != ".log") continue;
      sum.first += 1;
      const auto size = fs::file_size(it->path(), code);
      sum.second += code ? 0 : size;
    }
    return sum;
  }
  Brokers brokers_;
};

// Holds the run back, before τ = 0, until the log is as the test wants it; then looks when the passes begin
// and when all is measured.
struct Watched {
  explicit Watched(Log& log) : log_(log), run(log.address()) {
    run.options.prefix = "freshet-passes-";
    run.options.on_progress = [this](const engine::Progress& progress) {
      if (progress.stage == engine::Progress::Stage::joining) wait();
      if (progress.phase == "steady") look_before();
    };
    run.options.on_measured = [this] {
      if (look_after) look_after();
    };
  }
  void wait() {
    for (int i = 0; !ready && i < kWaitSteps; ++i) {
      ready = until();
      if (!ready) usleep_();
    }
  }
  static void usleep_() {
    base::RealClock clock;
    base::EventWake wake;
    wake.wait_until(clock, clock.now() + 500 * kMillisecond);
  }
  void look_before() {
    if (looked) return;
    looked = true;
    if (before) before();
  }

  Log& log_;
  KafkaRun run;
  std::function<bool()> until = [] { return true; };
  std::function<void()> before, look_after;
  bool ready = false, looked = false;
};

const results::ReplayRow& pass(const results::Settled& settled, std::size_t i) {
  static const results::ReplayRow none;
  if (i < settled.figures.replays.size()) return settled.figures.replays[i];
  ADD_FAILURE() << "no pass " << i;
  return none;
}

// Both kinds of retention: a pass from the start begins where the log does, one from offset 0 is told so by
// the log; what lay below is expired for both, and the broker's log start says how much that is.
void is_expired_and_not_lost(const plan::Settings& retention) {
  Log log;
  ASSERT_FALSE(log.address().empty()) << "no Kafka to test on";
  const plan::Plan plan =
      over_a_past({{.kind = PassKind::bootstrap}, {.start = PassStart::offset, .offset = 0}}, retention);
  Watched watched(log);
  std::int64_t before = -1, after = -1;
  watched.until = [&] { return log.offset("earliest") > 1000; };
  watched.before = [&] { before = log.offset("earliest"); };
  watched.look_after = [&] { after = log.offset("earliest"); };
  const results::Settled settled = watched.run(plan);
  ASSERT_TRUE(watched.ready) << "the broker removed nothing";
  ASSERT_GT(before, 1000);
  for (std::size_t i = 0; i < 2; ++i) {
    const results::ReplayRow& row = pass(settled, i);
    has_to_read_it_all(plan, row);
    EXPECT_EQ(row.outcomes.visible + row.outcomes.expired, row.outcomes.planned);
    EXPECT_EQ(row.outcomes.lost, 0U);
    // Offsets are dense: the log's start is the number of events below it.
    EXPECT_GE(static_cast<std::int64_t>(row.outcomes.expired), before);
    EXPECT_LE(static_cast<std::int64_t>(row.outcomes.expired), after);
  }
  const auto& resets = settled.figures.resets;
  ASSERT_EQ(resets.size(), 1U) << "only the pass from offset 0 meets one";
  EXPECT_EQ(resets[0].pass, 2);
  EXPECT_EQ(resets[0].cause, results::ResetRow::Cause::expired);
  EXPECT_EQ(resets[0].position, 0);
  EXPECT_EQ(static_cast<std::uint64_t>(resets[0].goes_on_at), pass(settled, 1).outcomes.expired);
  EXPECT_EQ(row(settled.figures).outcomes.visible, row(settled.figures).outcomes.planned);
}

TEST(PassesOnKafka, PastRetentionBySizeIsExpiredAndNotLost) {
  is_expired_and_not_lost({{"retention.bytes", "4000000"}});
}

// Records of the past carry the time that they stand for, so retention takes them as it would have.
TEST(PassesOnKafka, PastRetentionByTimeIsExpiredAndNotLost) {
  is_expired_and_not_lost({{"retention.ms", "30000"}});
}

TEST(PassesOnKafka, GoesBackInTimeToWhatWasWrittenThen) {
  Log log;
  ASSERT_FALSE(log.address().empty()) << "no Kafka to test on";
  const plan::Plan plan =
      over_a_past({{.kind = PassKind::backlog, .start = PassStart::ago, .ago = 34 * kSecond},
                   {.kind = PassKind::backlog, .start = PassStart::bytes, .bytes = 1e6}},
                  {});
  Watched watched(log);
  const results::Settled settled = watched.run(plan);
  const Nanos begin = plan.phases[2].begin;
  const auto since = [&](Nanos from, Nanos until) {
    const plan::StreamLanes before = plan::StreamLanes::of_prefill(plan, 0);
    std::uint64_t n = 0;
    for (plan::MergeCursor c(before, 0, 1); !c.done(); c.advance()) n += c.tau() >= from;
    const plan::StreamLanes lanes(plan, 0);
    for (plan::MergeCursor c(lanes, 0, 1); !c.done() && c.tau() < until; c.advance()) n += c.tau() >= from;
    return n;
  };
  const auto goes_back_by = [&](const results::ReplayRow& row, Nanos ago) {
    EXPECT_TRUE(row.finished);
    EXPECT_EQ(row.outcomes.visible, row.outcomes.planned);
    EXPECT_GE(row.events, since(begin - ago, begin - kSecond));
    // A record's time is in ms, rounded down: the first of them may hold one more.
    EXPECT_LE(row.events, since(begin - ago, plan.end()) + 1);
  };
  goes_back_by(pass(settled, 0), 34 * kSecond);
  goes_back_by(pass(settled, 1), 5 * kSecond);  // 1 MB
}

// A compacted topic: what it no longer has is superseded by what it kept, and each key's last is there.
TEST(PassesOnKafka, WhatCompactionTookIsSuperseded) {
  Log log;
  ASSERT_FALSE(log.address().empty()) << "no Kafka to test on";
  const plan::Plan plan = over_a_past({{.kind = PassKind::bootstrap}},
                                      {{"cleanup.policy", "compact"}, {"min.cleanable.dirty.ratio", "0.01"}});
  Watched watched(log);
  const std::uintmax_t written = prefilled(plan) * 2000;
  watched.until = [&] { return log.bytes() > 0 && log.bytes() < written / 2; };
  const results::Settled settled = watched.run(plan);
  ASSERT_TRUE(watched.ready) << "the broker compacted nothing";
  const results::ReplayRow& row = pass(settled, 0);
  has_to_read_it_all(plan, row);
  EXPECT_EQ(row.outcomes.visible + row.outcomes.superseded, row.outcomes.planned);
  EXPECT_GT(row.outcomes.superseded, prefilled(plan) / 3);
  EXPECT_EQ(row.outcomes.lost + row.outcomes.expired, 0U);
  std::set<std::uint32_t> keys;
  const plan::StreamLanes before = plan::StreamLanes::of_prefill(plan, 0);
  for (plan::MergeCursor c(before, 0, 1); !c.done(); c.advance()) keys.insert(c.event().key);
  EXPECT_GE(row.outcomes.visible, keys.size());
}

// Local segments are gone; the remote folder has them, and the pass reads them all the same.
TEST(PassesOnKafka, ReadsATieredTopicFromRemoteStorage) {
  Log log({.tiered = true});
  ASSERT_FALSE(log.address().empty()) << "no Kafka to test on";
  const plan::Plan plan = over_a_past({{.kind = PassKind::bootstrap}},
                                      {{"remote.storage.enable", "true"}, {"local.retention.ms", "1000"}});
  Watched watched(log);
  std::size_t remote = 0;
  std::int64_t local = -1;
  watched.until = [&] { return log.remote_segments() >= 8 && log.offset("earliest-local") > 3000; };
  watched.before = [&] {
    remote = log.remote_segments();
    local = log.offset("earliest-local");
  };
  const results::Settled settled = watched.run(plan);
  ASSERT_TRUE(watched.ready) << log.remote_segments() << " remote segments";
  EXPECT_GE(remote, 8U);
  ASSERT_GT(local, 3000);
  EXPECT_LT(log.bytes(), static_cast<std::uintmax_t>(prefilled(plan)) * 2000 / 2);
  const results::ReplayRow& row = pass(settled, 0);
  has_to_read_it_all(plan, row);
  EXPECT_EQ(row.outcomes.visible, row.outcomes.planned);
  EXPECT_GT(row.events, static_cast<std::uint64_t>(local)) << "more than lay on the broker's disk";
}

}  // namespace
}  // namespace freshet::test
